import FoundationEssentials
import Glibc

/// A folder of its own for a test, removed with its last use.
public final class TestFolder: Sendable {
    public let path: String

    /// Everybody may write in it: a broker started by root runs as another user.
    public init(in parent: String = "/tmp") throws {
        var template = Array("\(parent)/quantrac-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw TestingError("mkdtemp: \(errno)") }
        path = unsafe template.withUnsafeBufferPointer { unsafe String(cString: $0.baseAddress!) }
        unsafe chmod(path, 0o777)
    }

    deinit {
        // What cannot be removed stays in /tmp, where the system's own sweep finds it.
        do { try FileManager.default.removeItem(atPath: path) } catch {}
    }

    /// The path of a file in the folder.
    public func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file that only its owner may change and everybody may read.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        let file = unsafe open(path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw TestingError("open \(name): \(errno)") }
        defer { close(file) }
        let bytes = Array(text.utf8)
        guard unsafe Glibc.write(file, bytes, bytes.count) == bytes.count else {
            throw TestingError("write \(name): \(errno)")
        }
        return path(name)
    }

    public func read(_ name: String) throws -> String {
        let file = unsafe open(path(name), O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw TestingError("open \(name): \(errno)") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe Glibc.read(file, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Removes a file; it must be there.
    public func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path(name))
    }

    /// Whether there is something of that name.
    public func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: path(name))
    }
}
