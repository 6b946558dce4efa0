import Registers
import Testing

@Suite struct `Register content` {
    // A number whose bytes all differ, in each order; a wrong order cannot give the same one.
    private static let twoRegisters: [(ByteOrder?, [UInt16])] = [
        (nil, [0x89ab, 0xcdef]), (.abcd, [0x89ab, 0xcdef]), (.cdab, [0xcdef, 0x89ab]), (.badc, [0xab89, 0xefcd]),
        (.dcba, [0xefcd, 0xab89]),
    ]
    private static let fourRegisters: [(ByteOrder?, [UInt16])] = [
        (nil, [0x8123, 0x4567, 0x89ab, 0xcdef]), (.abcdefgh, [0x8123, 0x4567, 0x89ab, 0xcdef]),
        (.ghefcdab, [0xcdef, 0x89ab, 0x4567, 0x8123]), (.badcfehg, [0x2381, 0x6745, 0xab89, 0xefcd]),
        (.hgfedcba, [0xefcd, 0xab89, 0x6745, 0x2381]),
    ]
    private static let oneRegister: [(ByteOrder?, UInt16)] = [
        (nil, 0x89ab), (.abcd, 0x89ab), (.cdab, 0x89ab), (.badc, 0xab89), (.dcba, 0xab89),
    ]

