import Glibc

/// A system call that gave neither a thread nor a wake-up descriptor.
public struct ThreadError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The function that failed.
    public let call: String
    /// Its `errno`.
    public let code: Int32

    init(call: String, code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    /// Descriptors and threads run out and come back.
    public var isTransient: Bool { true }

    public var description: String {
        let reason = unsafe String(cString: strerror(code))
        return "\(call) failed: \(reason); raise the limits of the process (ulimit -n, -u) if it stays so"
    }
}
