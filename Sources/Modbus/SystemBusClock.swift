import Glibc
public import OwnThread

/// The machine's own clocks.
public final class SystemBusClock: BusClock {
    private let wake: Wake

    /// Makes one whose sleeps end when `wake` is signalled.
    public init(wake: Wake) {
        self.wake = wake
    }

    public func monotonicNanoseconds() -> Int64 { SystemTime.monotonicNanoseconds() }
    public func wallMicroseconds() -> Int64 { SystemTime.wallMicroseconds() }

    public func sleep(untilMonotonic nanoseconds: Int64) -> Bool {
        while true {
            let left = nanoseconds - SystemTime.monotonicNanoseconds()
            if left <= 0 { return !wake.wait(milliseconds: 0) }
            guard left < 1_000_000 else {
                if wake.wait(milliseconds: Int(left / 1_000_000)) { return false }
                continue
            }
            // poll counts in milliseconds; what is left is too short for a stop to be felt.
            var rest = timespec(tv_sec: 0, tv_nsec: Int(left))
            _ = unsafe nanosleep(&rest, nil)
        }
    }
}
