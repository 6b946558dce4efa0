/// A moment in UTC, in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Finer input is truncated, never rounded: a reading of 07:00:00.9999 belongs to 07:00:00.999.
public struct Timestamp: Sendable, Hashable, Comparable {
    public var millisecondsSince1970: Int64

    @inlinable
    public init(millisecondsSince1970: Int64) {
        self.millisecondsSince1970 = millisecondsSince1970
    }

    /// 1970-01-01T00:00:00Z up to, but not including, 2100-01-01T00:00:00Z: what a reading's time may be.
    public static let plausible: Range<Int64> = 0..<4_102_444_800_000

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.millisecondsSince1970 < right.millisecondsSince1970
    }

    /// The moment so many milliseconds later; earlier when the number is negative.
    public func advanced(byMilliseconds milliseconds: Int64) -> Timestamp {
        Timestamp(millisecondsSince1970: millisecondsSince1970 &+ milliseconds)
    }

    /// Milliseconds from `earlier` to here; negative when `earlier` is the later one.
    public func milliseconds(since earlier: Timestamp) -> Int64 {
        millisecondsSince1970 &- earlier.millisecondsSince1970
    }
}
