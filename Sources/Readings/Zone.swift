/// How far a local clock was, is and will be ahead of UTC.
///
/// Reading the zone's file (`/usr/share/zoneinfo/NAME`) is the caller's job; this type only understands its bytes.
public struct Zone: Sendable, Hashable {
    /// `Asia/Ho_Chi_Minh`, `UTC`, `+07:00`.
    public let name: String
    /// UTC seconds at which a new offset begins, ascending.
    private let transitions: [Int64]
    /// Seconds east of UTC from the transition of the same index on.
    private let offsets: [Int32]
    /// Before the first transition.
    private let firstOffset: Int32
    /// After the last transition; `nil` when the last offset stays.
    private let rule: ZoneRule?

    public static let utc = Zone(name: "UTC", firstOffset: 0)

    /// A clock that is always as far from UTC, named `+07:00`.
    ///
    /// - Parameter secondsEastOfUTC: Less than a day either way.
    public init(secondsEastOfUTC seconds: Int) {
        precondition(abs(seconds) < 86_400, "a zone is less than a day away from UTC")
        let minutes = abs(seconds) / 60
        let twoDigits = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        self.init(
            name: (seconds < 0 ? "-" : "+") + twoDigits(minutes / 60) + ":" + twoDigits(minutes % 60),
            firstOffset: Int32(seconds))
    }

    /// A zone from the bytes of its TZif file (RFC 8536), version 1 to 4.
    ///
    /// `nil` when they are none, or when they count leap seconds (`right/…`), which no timestamp of ours does.
    public init?(name: String, tzif bytes: [UInt8]) {
        guard let file = TZifFile(bytes) else { return nil }
        self.init(
            name: name, firstOffset: file.firstOffset, transitions: file.transitions, offsets: file.offsets,
            rule: file.rule)
    }

    private init(
        name: String, firstOffset: Int32, transitions: [Int64] = [], offsets: [Int32] = [], rule: ZoneRule? = nil
    ) {
        self.name = name
        self.firstOffset = firstOffset
        self.transitions = transitions
        self.offsets = offsets
        self.rule = rule
    }

    /// Seconds east of UTC at a moment.
    public func secondsEast(atUTCSeconds seconds: Int64) -> Int {
        guard let last = transitions.last, seconds < last else {
            return rule?.secondsEast(atUTCSeconds: seconds) ?? Int(offsets.last ?? firstOffset)
        }
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return Int(low == 0 ? firstOffset : offsets[low - 1])
    }

    /// Seconds east of UTC at what a local clock shows, as seconds since its 1970-01-01T00:00:00.
    ///
    /// A time that the clock shows twice is the first of the two; one that it skips is taken as if it had not been set
    /// yet, so that 02:30 in a gap of one hour is the moment when the clock shows 03:30.
    public func secondsEast(atLocalSeconds local: Int64) -> Int {
        let before = secondsEast(atUTCSeconds: local &- 86_400)
        if secondsEast(atUTCSeconds: local &- Int64(before)) == before { return before }
        let after = secondsEast(atUTCSeconds: local &- Int64(before))
        return secondsEast(atUTCSeconds: local &- Int64(after)) == after ? after : before
    }

    /// The moment at which a local clock shows this many milliseconds since its 1970-01-01T00:00:00.
    public func timestamp(atLocalMilliseconds local: Int64) -> Timestamp {
        let seconds = (local - (local < 0 ? 999 : 0)) / 1000
        return Timestamp(millisecondsSince1970: local - Int64(secondsEast(atLocalSeconds: seconds)) * 1000)
    }
}
