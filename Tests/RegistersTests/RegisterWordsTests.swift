import Registers
import Testing

@Suite struct `Register words` {
    private static let orders: [(RegisterType, [ByteOrder?])] = RegisterType.allCases.map { type in
        switch type {
        case .bool: (type, [nil])
        case .string: (type, [nil, .abcd, .badc])
        case .uint64, .int64, .float64: (type, [nil, .abcdefgh, .ghefcdab, .badcfehg, .hgfedcba])
        default: (type, [nil, .abcd, .cdab, .badc, .dcba])
        }
    }

    private static func draw(_ type: RegisterType, _ draws: inout Draws) -> RawContent {
        let bits = draws.next() >> (draws.next() % 64)
        return switch type {
        case .bool, .bit: .unsigned(bits & 1)
        case .bits: .unsigned(bits & 0x1f)
        case .uint16: .unsigned(bits & 0xffff)
        case .uint32: .unsigned(bits & 0xffff_ffff)
        case .uint64: .unsigned(bits)
        case .int16: .signed(Int64(Int16(truncatingIfNeeded: bits)))
        case .int32: .signed(Int64(Int32(truncatingIfNeeded: bits)))
        case .int64: .signed(Int64(bitPattern: bits))
        case .bcd16: .unsigned(bits % 10_000)
        case .bcd32: .unsigned(bits % 100_000_000)
        case .float32: real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: draws.next()))))
        case .float64: real(Double(bitPattern: draws.next()))
        case .string:
            .text(
                String(
                    (0..<Int(bits % 6)).map { _ in Character(Unicode.Scalar(UInt8.random(in: 33...91, using: &draws))) }
                ))
        }
    }

    private static func real(_ number: Double) -> RawContent {
        number.isNaN ? .text("NaN") : number.isInfinite ? .text(number < 0 ? "-Infinity" : "Infinity") : .real(number)
    }

    @Test(arguments: orders)
    func `say again what they were made from`(type: RegisterType, orders: [ByteOrder?]) {
        var draws = Draws()
        for order in orders {
            let register = RegisterDefinition(type, at: 7, order: order).with {
                if type == .bits || type == .string { $0.width = 5 }
                if type == .bits || type == .bit { $0.bit = 11 }
            }
            for _ in 0..<Draws.count(2000, proving: 30_000) {
                let raw = Self.draw(type, &draws)
                let words = register.words(of: raw)
                let again = words.map { register.content(of: $0, from: 7).raw }
                if again != raw || words?.count != register.count {
                    Issue.record("\(type) \(order?.rawValue ?? "-") \(raw): \(words ?? []), seed \(draws.seed)")
                    return
                }
            }
        }
    }

    @Test(arguments: [
        (RegisterType.uint64, RawContent.unsigned(.max), [0xffff, 0xffff, 0xffff, 0xffff] as [UInt16]),
        (.int64, .signed(.min), [0x8000, 0, 0, 0]), (.int64, .signed(-2), [0xffff, 0xffff, 0xffff, 0xfffe]),
        (.float32, .real(0x1p-149), [0, 1]), (.float32, .real(-0.0), [0x8000, 0]),
        (.float32, .real(35.2), [0x420c, 0xcccd]),
        (.float64, .real(.leastNonzeroMagnitude), [0, 0, 0, 1]), (.float32, .text("-Infinity"), [0xff80, 0]),
        (.bcd32, .unsigned(12_345_678), [0x1234, 0x5678]), (.bcd16, .text("0x12A4"), [0x12a4]),
        (.int16, .unsigned(7), [7]), (.uint16, .signed(7), [7]), (.uint16, .real(7), [7]),
        (.float32, .signed(-2), [0xc000, 0]),
        (.string, .text("A\\x09"), [0x4109]), (.string, .text("A"), [0x4100]),
    ])
    func `are exactly these`(type: RegisterType, raw: RawContent, words: [UInt16]) {
        #expect(RegisterDefinition(type).words(of: raw) == words)
    }

    @Test(arguments: [
        (RegisterType.uint16, RawContent.unsigned(65_536)), (.uint16, .signed(-1)), (.int16, .signed(32_768)),
        (.int16, .signed(-32_769)), (.uint32, .unsigned(0x1_0000_0000)), (.int64, .unsigned(0x8000_0000_0000_0000)),
        (.uint64, .signed(-1)), (.uint16, .real(1.5)), (.uint16, .text("1")), (.bool, .unsigned(2)),
        (.bit, .unsigned(2)),
        (.bits, .unsigned(2)), (.bcd16, .unsigned(10_000)), (.bcd16, .signed(-1)), (.bcd32, .unsigned(100_000_000)),
        (.bcd16, .text("0x12345")), (.bcd16, .text("12A4")), (.float32, .real(1e39)), (.float64, .unsigned(.max)),
        (.float64, .text("x")), (.string, .text("abc")), (.string, .text("é")), (.string, .text("\\q")),
        (.string, .text("\\x4")), (.string, .unsigned(1)),
    ])
    func `are none for what does not fit`(type: RegisterType, raw: RawContent) {
        #expect(RegisterDefinition(type).words(of: raw) == nil)
    }

    @Test func `of a bit leave the others clear`() {
        #expect(RegisterDefinition(.bit).with { $0.bit = 15 }.words(of: .unsigned(1)) == [0x8000])
        #expect(
            RegisterDefinition(.bits, order: .badc).with {
                $0.bit = 4; $0.width = 3
            }.words(of: .unsigned(5)) == [0x5000])
    }
}

