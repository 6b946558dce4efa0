import Readings
import Testing

@Suite struct `Names of stations and parameters` {
    @Test(arguments: ["HN-KK-01", "a", "A.b_c-9", String(repeating: "x", count: 64)])
    func `are station ids by the rules`(id: String) { #expect(StationID.isValid(id)) }

    @Test(arguments: ["", "HN KK", "a/b", "trạm", "a:b", "a@b", "a[b", "a`b", "a{", String(repeating: "x", count: 65)])
    func `are no station ids`(id: String) { #expect(!StationID.isValid(id)) }

    @Test(arguments: ["PM2.5", "m,p-Xylene", "Nhiệtđộ", "độ ẩm", String(repeating: "é", count: 32)])
    func `are parameter symbols`(symbol: String) { #expect(ParameterSymbol.isValid(symbol)) }

    @Test(arguments: [
        "", "a\nb", "a\u{7f}", "a\u{85}b", String(repeating: "x", count: 65), String(repeating: "é", count: 33),
    ])
    func `are no parameter symbols`(symbol: String) {
        #expect(form(Array(symbol.utf8)) == .invalid)
    }

    @Test func `are normalised when they stand in another form`() {
        let decomposed = Array("Nhie\u{302}\u{323}t".utf8)
        #expect(form(decomposed) == .notNormalized)
        #expect(normalized(decomposed) == Array("Nhi\u{1ec7}t".utf8))
        let long = Array((String(repeating: "x", count: 61) + "e\u{301}").utf8)
        #expect(normalized(long)?.count == 63)
        let broken: [UInt8] = [0x61, 0xc3]
        #expect(form(broken) == .invalid)
        #expect(normalized(broken) == nil)
    }

    @Test func `hold no control characters, also not those of two bytes`() {
        #expect(hasControl("a\u{9f}"))
        #expect(!hasControl("a\u{a0}µg/m³"))
    }

    // #expect cannot take a call with a span in it apart.
    private func form(_ bytes: [UInt8]) -> ParameterSymbol.Form { ParameterSymbol.form(of: bytes.span) }
    private func normalized(_ bytes: [UInt8]) -> [UInt8]? { ParameterSymbol.normalized(bytes.span) }
    private func hasControl(_ text: String) -> Bool { TextRules.hasControl(Array(text.utf8).span) }
}
