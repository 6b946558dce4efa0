/// The clock of a bus; a test has its own.
public protocol BusClock: AnyObject {
    /// Never goes back.
    func monotonicNanoseconds() -> Int64
    /// Since 1970; may jump.
    func wallMicroseconds() -> Int64
    /// Waits; `false` when somebody wants us to stop.
    func sleep(untilMonotonic nanoseconds: Int64) -> Bool
}
