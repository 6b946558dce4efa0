public import Readings

/// A time of digits at fixed places: `yyyyMMddHHmmss`, `dd/MM/yyyy HH:mm:ss`, `yyyy-MM-dd HH:mm`.
///
/// `yyyy`, `MM`, `dd` are required, `HH`, `mm`, `ss`, `SSS` (milliseconds) are not; each may stand once. Everything else
/// stands for itself. There is no zone in it: the source's `zone` says what it means.
public struct TimePattern: Sendable, Hashable {
    /// As it was written.
    public let text: String
    private let bytes: [UInt8]
    private let fields: [Field?]

    private enum Field: Int, Sendable, Hashable, CaseIterable {
        case year, month, day, hour, minute, second, millisecond

        var letters: String {
            switch self {
            case .year: "yyyy"
            case .month: "MM"
            case .day: "dd"
            case .hour: "HH"
            case .minute: "mm"
            case .second: "ss"
            case .millisecond: "SSS"
            }
        }
    }

    public init(_ text: String) throws(FormatError) {
        let bytes = Array(text.utf8)
        var fields: [Field?] = []
        var seen: Set<Field> = []
        while fields.count < bytes.count {
            let letter = bytes[fields.count]
            var run = fields.count
            while run < bytes.count, bytes[run] == letter { run += 1 }
            let word = String(decoding: bytes[fields.count..<run], as: UTF8.self)
            if let field = Field.allCases.first(where: { $0.letters == word }) {
                guard seen.insert(field).inserted else { throw FormatError("", "has \(word) twice in \"\(text)\"") }
                fields += Array(repeating: field, count: word.utf8.count)
            } else {
                let isLetter =
                    letter | 0x20 >= UInt8(ascii: "a") && letter | 0x20 <= UInt8(ascii: "z")
                    && letter != UInt8(ascii: "T")
                guard !isLetter else {
                    throw FormatError(
                        "",
                        "is \"\(text)\", expected rfc3339, unix-s, unix-ms, unix-us, unix-ns, or a pattern of yyyy MM dd HH "
                            + "mm ss SSS")
                }
                fields += Array(repeating: nil, count: run - fields.count)
            }
        }
        guard seen.isSuperset(of: [.year, .month, .day]) else {
            throw FormatError(
                "",
                "is \"\(text)\", expected rfc3339, unix-s, unix-ms, unix-us, unix-ns, or a pattern with yyyy, MM and dd in it"
            )
        }
        self.text = text
        self.bytes = bytes
        self.fields = fields
    }

    /// `yyyyMMddHHmmss`, as station files have it.
    public static let compact = unchecked("yyyyMMddHHmmss")

    private static func unchecked(_ text: String) -> TimePattern {
        guard let pattern = try? TimePattern(text) else { preconditionFailure("\(text) is no time pattern") }
        return pattern
    }

    /// The local time that a text shows.
    public func parse(_ text: Span<UInt8>) -> ParsedTime {
        guard text.count == bytes.count else { return .invalid }
        var year: Int64 = 0, month: Int64 = 0, day: Int64 = 0
        var hour: Int64 = 0, minute: Int64 = 0, second: Int64 = 0, millisecond: Int64 = 0
        for index in 0..<bytes.count {
            guard let field = fields[index] else {
                guard text[index] == bytes[index] else { return .invalid }
                continue
            }
            let digit = Int64(text[index]) - 48
            guard digit >= 0, digit <= 9 else { return .invalid }
            switch field {
            case .year: year = year * 10 + digit
            case .month: month = month * 10 + digit
            case .day: day = day * 10 + digit
            case .hour: hour = hour * 10 + digit
            case .minute: minute = minute * 10 + digit
            case .second: second = second * 10 + digit
            case .millisecond: millisecond = millisecond * 10 + digit
            }
        }
        guard month >= 1, month <= 12, day >= 1, day <= CivilDate.days(inMonth: month, ofYear: year), hour <= 23,
            minute <= 59, second <= 59
        else { return .invalid }
        let days = CivilDate.daysSince1970(year: year, month: month, day: day)
        return .withoutZone(
            localMilliseconds: (days * 86_400 + hour * 3600 + minute * 60 + second) * 1000 + millisecond)
    }
}
