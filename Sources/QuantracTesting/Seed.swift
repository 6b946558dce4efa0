import Foundation

/// Where the randomness of a test comes from: printed with the test, and given back by `QUANTRAC_SEED=`.
public enum Seed {
    /// The seed of `QUANTRAC_SEED`, or a new one.
    public static func fromEnvironment() -> UInt64 {
        if let text = ProcessInfo.processInfo.environment["QUANTRAC_SEED"], let seed = UInt64(text) { return seed }
        return UInt64.random(in: 0..<1_000_000_000)
    }
}

/// The same numbers for the same seed, on every machine (splitmix64).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
