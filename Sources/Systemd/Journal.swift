import Glibc

/// Lines for the journal on standard error: each begins with `<N>`, its priority, as sd-daemon(3) describes.
///
/// journald takes the prefix off again; `journalctl -p warning` then finds what matters.
public enum Journal {
    /// The severities of syslog(3).
    public enum Priority: UInt8, Sendable, CaseIterable {
        case emergency, alert, critical, error, warning, notice, info, debug
    }

    /// Whether standard error goes to the journal: `JOURNAL_STREAM` names the device and inode of the stream.
    ///
    /// A child that redirects its standard error inherits the variable but not the stream; so both are compared.
    public static var isStandardError: Bool {
        isStandardError(stream: environmentValue("JOURNAL_STREAM"))
    }

    static func isStandardError(stream: String?) -> Bool {
        guard let stream else { return false }
        var status = stat()
        guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }

    /// Appends a message as journal lines, its closing newline included.
    ///
    /// A message of several lines gets the prefix before each, because journald takes every line as an entry.
    public static func append(_ message: String, priority: Priority, to output: inout [UInt8]) {
        let prefix: [UInt8] = [UInt8(ascii: "<"), UInt8(ascii: "0") + priority.rawValue, UInt8(ascii: ">")]
        for line in message.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
            output.append(contentsOf: prefix)
            output.append(contentsOf: line)
            output.append(UInt8(ascii: "\n"))
        }
    }
}
