import OwnThread
public import Readings

/// The system's time of day.
public struct SystemWallClock: WallClock {
    private let checksSynchronization: Bool

    /// - Parameter checksSynchronization: Ask the kernel whether its clock follows a reference; without it, it is taken to.
    public init(checksSynchronization: Bool = false) {
        self.checksSynchronization = checksSynchronization
    }

    public var isSynchronized: Bool { !checksSynchronization || SystemTime.isSynchronized() }

    public func nowMicroseconds() -> Int64 { SystemTime.wallMicroseconds() }
}