@Suite struct `Raw number of a value` {
    @Test(arguments: [
        (RegisterType.uint16, 25.04, RawContent.unsigned(650)), (.uint16, 25.06, .unsigned(651)),
        (.uint16, -1000, .unsigned(0)),
        (.uint16, 1e9, .unsigned(65_535)), (.int16, -40.1, .signed(-1)), (.int16, 1e9, .signed(32_767)),
        (.int16, -1e9, .signed(-32_768)), (.uint64, 1e30, .unsigned(.max)), (.int64, 1e30, .signed(.max)),
        (.int64, -1e30, .signed(.min)), (.bcd16, 1e9, .unsigned(9999)), (.bcd32, 1e9, .unsigned(99_999_999)),
        (.bool, 60, .unsigned(1)), (.bits, 1e9, .unsigned(1)),
        (.float32, .infinity, .real(Double(Float.greatestFiniteMagnitude))),
        (.float64, -.infinity, .real(-.greatestFiniteMagnitude)), (.float64, .nan, .text("NaN")),
        (.float32, .nan, .text("NaN")),
        (.uint16, .nan, .unsigned(0)),
    ])
    func `is the nearest of the type`(type: RegisterType, value: Double, expected: RawContent) {
        let register = RegisterDefinition(type).with {
            $0.scale = 0.1; $0.offset = -40
        }
        #expect(register.raw(of: value) == expected)
    }

    @Test func `stops where doubles go beyond 64 bits`() {
        #expect(RegisterDefinition(.uint64).raw(of: 0x1p64) == .unsigned(.max))
        #expect(RegisterDefinition(.int64).raw(of: 0x1p63) == .signed(.max))
        #expect(RegisterDefinition(.int64).raw(of: -0x1p63) == .signed(.min))
        #expect(RegisterDefinition(.uint64).raw(of: 0x1p63) == .unsigned(1 << 63))
    }

    @Test(arguments: [(2.5, 3), (-2.5, -3), (2.4, 2)] as [(Double, Int64)])
    func `rounds halves away from zero`(value: Double, expected: Int64) {
        #expect(RegisterDefinition(.int32).raw(of: value) == .signed(expected))
    }

    @Test(arguments: RegisterType.allCases)
    func `gives a value back within half a step`(type: RegisterType) throws {
        let register = RegisterDefinition(type).with {
            $0.scale = 0.5
            $0.offset = 10
            if type == .string || type == .bits { $0.width = 10 }
        }
        for value in [10, 10.3, 10.5] {
            let words = try #require(register.words(of: register.raw(of: value)))
            let again = try #require(register.content(of: words, from: 0).value)
            #expect(abs(again - value) <= 0.25, "\(type)")
        }
    }

    @Test(arguments: [
        (12.3456, 4, "12.3456"), (12.3456, 3, "12.346"), (12.3456, 1, "12"), (-12.3456, 2, "-12"), (12_345, 1, "99"),
        (0.5, 2, "0.5"), (100, 4, "100"), (0, 1, "0"), (-0.05, 3, "-0.05"), (1e20, 4, "1e+20"), (1e20, 2, "9999"),
        (.nan, 2, "NaN"), (12.05, 4, "12.05"),
    ])
    func `of a string has the decimals that fit`(value: Double, width: Int, text: String) {
        #expect(RegisterDefinition(.string).with { $0.width = width }.raw(of: value) == .text(text))
    }
}

@Suite struct `Status code` {
    private let register = RegisterDefinition(.uint16).with { $0.status = [0: "00", 1: "01", -1: "02"] }

    @Test func `is the one that the number means, else the number`() {
        #expect(register.statusCode(of: .unsigned(0)) == "00")
        #expect(register.statusCode(of: .unsigned(1)) == "01")
        #expect(register.statusCode(of: .signed(-1)) == "02")
        #expect(register.statusCode(of: .unsigned(7)) == "7")
        #expect(register.statusCode(of: .unsigned(.max)) == "18446744073709551615")
        #expect(register.statusCode(of: .text("0x12A4")) == "0x12A4")
        #expect(register.with { $0.status = [:] }.statusCode(of: .unsigned(0)) == "0")
    }

    @Test func `is none where no status is said`() {
        #expect(register.with { $0.status = nil }.statusCode(of: .unsigned(0)) == nil)
    }
}

@Suite struct `Text of a raw value` {
    @Test func `has the digits of its type`() {
        let single = RawContent.real(Double(Float(35.2)))
        #expect(RegisterType.float32.text(of: single) == "35.2")
        #expect(RegisterType.float64.text(of: single) == "35.20000076293945")
        #expect(RegisterType.uint64.text(of: .unsigned(.max)) == "18446744073709551615")
        #expect(RegisterType.int64.text(of: .signed(.min)) == "-9223372036854775808")
        #expect(RegisterType.string.text(of: .text("a")) == "a")
    }
}
