public import Readings

/// A time of digits between other characters: `yyyyMMddHHmmss`, `dd/MM/yyyy HH:mm:ss`, `d/M/yyyy H:mm`.
///
/// `yyyy`, `MM` and `dd` are required, `HH`, `mm`, `ss`, `SSS` (milliseconds) are not; each may stand once. `M`, `d` and `H`
/// are one or two digits. Everything else stands for itself. There is no zone in it: the source's `zone` says what it
/// means.
public struct TimePattern: Sendable, Hashable {
    /// As it was written.
    public let text: String
    private let parts: [Part]

    private enum Part: Sendable, Hashable {
        case literal(UInt8)
        /// Digits: exactly so many, or one or two.
        case field(Field, digits: Int)
    }

    private enum Field: Int, Sendable, Hashable, CaseIterable {
        case year, month, day, hour, minute, second, millisecond

        /// The words of the field, and how many digits each stands for; 0 for one or two.
        var words: [(word: String, digits: Int)] {
            switch self {
            case .year: [("yyyy", 4)]
            case .month: [("MM", 2), ("M", 0)]
            case .day: [("dd", 2), ("d", 0)]
            case .hour: [("HH", 2), ("H", 0)]
            case .minute: [("mm", 2)]
            case .second: [("ss", 2)]
            case .millisecond: [("SSS", 3)]
            }
        }
    }

    public init(_ text: String) throws(FormatError) {
        let bytes = Array(text.utf8)
        var parts: [Part] = []
        var seen: Set<Field> = []
        var index = 0
        while index < bytes.count {
            var end = index
            while end < bytes.count, bytes[end] == bytes[index] { end += 1 }
            let word = String(decoding: bytes[index..<end], as: UTF8.self)
            if let (field, digits) = Self.field(word) {
                guard seen.insert(field).inserted else { throw FormatError("", "has \(word) twice in \"\(text)\"") }
                // Digits of unknown number that touch others could be read in two ways.
                if digits == 0, case .field = parts.last { throw Self.refusal(text, "with something beside \(word)") }
                if case .field(_, digits: 0) = parts.last { throw Self.refusal(text, "with something before \(word)") }
                parts.append(.field(field, digits: digits))
            } else {
                let isLetter = (bytes[index] | 0x20) &- 97 <= 25 && bytes[index] != UInt8(ascii: "T")
                let isDigit = bytes[index] &- 48 <= 9
                guard !isLetter, !isDigit else { throw Self.refusal(text, "of yyyy MM dd HH mm ss SSS, or d M H") }
                parts += bytes[index..<end].map { .literal($0) }
            }
            index = end
        }
        guard seen.isSuperset(of: [.year, .month, .day]) else {
            throw Self.refusal(text, "with yyyy, MM and dd in it")
        }
        self.text = text
        self.parts = parts
    }

    private static func field(_ word: String) -> (Field, Int)? {
        for field in Field.allCases {
            for known in field.words where known.word == word { return (field, known.digits) }
        }
        return nil
    }

    private static func refusal(_ text: String, _ expected: String) -> FormatError {
        FormatError(
            "", "is \"\(text)\", expected rfc3339, unix-s, unix-ms, unix-us, unix-ns, or a pattern \(expected)")
    }

    /// `yyyyMMddHHmmss`, as station files have it.
    public static let compact = unchecked("yyyyMMddHHmmss")

    private static func unchecked(_ text: String) -> TimePattern {
        guard let pattern = try? TimePattern(text) else { preconditionFailure("\(text) is no time pattern") }
        return pattern
    }

    /// The local time that a text shows.
    public func parse(_ text: Span<UInt8>) -> ParsedTime {
        var numbers: [7 of Int64] = [7 of Int64](repeating: 0)
        var index = 0
        for part in parts {
            switch part {
            case .literal(let byte):
                guard index < text.count, text[index] == byte else { return .invalid }
                index += 1
            case .field(let field, let digits):
                let start = index
                var number: Int64 = 0
                while index < text.count, index - start < max(digits, 2), text[index] &- 48 <= 9 {
                    number = number * 10 + Int64(text[index] - 48)
                    index += 1
                }
                guard digits == 0 ? index > start : index - start == digits else { return .invalid }
                numbers[field.rawValue] = number
            }
        }
        guard index == text.count else { return .invalid }
        let (year, month, day) = (numbers[0], numbers[1], numbers[2])
        guard month >= 1, month <= 12, day >= 1, day <= CivilDate.days(inMonth: month, ofYear: year), numbers[3] <= 23,
            numbers[4] <= 59, numbers[5] <= 59
        else { return .invalid }
        let days = CivilDate.daysSince1970(year: year, month: month, day: day)
        return .withoutZone(
            localMilliseconds: (days * 86_400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]) * 1000 + numbers[6])
    }
}
