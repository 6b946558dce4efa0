/// Where the time of day comes from, so that a test can hold it, set it back and let it jump.
public protocol WallClock: Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z; not monotonic, because the system's clock is not.
    func nowMicroseconds() -> Int64
    /// Whether the clock follows a reference; readings that have their time from one that does not are marked `CLK`.
    var isSynchronized: Bool { get }
}

extension WallClock {
    /// Unless a clock knows better.
    public var isSynchronized: Bool { true }

    /// The moment it is now, truncated to milliseconds.
    public func now() -> Timestamp {
        Timestamp(microsecondsSince1970: nowMicroseconds())
    }
}

extension Timestamp {
    /// A moment given in microseconds, truncated towards the past.
    public init(microsecondsSince1970 microseconds: Int64) {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1000)
        self.init(millisecondsSince1970: remainder < 0 ? quotient - 1 : quotient)
    }
}
