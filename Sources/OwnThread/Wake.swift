import Glibc

/// Wakes a thread that waits in `poll`: whoever wants it to look up calls `signal`.
///
/// A pair of connected sockets, closed with the last reference: the Glibc module has no `eventfd`, and a socket pair is
/// close-on-exec from its first moment.
public final class Wake: Sendable {
    /// Readable from `signal` until `clear`; for `poll` only.
    public let descriptor: Int32
    private let far: Int32

    /// - Throws: when the process has no descriptors left.
    public init() throws(ThreadError) {
        var pair: (Int32, Int32) = (-1, -1)
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let code = unsafe withUnsafeMutablePointer(to: &pair) { pointer in
            unsafe pointer.withMemoryRebound(to: Int32.self, capacity: 2) { unsafe socketpair(AF_UNIX, kind, 0, $0) }
        }
        guard code == 0 else { throw ThreadError(call: "socketpair") }
        (descriptor, far) = pair
    }

    deinit {
        close(descriptor)
        close(far)
    }

    /// Wakes the waiting thread, now or at its next wait; from any thread.
    public func signal() {
        var byte: UInt8 = 1
        // A full socket means that enough signals wait already.
        _ = unsafe send(far, &byte, 1, Int32(MSG_NOSIGNAL))
    }

    /// Forgets the signals so far.
    public func clear() {
        var bytes = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        while unsafe recv(descriptor, &bytes, 32, 0) > 0 {}
    }

    /// Waits for a signal, at most so long (negative: for ever), and says whether there is one; it is not cleared.
    public func wait(milliseconds: Int) -> Bool {
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        while true {
            let left = milliseconds < 0 ? -1 : max(0, (deadline - ContinuousClock.now).wholeMilliseconds)
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let count = unsafe poll(&entry, 1, Int32(clamping: left))
            if count > 0 { return true }
            if count == 0 { return false }
        }
    }
}

extension Duration {
    /// Rounded up, so that a wait of this length does not end early.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
