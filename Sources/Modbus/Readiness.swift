import Glibc
import OwnThread

/// Waits on a descriptor, a deadline and a stop at once; the one place where an interrupted call is repeated.
enum Readiness {
    /// Waits until one of `events` can be done on the descriptor, or it is broken; `nil` when the deadline has come.
    ///
    /// `poll` and not `select`: a descriptor above 1023 is an ordinary one.
    static func wait(
        for events: Int32, on descriptor: Int32, until deadline: Int64, wake: Wake, what: String
    ) throws(ChannelError) -> Int32? {
        var entries = (
            pollfd(fd: descriptor, events: Int16(events), revents: 0),
            pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
        )
        while true {
            let left = deadline <= 0 ? 0 : max(0, deadline - SystemTime.monotonicNanoseconds())
            let milliseconds = Int32(clamping: (left + 999_999) / 1_000_000)
            let count = unsafe withUnsafeMutablePointer(to: &entries) { pointer in
                unsafe pointer.withMemoryRebound(to: pollfd.self, capacity: 2) { unsafe poll($0, 2, milliseconds) }
            }
            if count < 0 {
                guard errno == EINTR else { throw ChannelError(.lost, "\(what): poll failed: \(text(errno))") }
                continue
            }
            if entries.1.revents != 0 { throw ChannelError(.stopped, "\(what): stopped while waiting") }
            if entries.0.revents != 0 { return Int32(entries.0.revents) }
            if left == 0 { return nil }
        }
    }

    /// Calls again what a signal has interrupted; what `errno` was, when it failed.
    static func uninterrupted(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    /// What an `errno` means.
    static func text(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
