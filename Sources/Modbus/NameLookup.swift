import Glibc
import OwnThread
import Synchronization

/// A name being looked up on a thread of its own, because the resolver knows neither a deadline nor a stop.
final class NameLookup: Sendable {
    private let outcome = Mutex<Result<[SocketAddress], ChannelError>?>(nil)
    private let done: Wake

    private init(done: Wake) {
        self.done = done
    }

    /// Begins; the thread ends when the resolver returns, whether or not anybody still waits.
    static func start(_ host: String, port: UInt16) throws(ChannelError) -> NameLookup {
        do {
            let lookup = NameLookup(done: try Wake())
            _ = try OwnThread.start(name: "resolve") {
                let found = SocketAddress.resolve(host, port: port)
                lookup.outcome.withLock { $0 = found }
                lookup.done.signal()
            }
            return lookup
        } catch {
            throw ChannelError(.unreachable, "\(host) cannot be looked up: \(error)")
        }
    }

    /// Waits for what the resolver says.
    func wait(until deadline: Int64, wake: Wake) throws(ChannelError) -> Result<[SocketAddress], ChannelError> {
        _ = try Readiness.wait(
            for: POLLIN, on: done.descriptor, until: deadline, wake: wake, what: "the lookup of a name")
        guard let found = outcome.withLock({ $0 }) else {
            throw ChannelError(.timedOut, "the resolver does not answer; write the address in digits, or repair it")
        }
        return found
    }
}
