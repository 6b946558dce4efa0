/// What a text says of a time.
public enum ParsedTime: Sendable, Hashable {
    /// A moment; whether it is plausible is the caller's question.
    case moment(Timestamp)
    /// A date and a time of day without a zone: milliseconds since 1970-01-01T00:00:00 of some local clock.
    case withoutZone(localMilliseconds: Int64)
    /// No RFC 3339 date-time.
    case invalid
}

extension ParsedTime {
    /// Reads an RFC 3339 date-time, or one that lacks nothing but the zone.
    ///
    /// `t`, `z` and a space between date and time are taken, as RFC 3339 5.6 allows. Fractions of any length are
    /// truncated to milliseconds. A leap second, 23:59:60 UTC, is the last millisecond of 23:59:59: the second after it
    /// is likely to have a reading of its own, which must keep its key. Years are 0000 … 9999.
    public init(rfc3339 text: Span<UInt8>) {
        guard let local = LocalTime(text) else {
            self = .invalid
            return
        }
        var offset = local.zoneStart
        if offset == text.count {
            let fits = !local.isLeapSecond || local.minuteOfDay % 60 == 59
            self = fits ? .withoutZone(localMilliseconds: local.milliseconds) : .invalid
            return
        }
        let sign = text[offset]
        var eastMinutes: Int64 = 0
        if sign | 0x20 == UInt8(ascii: "z") {
            offset += 1
        } else if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), text.count - offset == 6,
            text[offset + 3] == UInt8(ascii: ":")
        {
            let hours = twoDigits(text, offset + 1)
            let minutes = twoDigits(text, offset + 4)
            guard hours <= 23, minutes <= 59 else {
                self = .invalid
                return
            }
            eastMinutes = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
            offset += 6
        }
        let minuteInUTC = (local.minuteOfDay - eastMinutes + 2880) % 1440
        guard offset == text.count, !local.isLeapSecond || minuteInUTC == 1439 else {
            self = .invalid
            return
        }
        self = .moment(Timestamp(millisecondsSince1970: local.milliseconds - eastMinutes * 60_000))
    }

    /// Reads an RFC 3339 date-time from text.
    public init(rfc3339 text: String) {
        self.init(rfc3339: Array(text.utf8).span)
    }
}

/// The date and the time of day of a text, before its zone is known.
private struct LocalTime {
    var milliseconds: Int64
    var minuteOfDay: Int64
    var isLeapSecond: Bool
    /// Where the zone begins in the text, or its end.
    var zoneStart: Int

    @inline(__always)
    init?(_ text: Span<UInt8>) {
        guard text.count >= 19 else { return nil }
        let year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
        let month = twoDigits(text, 5)
        let day = twoDigits(text, 8)
        let hour = twoDigits(text, 11)
        let minute = twoDigits(text, 14)
        var second = twoDigits(text, 17)
        let letter = text[10]
        guard text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"), text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":"), letter | 0x20 == UInt8(ascii: "t") || letter == UInt8(ascii: " "),
            year < 10_000, month >= 1, month <= 12, day >= 1, day <= CivilDate.days(inMonth: month, ofYear: year),
            hour <= 23, minute <= 59, second <= 60
        else { return nil }
        isLeapSecond = second == 60
        if isLeapSecond { second = 59 }
        var offset = 19
        var fraction: Int64 = isLeapSecond ? 999 : 0
        if offset < text.count, text[offset] == UInt8(ascii: ".") {
            offset += 1
            var weight: Int64 = 100
            let firstDigit = offset
            while offset < text.count {
                let digit = Int64(text[offset]) - 48
                guard digit >= 0, digit <= 9 else { break }
                if !isLeapSecond { fraction += digit * weight }
                weight /= 10
                offset += 1
            }
            guard offset > firstDigit else { return nil }
        }
        minuteOfDay = hour * 60 + minute
        let days = CivilDate.daysSince1970(year: year, month: month, day: day)
        milliseconds = (days * 86_400 + minuteOfDay * 60 + second) * 1000 + fraction
        zoneStart = offset
    }
}

/// Two decimal digits; 1,000 or more where one of them is none, so that every range check refuses it.
@inline(__always)
private func twoDigits(_ text: Span<UInt8>, _ offset: Int) -> Int64 {
    let tens = text[offset] &- 48
    let units = text[offset + 1] &- 48
    guard tens <= 9, units <= 9 else { return 10_000 }
    return Int64(tens) * 10 + Int64(units)
}

extension Timestamp: CustomStringConvertible {
    /// Appends the moment as `2026-11-23T00:00:00.000Z`: always UTC, always three digits of the second.
    ///
    /// A moment outside the years 0000 … 9999 is written as the nearest one within.
    public func appendRFC3339(to bytes: inout [UInt8]) {
        let shown = min(max(millisecondsSince1970, -62_167_219_200_000), 253_402_300_799_999)
        let days = (shown - (shown < 0 ? 86_399_999 : 0)) / 86_400_000
        let milliseconds = shown - days * 86_400_000
        let date = CivilDate(daysSince1970: days)
        let seconds = milliseconds / 1000
        appendTwoDigits(date.year / 100, to: &bytes)
        appendTwoDigits(date.year % 100, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        appendTwoDigits(date.month, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        appendTwoDigits(date.day, to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        appendTwoDigits(seconds / 3600, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendTwoDigits(seconds / 60 % 60, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendTwoDigits(seconds % 60, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        appendTwoDigits(milliseconds % 1000 / 10, to: &bytes)
        bytes.append(UInt8(truncatingIfNeeded: milliseconds % 10 + 48))
        bytes.append(UInt8(ascii: "Z"))
    }

    /// The moment as `2026-11-23T00:00:00.000Z`.
    public var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        appendRFC3339(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

@inline(__always)
private func appendTwoDigits(_ number: Int64, to bytes: inout [UInt8]) {
    bytes.append(UInt8(truncatingIfNeeded: number / 10 + 48))
    bytes.append(UInt8(truncatingIfNeeded: number % 10 + 48))
}
