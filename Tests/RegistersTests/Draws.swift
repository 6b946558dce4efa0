import Foundation
import Registers

/// Random draws that a printed seed repeats: `QUANTRAC_SEED=`.
struct Draws: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    init(seed: UInt64 = Draws.seedOfEnvironment) {
        self.seed = seed
        state = seed
    }

    /// How many cases: some in the everyday run, many with `QUANTRAC_PROVE=1`.
    static func count(_ some: Int, proving many: Int) -> Int {
        ProcessInfo.processInfo.environment["QUANTRAC_PROVE"] == "1" ? many : some
    }

    private static var seedOfEnvironment: UInt64 {
        ProcessInfo.processInfo.environment["QUANTRAC_SEED"].flatMap { UInt64($0) }
            ?? UInt64.random(in: 0..<1_000_000_000)
    }

    /// splitmix64.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

extension RegisterDefinition {
    /// A holding register at an address, named after it.
    init(_ type: RegisterType, at address: UInt16 = 0, order: ByteOrder? = nil) {
        self.init(name: "r\(address)", parameter: "P", kind: .holding, address: address, type: type)
        self.order = order
    }

    /// With some fields set.
    func with(_ change: (inout RegisterDefinition) -> Void) -> RegisterDefinition {
        var copy = self
        change(&copy)
        return copy
    }

    /// What its words say when they come alone.
    func says(_ words: UInt16...) -> RegisterContent {
        content(of: words, from: address)
    }
}

extension DeviceDefinition {
    init(_ registers: [RegisterDefinition]) {
        self.init(unit: 1, station: "ST")
        self.registers = registers
    }
}
