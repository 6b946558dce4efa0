/// An error that answers the caller's only question: is it worth trying again?
public protocol TransientError: Error {
    /// Whether the same call may succeed later although nothing is changed: a full disk, a busy lock, a broker away.
    var isTransient: Bool { get }
}
