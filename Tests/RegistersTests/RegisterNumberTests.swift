import Registers
import Testing

@Suite struct `Register number` {
    @Test(arguments: [
        (1, RegisterKind.coil, 0), (9999, .coil, 9998), (10_001, .discrete, 0), (19_999, .discrete, 9998),
        (30_001, .input, 0), (39_999, .input, 9998), (40_001, .holding, 0), (49_999, .holding, 9998),
        (100_001, .discrete, 0), (165_536, .discrete, 65_535), (300_001, .input, 0), (365_536, .input, 65_535),
        (400_001, .holding, 0), (410_000, .holding, 9999), (465_536, .holding, 65_535),
    ])
    func `says the kind and the address`(number: Int, kind: RegisterKind, address: UInt16) {
        #expect(RegisterNumber(number) == RegisterNumber(kind: kind, address: address))
        #expect(RegisterNumber(text: String(number)) == RegisterNumber(kind: kind, address: address))
    }

    @Test(arguments: [
        Int.min, -1, 0, 10_000, 20_000, 20_001, 29_999, 30_000, 40_000, 50_000, 99_999, 100_000, 165_537, 200_001,
        300_000, 365_537, 400_000, 465_537, Int.max,
    ])
    func `is none outside the four tables`(number: Int) {
        #expect(RegisterNumber(number) == nil)
    }

    @Test(arguments: [
        ("00001", RegisterKind.coil, 0), ("1", .coil, 0), ("09999", .coil, 9998), ("010000", .coil, 9999),
        ("000001", .coil, 0), ("065536", .coil, 65_535), ("40001", .holding, 0),
    ])
    func `is read from text, whose leading zero means a coil`(text: String, kind: RegisterKind, address: UInt16) {
        #expect(RegisterNumber(text: text) == RegisterNumber(kind: kind, address: address))
    }

    @Test(arguments: ["", "0", "000000", "065537", "4x0001", "+40001", " 40001", "40001 ", "99999999999999999999"])
    func `is not read from other text`(text: String) {
        #expect(RegisterNumber(text: text) == nil)
    }

    @Test(arguments: [
        (RegisterKind.holding, 0, "40001"), (.holding, 9998, "49999"), (.holding, 9999, "410000"),
        (.holding, 65_535, "465536"), (.input, 0, "30001"), (.input, 9999, "310000"), (.discrete, 0, "10001"),
        (.discrete, 65_535, "165536"), (.coil, 0, "00001"), (.coil, 9998, "09999"), (.coil, 9999, "010000"),
        (.coil, 65_535, "065536"),
    ])
    func `is written with five digits where they reach`(kind: RegisterKind, address: UInt16, expected: String) {
        let register = RegisterDefinition(name: "r", parameter: nil, kind: kind, address: address, type: .uint16)
        #expect(register.number == expected)
    }

    @Test(arguments: RegisterKind.allCases)
    func `is read again as it was written, at every address`(kind: RegisterKind) {
        for address in UInt16.min...UInt16.max {
            let number = RegisterNumber(kind: kind, address: address)
            if RegisterNumber(text: number.description) != number { Issue.record("\(number)") }
        }
    }
}
