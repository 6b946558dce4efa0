import Glibc
public import OwnThread
import Synchronization

/// A connection that a listener has accepted, on its way to the thread that serves it.
///
/// Closed with its last reference, unless `channel` has been called.
public final class AcceptedSocket: Sendable {
    private let descriptor: Mutex<Int32>

    init(descriptor: Int32) {
        self.descriptor = Mutex(descriptor)
    }

    deinit {
        let left = descriptor.withLock { $0 }
        if left >= 0 { close(left) }
    }

    /// The open channel, which the calling thread owns from now on; a second call gives a closed one.
    ///
    /// - Parameter wake: Ends its waits.
    public func channel(wake: Wake) -> SocketChannel {
        let taken = descriptor.withLock { current in
            defer { current = -1 }
            return current
        }
        return SocketChannel(adopting: taken, name: "the connection", wake: wake)
    }
}
