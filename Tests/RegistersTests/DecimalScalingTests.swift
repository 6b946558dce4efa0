import Registers
import Testing

@Suite struct `Scaling` {
    static let cases: [(Double, Double, UInt16, Double)] = [
        (0.01, 0, 702, 7.02), (0.1, 0, 10014, 1001.4), (0.001, 0, 65_535, 65.535), (0.1, -40, 653, 25.3),
        (0.05, 0, 7, 0.35), (2.5, 0.1, 3, 7.6), (1e-7, 0, 3, 3e-7), (0.3048, 0, 11, 3.3528), (-0.1, 0, 3, -0.3),
        (10, 5, 65_535, 655_355), (0.1, 273.15, 251, 298.25), (1, -1, 0, -1), (1e10, 0, 7, 7e10),
        (1e-5, 1e-6, 1, 1.1e-5),
    ]

    @Test(arguments: cases)
    func `is what the decimals say, rounded once`(scale: Double, offset: Double, raw: UInt16, value: Double) {
        var register = RegisterDefinition(name: "r", parameter: "P", kind: .holding, address: 0, type: .uint16)
        register.scale = scale
        register.offset = offset
        #expect(register.content(of: [raw], from: 0).value == value)
    }

    @Test func `with hundredths gives the nearest double of every register value`() {
        var register = RegisterDefinition(name: "r", parameter: "P", kind: .holding, address: 0, type: .uint16)
        register.scale = 0.01
        for raw in UInt16.min...UInt16.max {
            let text = "\(raw / 100).\(raw % 100 < 10 ? "0" : "")\(raw % 100)"
            #expect(register.content(of: [raw], from: 0).value == Double(text))
        }
    }

    @Test func `by a third, or of numbers beyond 2^53, is plain arithmetic`() {
        var register = RegisterDefinition(name: "r", parameter: "P", kind: .holding, address: 0, type: .uint64)
        register.scale = 1.0 / 3
        #expect(register.content(of: [0, 0, 0, 7], from: 0).value == 7 * (1.0 / 3))
        register.scale = 0.1
        let large = register.content(of: [0xffff, 0xffff, 0xffff, 0xffff], from: 0)
        #expect(large.value == 18_446_744_073_709_551_616 * 0.1 && large.raw == .unsigned(.max))
    }
}
