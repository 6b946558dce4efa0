/// How long to wait before the next try: twice as long each time, up to a limit, and never the same for two of us.
struct BackOff {
    let firstMilliseconds: Int
    let lastMilliseconds: Int
    private var nextMilliseconds: Int
    private var random: SplitMix

    /// The wait starts at 50 ms and ends at 30 s, where the settings say nothing else.
    init(firstMilliseconds: Int = 50, lastMilliseconds: Int = 30_000, seed: UInt64) {
        self.firstMilliseconds = firstMilliseconds
        self.lastMilliseconds = lastMilliseconds
        nextMilliseconds = firstMilliseconds
        random = SplitMix(state: seed)
    }

    /// The next wait: between half of the step and the step.
    mutating func next() -> Int {
        let step = nextMilliseconds
        nextMilliseconds = min(lastMilliseconds, step * 2)
        // Half of it by chance: after a power cut a thousand clients do not come back in the same millisecond.
        return step / 2 + Int.random(in: 0...(step - step / 2), using: &random)
    }

    /// It went well: start anew.
    mutating func reset() {
        nextMilliseconds = firstMilliseconds
    }
}

/// A small generator with a seed, so that a run can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