    @Test(arguments: oneRegister)
    func `of one register is in its order`(order: ByteOrder?, word: UInt16) {
        #expect(
            RegisterDefinition(.uint16, order: order).says(word)
                == RegisterContent(raw: .unsigned(0x89ab), value: 35_243))
        #expect(
            RegisterDefinition(.int16, order: order).says(word)
                == RegisterContent(raw: .signed(-30_293), value: -30_293))
    }

    @Test(arguments: twoRegisters)
    func `of two registers is in its order`(order: ByteOrder?, words: [UInt16]) {
        let expected: [(RegisterType, RegisterContent)] = [
            (.uint32, RegisterContent(raw: .unsigned(0x89ab_cdef), value: 2_309_737_967)),
            (.int32, RegisterContent(raw: .signed(-1_985_229_329), value: -1_985_229_329)),
            // 0x89ABCDEF: exponent 19 - 127, fraction 0x2BCDEF.
            (.float32, RegisterContent(raw: .real(-0x1.579bdep-108), value: -0x1.579bdep-108)),
        ]
        for (type, content) in expected {
            #expect(RegisterDefinition(type, at: 40, order: order).content(of: words, from: 40) == content, "\(type)")
        }
    }

    @Test(arguments: fourRegisters)
    func `of four registers is in its order`(order: ByteOrder?, words: [UInt16]) {
        let expected: [(RegisterType, RegisterContent)] = [
            (
                .uint64,
                RegisterContent(raw: .unsigned(0x8123_4567_89ab_cdef), value: Double(0x8123_4567_89ab_cdef as UInt64))
            ),
            (
                .int64,
                RegisterContent(raw: .signed(-0x7edc_ba98_7654_3211), value: Double(-0x7edc_ba98_7654_3211 as Int64))
            ),
            // 0x8123456789ABCDEF: exponent 0x12 - 1023, fraction 0x3456789ABCDEF.
            (.float64, RegisterContent(raw: .real(-0x1.3456789abcdefp-1005), value: -0x1.3456789abcdefp-1005)),
        ]
        for (type, content) in expected {
            #expect(RegisterDefinition(type, at: 40, order: order).content(of: words, from: 40) == content, "\(type)")
        }
    }

    @Test(arguments: [
        (ByteOrder?.none, [0x1234, 0x5678] as [UInt16]), (.abcd, [0x1234, 0x5678]), (.cdab, [0x5678, 0x1234]),
        (.badc, [0x3412, 0x7856]), (.dcba, [0x7856, 0x3412]),
    ])
    func `of decimal digits is in its order`(order: ByteOrder?, words: [UInt16]) {
        let content = RegisterDefinition(.bcd32, order: order).content(of: words, from: 0)
        #expect(content == RegisterContent(raw: .unsigned(12_345_678), value: 12_345_678))
    }

    @Test(
        arguments: [(0x1234, ByteOrder.abcd), (0x1234, .cdab), (0x3412, .badc), (0x3412, .dcba)]
            as [(UInt16, ByteOrder)])
    func `of four decimal digits is in its order`(word: UInt16, order: ByteOrder) {
        #expect(
            RegisterDefinition(.bcd16, order: order).says(word) == RegisterContent(raw: .unsigned(1234), value: 1234))
    }

    @Test func `is found by its address in a longer answer`() {
        let words: [UInt16] = [1, 2, 3, 4, 5, 6]
        #expect(RegisterDefinition(.uint16, at: 100).content(of: words, from: 100).raw == .unsigned(1))
        #expect(RegisterDefinition(.uint16, at: 105).content(of: words, from: 100).raw == .unsigned(6))
        #expect(RegisterDefinition(.uint32, at: 104).content(of: words, from: 100).raw == .unsigned(0x5_0006))
        #expect(RegisterDefinition(.uint16, at: 65_535).content(of: [7, 8], from: 65_534).raw == .unsigned(8))
    }

    @Test(arguments: [
        (0, 0), (1, 0), (4, 1), (15, 1), (14, 0),
    ])
    func `of a bit counts from the least significant`(bit: Int, expected: UInt64) {
        let register = RegisterDefinition(.bit).with { $0.bit = bit }
        #expect(
            register.says(0b1000_0000_0001_0000) == RegisterContent(raw: .unsigned(expected), value: Double(expected)))
    }

    @Test func `of a bit minds the order of the bytes`() {
        #expect(RegisterDefinition(.bit, order: .badc).with { $0.bit = 8 }.says(0x0001).raw == .unsigned(1))
        #expect(RegisterDefinition(.bit, order: .badc).with { $0.bit = 0 }.says(0x0001).raw == .unsigned(0))
    }

    @Test(arguments: [(0, 16, 0xb3c5), (0, 1, 1), (4, 3, 4), (4, 4, 12), (12, 4, 11), (15, 1, 1), (1, 15, 0x59e2)])
    func `of bits is their unsigned number`(bit: Int, width: Int, expected: UInt64) {
        let register = RegisterDefinition(.bits).with {
            $0.bit = bit; $0.width = width
        }
        #expect(register.says(0xb3c5).raw == .unsigned(expected))
    }

    @Test func `of a coil is 0 or 1`() {
        let coil = RegisterDefinition(name: "c", parameter: nil, kind: .coil, address: 9, type: .bool)
        #expect(coil.content(of: [1, 0, 1], from: 8) == RegisterContent(raw: .unsigned(0), value: 0))
        #expect(coil.content(of: [0, 1, 0], from: 8) == RegisterContent(raw: .unsigned(1), value: 1))
    }

    @Test func `is scaled, then moved`() {
        let register = RegisterDefinition(.int16).with {
            $0.scale = 0.1; $0.offset = -40
        }
        #expect(register.says(0xfff6).value == -10 * 0.1 - 40)
        #expect(register.says(0xfff6).raw == .signed(-10))
        #expect(RegisterDefinition(.uint16).with { $0.offset = 3 }.says(4).value == 7)
        #expect(RegisterDefinition(.uint16).with { $0.scale = -2 }.says(4).value == -8)
    }

    @Test func `keeps a negative zero when nothing is computed`() {
        #expect(RegisterDefinition(.float32).says(0x8000, 0).value?.sign == .minus)
    }

    @Test func `has no value when the result is none`() {
        let content = RegisterDefinition(.float64).with { $0.scale = 1e10 }.says(0x7fef, 0xffff, 0xffff, 0xffff)
        #expect(content.value == nil)
        #expect(content.isNotANumber)
        #expect(!content.isSentinel)
        #expect(content.raw == .real(.greatestFiniteMagnitude))
    }

    @Test(arguments: [
        ([0x7fc0, 0] as [UInt16], "NaN"), ([0xffc0, 1], "NaN"), ([0x7f80, 1], "NaN"), ([0x7f80, 0], "Infinity"),
        ([0xff80, 0], "-Infinity"),
    ])
    func `of a float that is no number says so`(words: [UInt16], text: String) {
        let content = RegisterDefinition(.float32).content(of: words, from: 0)
        #expect(content.raw == .text(text))
        #expect(content.value == nil)
        #expect(content.isNotANumber)
        #expect(!content.isSentinel)
        let wide = RegisterDefinition(.float64)
        #expect(wide.words(of: content.raw).map { wide.content(of: $0, from: 0) } == content)
    }

    @Test func `of digits that are no BCD is their hexadecimal`() {
        for (word, text) in [(0x12a4, "0x12A4"), (0xa000, "0xA000"), (0x000f, "0x000F")] as [(UInt16, String)] {
            let content = RegisterDefinition(.bcd16).says(word)
            #expect(content.raw == .text(text))
            #expect(content.value == nil)
            #expect(content.isNotANumber)
        }
        #expect(RegisterDefinition(.bcd32).says(0x0000, 0x00a0).raw == .text("0x000000A0"))
        #expect(RegisterDefinition(.bcd16).says(0x9999) == RegisterContent(raw: .unsigned(9999), value: 9999))
        #expect(RegisterDefinition(.bcd32).says(0x9999, 0x9999).raw == .unsigned(99_999_999))
    }

    @Test(arguments: [
        ([0x3132, 0x2e33] as [UInt16], "12.3", 12.3), ([0x2d33, 0x2e35, 0x6532], "-3.5e2", -350),
        ([0x2020, 0x3700], "  7", 7), ([0x3720, 0x2020], "7", 7), ([0x3700, 0x4142], "7", 7), ([0x2b31], "+1", 1),
        ([0x2e35], ".5", 0.5), ([0x352e], "5.", 5), ([0x3145, 0x2d31], "1E-1", 0.1),
    ])
    func `of a string that is a number has its value`(words: [UInt16], text: String, value: Double) {
        let register = RegisterDefinition(.string).with { $0.width = words.count }
        #expect(register.content(of: words, from: 0) == RegisterContent(raw: .text(text), value: value))
    }

    @Test(arguments: [
        ([0x4f4b] as [UInt16], "OK"), ([0x0000], ""), ([0x2020], ""), ([0x3031, 0x2032], "01 2"),
        ([0x4e61, 0x4e00], "NaN"), ([0x696e, 0x6600], "inf"), ([0x3078, 0x3130], "0x10"), ([0x2d00], "-"),
        ([0x2e00], "."), ([0x3165], "1e"), ([0x6531], "e1"), ([0x312c, 0x3500], "1,5"),
        ([0x3165, 0x3939, 0x3900], "1e999"),
        ([0x0941, 0x7f80], "\\x09A\\x7F\\x80"), ([0x5c41], "\\x5CA"), ([0x2d2d, 0x3100], "--1"),
    ])
    func `of a string that is no number has none`(words: [UInt16], text: String) {
        let content = RegisterDefinition(.string).with { $0.width = words.count }.content(of: words, from: 0)
        #expect(content.raw == .text(text))
        #expect(content.value == nil)
        #expect(content.isNotANumber)
    }

    @Test func `of a string minds the order of the characters, the width and the scale`() {
        let register = RegisterDefinition(.string, at: 10, order: .badc).with {
            $0.width = 2; $0.scale = 10; $0.offset = 1
        }
        #expect(
            register.content(of: [0x3939, 0x3231, 0x3433, 0x3939], from: 9)
                == RegisterContent(raw: .text("1234"), value: 12_341))
    }
}

