import Decoding
import Testing

@Suite struct `Catalogue of decoders` {
    @Test(arguments: DecoderCatalog.names)
    func `has a case of each in fixtures, and a section of each in the formats page`(name: String) {
        let cases = Checkout.files.filter { $0.hasPrefix("fixtures/payloads/\(name)/") }
        #expect(!cases.isEmpty, "fixtures/payloads/\(name)/ holds no case")
        #expect(Checkout.text("docs/formats.md").contains("`\(name)`"))
    }

    @Test func `has an entry for each folder of cases`() {
        for folder in Checkout.folders(in: "fixtures/payloads") {
            #expect(DecoderCatalog.names.contains(folder), "fixtures/payloads/\(folder) belongs to no decoder")
        }
    }
}
