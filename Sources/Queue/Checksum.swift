import Readings

/// A 64-bit mix folded to 32 bits, over every column of a row: finds flipped bits, not forgers.
///
/// docs/queue-format.md defines it; a change makes every stored row unreadable.
struct Checksum {
    private var state: UInt64 = 0x9e37_79b9_7f4a_7c15

    @inline(__always)
    mutating func mix(_ word: UInt64) {
        let mixed = (state ^ word) &* 0xff51_afd7_ed55_8ccd
        state = mixed ^ (mixed >> 32)
    }

    @inline(__always)
    mutating func mix(_ word: Int64) {
        mix(UInt64(bitPattern: word))
    }

    /// The count first, then the bytes by eights, little end first.
    mutating func mix(_ bytes: Span<UInt8>) {
        mix(UInt64(bytes.count))
        var word: UInt64 = 0
        for index in bytes.indices {
            word = word << 8 | UInt64(bytes[index])
            if index & 7 == 7 {
                mix(word)
                word = 0
            }
        }
        mix(word)
    }

    mutating func mix(_ text: String?) {
        guard let text else { return mix(UInt64.max) }
        mix(text.utf8.span)
    }

    /// As stored: signed, so that it takes four bytes.
    var value: Int64 {
        Int64(Int32(truncatingIfNeeded: state ^ (state >> 29)))
    }
}

/// What a reading's checksum covers, one word each.
struct RowWords {
    var sequence: Int64
    var series: Int32
    var time: Int64
    /// The bits of the value, or a pattern that is no value for NULL.
    var value: UInt64
    /// The bits of a numeric raw value, or the digest of its bytes; 0 for NULL.
    var raw: UInt64
    /// 0 NULL, 1 integer, 2 real, 3 text, 4 blob.
    var rawKind: UInt8
    var context: Int32
    var tests: Int64
    var flag: Int64
    var settles: Int64
    var lag: Int64
    var versionOffset: Int64
    var revision: Int64
    /// `nil` for NULL.
    var stationSequence: Int64?
    /// `nil` for NULL.
    var previous: Int64?

    /// A quiet NaN that no arithmetic makes: the word of a NULL value.
    static let nullValue: UInt64 = 0x7ff8_0000_0000_dead

    @inline(__always)
    var checksum: Int64 {
        var first = Checksum()
        var second = Checksum()
        first.mix(sequence)
        second.mix(UInt64(UInt32(bitPattern: series)) << 32 | UInt64(UInt32(bitPattern: context)))
        first.mix(time)
        second.mix(value)
        first.mix(raw)
        second.mix(UInt64(rawKind) | UInt64(bitPattern: flag) << 8 | UInt64(bitPattern: settles) << 16)
        first.mix(tests)
        second.mix(revision)
        first.mix(lag)
        second.mix(versionOffset)
        first.mix(stationSequence ?? Int64.min)
        // Rows of schema 1 have none, and keep their checksums.
        if let previous { first.mix(previous) }
        first.mix(UInt64(bitPattern: second.value))
        return first.value
    }

    /// The word of a raw text or literal.
    static func word(of bytes: Span<UInt8>) -> UInt64 {
        var checksum = Checksum()
        checksum.mix(bytes)
        return UInt64(bitPattern: checksum.value)
    }
}