@Suite struct `Sentinels and ends of the range` {
    private static let hits: [(RegisterType, RawNumber, [UInt16])] = [
        (.uint16, .integer(65_535), [0xffff]), (.int16, .integer(-1), [0xffff]), (.int16, .integer(-32_768), [0x8000]),
        (.uint16, .real(65_535), [0xffff]), (.int16, .real(-999), [0xfc19]),
        (.uint32, .integer(0xffff_ffff), [0xffff, 0xffff]), (.int32, .integer(-9999), [0xffff, 0xd8f1]),
        (.uint64, .integer(-1), [0xffff, 0xffff, 0xffff, 0xffff]),
        (.uint64, .integer(-2), [0xffff, 0xffff, 0xffff, 0xfffe]),
        (.uint64, .integer(.min), [0x8000, 0, 0, 0]), (.uint64, .integer(.max), [0x7fff, 0xffff, 0xffff, 0xffff]),
        (.int64, .integer(.max), [0x7fff, 0xffff, 0xffff, 0xffff]), (.int64, .integer(.min), [0x8000, 0, 0, 0]),
        // -999.9 as a float32 is -999.900024…, 0xC479F99A.
        (.float32, .real(-999.9), [0xc479, 0xf99a]), (.float32, .integer(-9999), [0xc61c, 0x3c00]),
        (.float32, .integer(2_147_483_647), [0x4f00, 0]), (.float32, .real(-999.900_024_414_062_5), [0xc479, 0xf99a]),
        (.float64, .real(-999.9), [0xc08f, 0x3f33, 0x3333, 0x3333]),
        (.float64, .integer(-9999), [0xc0c3, 0x8780, 0, 0]),
        (.float32, .real(.nan), [0x7fc0, 0]), (.float32, .real(.infinity), [0x7f80, 0]),
        (.float64, .real(-.infinity), [0xfff0, 0, 0, 0]),
        (.bcd16, .integer(9999), [0x9999]), (.bcd16, .integer(65_535), [0xffff]),
        (.bcd32, .integer(0xffff_ffff), [0xffff, 0xffff]),
    ]

