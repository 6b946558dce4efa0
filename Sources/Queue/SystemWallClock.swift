import OwnThread
public import Readings

/// The system's time of day.
public struct SystemWallClock: WallClock {
    public init() {}

    public func nowMicroseconds() -> Int64 { SystemTime.wallMicroseconds() }
}
