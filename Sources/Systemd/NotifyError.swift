import Glibc

/// The service manager could not be told.
public struct NotifyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What failed.
    public enum Reason: String, Sendable {
        case badAddress, noSocket, notSent
    }

    public let reason: Reason
    /// The value of `NOTIFY_SOCKET`.
    public let address: String
    /// The C library's `errno`.
    public let errorNumber: Int32

    /// Trying again later can help: the manager was busy, or it was being re-executed.
    public var isTransient: Bool { reason == .notSent && errorNumber != EACCES && errorNumber != EPERM }

    public var description: String {
        let what =
            switch reason {
            case .badAddress: "NOTIFY_SOCKET is neither a path nor an abstract name"
            case .noSocket: "no socket could be made to notify the service manager"
            case .notSent: "the service manager could not be notified"
            }
        return "\(what) (\(address): \(errorText(errorNumber)))"
    }
}
