/// The moments at which something is due: the multiples of an interval since 1970-01-01T00:00:00Z, plus an offset.
struct SlotGrid: Sendable, Hashable {
    /// 10 ms or more.
    let everyMilliseconds: Int64
    let offsetMilliseconds: Int64

    init(everyMilliseconds: Int64, offsetMilliseconds: Int64 = 0) {
        precondition(everyMilliseconds > 0, "an interval has a length")
        self.everyMilliseconds = everyMilliseconds
        self.offsetMilliseconds = offsetMilliseconds
    }

    /// The newest slot that has come at `wall` (microseconds since 1970), in milliseconds since 1970.
    func last(atOrBefore wall: Int64) -> Int64 {
        let milliseconds = Self.floor(wall, by: 1000) - offsetMilliseconds
        return Self.floor(milliseconds, by: everyMilliseconds) * everyMilliseconds + offsetMilliseconds
    }

    /// The first slot that has not passed at `wall` (microseconds since 1970), in milliseconds since 1970.
    func first(atOrAfter wall: Int64) -> Int64 {
        last(atOrBefore: wall + everyMilliseconds * 1000 - 1)
    }

    /// How many slots there are from the slot `start` until before the slot `end`; 0 when `end` is not later.
    func count(from start: Int64, to end: Int64) -> Int64 {
        max(0, (end - start) / everyMilliseconds)
    }

    private static func floor(_ number: Int64, by divisor: Int64) -> Int64 {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
