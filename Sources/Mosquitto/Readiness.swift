import Glibc

/// What `poll` found.
public struct Readiness: Sendable, Equatable {
    /// There are bytes to read, or the connection has ended, which reading will tell.
    public var isReadable = false
    public var isWritable = false
    /// Somebody signalled; the signal still stands.
    public var isWoken = false

    static func wait(socket: Int32, reading: Bool, writing: Bool, wake: Int32, milliseconds: Int) -> Readiness {
        let events = (reading ? Int16(POLLIN) : 0) | (writing ? Int16(POLLOUT) : 0)
        // A negative descriptor is skipped by poll.
        var entries = (
            pollfd(fd: socket, events: events, revents: 0), pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
        )
        let count = unsafe withUnsafeMutableBytes(of: &entries) { bytes in
            unsafe poll(bytes.bindMemory(to: pollfd.self).baseAddress, 2, Int32(clamping: max(0, milliseconds)))
        }
        // An interrupted wait is a short one: the caller looks at its clocks and waits again.
        guard count > 0 else { return Readiness() }
        let found = entries.0.revents
        let hasEnded = found & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
        return Readiness(
            isReadable: found & Int16(POLLIN) != 0 || hasEnded, isWritable: found & Int16(POLLOUT) != 0,
            isWoken: entries.1.revents != 0)
    }

    /// Reads and forgets until the other side ends, at most so long.
    static func discardInput(of socket: Int32, within milliseconds: Int) {
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        var scratch = [UInt8](repeating: 0, count: 64 << 10)
        while ContinuousClock.now < deadline {
            let ready = wait(socket: socket, reading: true, writing: false, wake: -1, milliseconds: 50)
            guard ready.isReadable else { continue }
            let count = unsafe recv(socket, &scratch, scratch.count, Int32(MSG_DONTWAIT))
            if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { return }
        }
    }
}
