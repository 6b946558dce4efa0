/// Pieces of lines that are written often, kept as words so that they are copied eight bytes at a time.
struct FragmentStore {
    private(set) var words: [UInt64] = []

    /// Where a piece stands, and how long it is.
    struct Fragment {
        var word: Int32
        var byteCount: Int32
    }

    /// Keeps a piece of text.
    mutating func add(_ bytes: [UInt8]) -> Fragment {
        let fragment = Fragment(word: Int32(words.count), byteCount: Int32(bytes.count))
        var start = 0
        while start < bytes.count {
            var word: UInt64 = 0
            for index in start..<min(start + 8, bytes.count) { word |= UInt64(bytes[index]) << ((index - start) * 8) }
            words.append(word)
            start += 8
        }
        return fragment
    }

    mutating func add(_ text: String) -> Fragment {
        add(Array(text.utf8))
    }
}
