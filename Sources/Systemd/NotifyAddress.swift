import Glibc

/// The socket of the service manager: a path, or a name in the abstract namespace written with a leading `@`.
public struct NotifyAddress: Sendable, Hashable {
    /// As `NOTIFY_SOCKET` has it.
    public let text: String

    /// - Throws: `NotifyError.badAddress` when it is neither `/path` nor `@name`, or longer than a socket's address.
    public init(_ text: String) throws(NotifyError) {
        let bytes = text.utf8
        // sun_path has 108 bytes: a path needs its closing NUL among them, an abstract name begins with one instead.
        guard bytes.count >= 2, bytes.count < 108, !bytes.contains(0), text.hasPrefix("/") || text.hasPrefix("@") else {
            throw NotifyError(reason: .badAddress, address: text, errorNumber: EINVAL)
        }
        self.text = text
    }

    var isAbstract: Bool { text.hasPrefix("@") }
}
