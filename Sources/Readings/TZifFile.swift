/// What stands in a compiled zone file, RFC 8536.
struct TZifFile {
    var firstOffset: Int32 = 0
    var transitions: [Int64] = []
    var offsets: [Int32] = []
    var rule: ZoneRule?

    init?(_ bytes: [UInt8]) {
        let span = bytes.span
        guard let first = Header(span, at: 0) else { return nil }
        if first.version == 0 {
            guard readBlock(span, first, timeSize: 4) != nil else { return nil }
            return
        }
        // Version 1's block has 32-bit times and is only skipped: what follows holds the same and more.
        guard let second = Header(span, at: first.blockStart + first.blockLength(timeSize: 4)), second.version > 0,
            let footer = readBlock(span, second, timeSize: 8), footer < span.count,
            span[footer] == UInt8(ascii: "\n")
        else { return nil }
        var end = footer + 1
        while end < span.count, span[end] != UInt8(ascii: "\n") { end += 1 }
        guard end < span.count else { return nil }
        if end > footer + 1 {
            guard let rule = ZoneRule(posix: span.extracting((footer + 1)..<end)) else { return nil }
            self.rule = rule
        }
    }

    /// Reads the block after a header and returns where it ends.
    private mutating func readBlock(_ bytes: Span<UInt8>, _ header: Header, timeSize: Int) -> Int? {
        let end = header.blockStart + header.blockLength(timeSize: timeSize)
        guard end <= bytes.count, header.leapCount == 0, header.typeCount > 0 else { return nil }
        let indexStart = header.blockStart + header.timeCount * timeSize
        let typeStart = indexStart + header.timeCount
        func offset(ofType index: Int) -> Int32? {
            guard index < header.typeCount else { return nil }
            let seconds = Int32(truncatingIfNeeded: bigEndian(bytes, at: typeStart + index * 6, size: 4))
            return abs(Int64(seconds)) < 93_600 ? seconds : nil  // -24:59:59 … 25:59:59: RFC 8536, 3.2
        }
        guard let offsetOfFirstType = offset(ofType: 0) else { return nil }
        firstOffset = offsetOfFirstType
        transitions.reserveCapacity(header.timeCount)
        for index in 0..<header.timeCount {
            let time = bigEndian(bytes, at: header.blockStart + index * timeSize, size: timeSize)
            guard let offset = offset(ofType: Int(bytes[indexStart + index])), time > transitions.last ?? .min else {
                return nil
            }
            transitions.append(time)
            offsets.append(offset)
        }
        return end
    }

    private struct Header {
        var version: UInt8
        var blockStart: Int
        var leapCount, timeCount, typeCount: Int
        private var utcCount, standardCount, nameCount: Int

        init?(_ bytes: Span<UInt8>, at start: Int) {
            guard start >= 0, bytes.count - start >= 44,
                bigEndian(bytes, at: start, size: 4) == 0x545a_6966  // "TZif"
            else { return nil }
            func count(_ index: Int) -> Int {
                Int(UInt32(truncatingIfNeeded: bigEndian(bytes, at: start + 20 + index * 4, size: 4)))
            }
            version = bytes[start + 4]
            blockStart = start + 44
            (utcCount, standardCount, leapCount) = (count(0), count(1), count(2))
            (timeCount, typeCount, nameCount) = (count(3), count(4), count(5))
        }

        func blockLength(timeSize: Int) -> Int {
            timeCount * (timeSize + 1) + typeCount * 6 + nameCount + leapCount * (timeSize + 4) + standardCount
                + utcCount
        }
    }
}

/// A signed number of 4 or 8 bytes.
private func bigEndian(_ bytes: Span<UInt8>, at start: Int, size: Int) -> Int64 {
    var result: UInt64 = 0
    for index in start..<(start + size) { result = result << 8 | UInt64(bytes[index]) }
    return size == 4 ? Int64(Int32(truncatingIfNeeded: result)) : Int64(bitPattern: result)
}
