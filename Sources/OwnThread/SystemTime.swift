import CClock
import Glibc

/// The clocks of the machine.
public enum SystemTime {
    /// Microseconds since 1970-01-01T00:00:00Z, as the system's clock has it; it may be set back.
    public static func wallMicroseconds() -> Int64 {
        let time = read(CLOCK_REALTIME)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// Nanoseconds since some moment in the past; never goes back.
    public static func monotonicNanoseconds() -> Int64 {
        let time = read(CLOCK_MONOTONIC)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Whether the kernel's clock is disciplined by NTP, PTP or the like; `true` when that cannot be asked.
    ///
    /// adjtimex(2): TIME_ERROR says that it is not synchronised.
    public static func isSynchronized() -> Bool {
        quantrac_clock_is_synchronized() != 0
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return time
    }
}