    @Test(arguments: hits)
    func `mean no value, though the raw one is kept`(type: RegisterType, number: RawNumber, words: [UInt16]) {
        let plain = RegisterDefinition(type)
        let content = plain.with {
            $0.missing = [.integer(3), number]; $0.saturated = [number]
        }.content(of: words, from: 0)
        #expect(content.isSentinel)
        #expect(content.value == nil)
        #expect(!content.isNotANumber)
        #expect(!content.isSaturated)
        #expect(content.raw == plain.content(of: words, from: 0).raw)
    }

    private static let misses: [(RegisterType, RawNumber, [UInt16])] = [
        (.uint16, .integer(-1), [0xffff]), (.uint32, .integer(-1), [0xffff, 0xffff]),
        (.int16, .integer(65_535), [0xffff]),
        (.uint16, .integer(65_535), [0xfffe]), (.uint64, .real(-1), [0xffff, 0xffff, 0xffff, 0xffff]),
        // The nearest doubles of both are equal; the integers are not.
        (.uint64, .integer(9_007_199_254_740_993), [0x0020, 0, 0, 0]),
        (.int64, .integer(.max), [0x7fff, 0xffff, 0xffff, 0xfffe]),
        (.float32, .real(-999.9), [0xc479, 0xf99b]), (.float32, .real(1e300), [0x7f80, 0]),
        (.float64, .real(1e300), [0x7ff0, 0, 0, 0]), (.float32, .real(.nan), [0x7f80, 0]),
        (.float64, .real(-999.9), [0xc08f, 0x3f33, 0x3333, 0x3334]),
        (.float64, .real(-999.9), [0xc08f, 0x3f33, 0x4000, 0]), (.int16, .real(-999.9), [0xfc19]),
    ]

    @Test(arguments: misses)
    func `are not what only looks alike`(type: RegisterType, number: RawNumber, words: [UInt16]) {
        let content = RegisterDefinition(type).with { $0.missing = [number] }.content(of: words, from: 0)
        #expect(!content.isSentinel)
        #expect(content == RegisterDefinition(type).content(of: words, from: 0))
    }

    @Test func `are compared before anything is computed`() {
        let register = RegisterDefinition(.int16).with {
            $0.scale = 0.001; $0.missing = [.integer(-9999)]
        }
        #expect(register.says(0xd8f1).isSentinel)
        #expect(
            register.with {
                $0.scale = 1; $0.offset = -9998
            }.says(0xffff).value == -9999)
        #expect(
            !register.with {
                $0.scale = 1; $0.offset = -9998
            }.says(0xffff).isSentinel)
    }

    @Test func `of the range leave the value`() {
        let register = RegisterDefinition(.uint16).with {
            $0.saturated = [.integer(0), .integer(4095)]; $0.scale = 2
        }
        #expect(register.says(4095).isSaturated)
        #expect(register.says(4095).value == 8190)
        #expect(register.says(0).isSaturated)
        #expect(!register.says(4094).isSaturated)
        #expect(!register.says(4095).isSentinel)
    }
}

@Suite struct `Sentinels of floats` {
    private func isSentinel(_ type: RegisterType, _ raw: Double, _ missing: RawNumber) throws -> Bool {
        var register = RegisterDefinition(name: "r", parameter: "P", kind: .holding, address: 0, type: type)
        register.missing = [missing]
        return register.content(of: try #require(register.words(of: .real(raw))), from: 0).isSentinel
    }

    @Test func `are compared in 32 bits only where they travel so`() throws {
        #expect(try !isSentinel(.float64, 1e9, .integer(999_999_999)))
        #expect(try isSentinel(.float64, 999_999_999, .integer(999_999_999)))
        #expect(try isSentinel(.float32, 1e9, .integer(999_999_999)))
        #expect(try isSentinel(.float32, -999.9, .real(-999.9)))
        #expect(try !isSentinel(.float64, Double(Float(-999.9)), .real(-999.9)))
    }
}
