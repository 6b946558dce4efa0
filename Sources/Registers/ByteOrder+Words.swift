extension ByteOrder {
    /// The two bytes of each register travel low byte first.
    var swapsBytes: Bool {
        switch self {
        case .badc, .dcba, .badcfehg, .hgfedcba: true
        case .abcd, .cdab, .abcdefgh, .ghefcdab: false
        }
    }

    /// The registers travel the least significant first.
    var reversesRegisters: Bool {
        switch self {
        case .cdab, .dcba, .ghefcdab, .hgfedcba: true
        case .abcd, .badc, .abcdefgh, .badcfehg: false
        }
    }

    /// It is one of eight bytes.
    var isOfEightBytes: Bool {
        switch self {
        case .abcd, .cdab, .badc, .dcba: false
        case .abcdefgh, .ghefcdab, .badcfehg, .hgfedcba: true
        }
    }
}

extension RegisterDefinition {
    /// The bits of up to four registers, joined by the order; `start` is the place of the first in `words`.
    func joined(_ words: [UInt16], at start: Int) -> UInt64 {
        let count = count
        let swaps = order?.swapsBytes ?? false
        let reverses = order?.reversesRegisters ?? false
        var result: UInt64 = 0
        for place in 0..<count {
            let word = words[start + (reverses ? count - 1 - place : place)]
            result = result << 16 | UInt64(swaps ? word.byteSwapped : word)
        }
        return result
    }

    /// The registers of joined bits: the inverse of `joined`.
    func split(_ bits: UInt64) -> [UInt16] {
        let swaps = order?.swapsBytes ?? false
        let words = (0..<count).map { place in
            let word = UInt16(truncatingIfNeeded: bits >> UInt64(16 * (count - 1 - place)))
            return swaps ? word.byteSwapped : word
        }
        return order?.reversesRegisters ?? false ? words.reversed() : words
    }
}
