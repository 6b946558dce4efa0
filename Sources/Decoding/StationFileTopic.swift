import Formats
import Readings

/// What the name of a station file says: the last level of its topic, or of its path.
struct StationFileTopic: Sendable {
    /// `nil`: the station, `_` or nothing, 14 digits of the time, `.txt` or nothing.
    let pattern: NamePattern?

    /// The station that the name gives; `.none` when it gives none.
    ///
    /// - Throws: `noMatch` when the format's own pattern does not fit, `badStation` when the station breaks its rule;
    ///   at offset 0, since no byte of the file is to blame.
    func station(ofPayload payload: Int, of intake: borrowing Intake) throws(DecodingFailure)
        -> TextRange
    {
        let topic = intake.payloads[payload].topic
        let bytes = topic.isInText ? intake.text : intake.bytes
        let text = bytes.span.extracting(topic.indices)
        var start = text.count
        while start > 0, text[start - 1] != UInt8(ascii: "/") { start -= 1 }
        let name = text.extracting(start..<text.count)
        let found: Range<Int>?
        if let pattern {
            guard let match = pattern.match(name) else { throw DecodingFailure(.noMatch, at: 0) }
            found = match.station
        } else {
            found = Self.station(name)
        }
        guard let found else { return .none }
        guard StationID.isValid(name.extracting(found)) else {
            throw DecodingFailure(.badStation, at: 0)
        }
        let first = topic.indices.lowerBound + start
        let place = (first + found.lowerBound)..<(first + found.upperBound)
        return topic.isInText ? TextRange(inText: place) : TextRange(inBytes: place)
    }

    /// What stands before the time; `nil` when no time ends the name.
    private static func station(_ name: Span<UInt8>) -> Range<Int>? {
        var end = name.count
        if end > 4, name[end - 4] == UInt8(ascii: "."), name[end - 3] | 0x20 == UInt8(ascii: "t"),
            name[end - 2] | 0x20 == UInt8(ascii: "x"), name[end - 1] | 0x20 == UInt8(ascii: "t")
        {
            end -= 4
        }
        guard end > 14 else { return nil }
        for index in (end - 14)..<end where name[index] &- 48 > 9 { return nil }
        end -= 14
        if name[end - 1] == UInt8(ascii: "_") { end -= 1 }
        return 0..<end
    }
}
