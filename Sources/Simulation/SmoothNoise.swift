/// Noise that is a function of its place: the same seed and place give the same number on every machine.
public enum SmoothNoise {
    /// Between -1 and 1, continuous, changing from one whole number of `place` to the next.
    public static func value(seed: UInt64, at place: Double) -> Double {
        let cell = place.rounded(.down)
        let within = place - cell
        let index = UInt64(bitPattern: Int64(cell))
        let from = lattice(seed, index)
        let to = lattice(seed, index &+ 1)
        let weight = within * within * (3 - 2 * within)
        return from + (to - from) * weight
    }

    /// Evenly spread over 0 ..< 1: for what happens or does not happen in slot `index`.
    public static func chance(seed: UInt64, index: Int64) -> Double {
        Double(mix(seed &+ mix(UInt64(bitPattern: index))) >> 11) / 9_007_199_254_740_992
    }

    private static func lattice(_ seed: UInt64, _ index: UInt64) -> Double {
        Double(mix(seed &+ mix(index)) >> 11) / 4_503_599_627_370_496 - 1
    }

    /// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    public static func mix(_ word: UInt64) -> UInt64 {
        var word = word &+ 0x9e37_79b9_7f4a_7c15
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    /// A seed from a text, the same in every process (FNV-1a, 64 bits).
    public static func seed(of text: String, with seed: UInt64) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return mix(hash)
    }
}
