import Foundation
import NIOCore
import NIOPosix

/// The file of the control socket.
enum ControlSocket {
    /// Removes what a daemon that was killed left behind.
    ///
    /// - Throws: when a daemon answers there, or something else than a socket stands at the path.
    static func clear(_ path: String) async throws {
        // sun_path has 108 bytes with the zero at the end: unix(7).
        guard path.utf8.count < 108 else {
            throw ControlSocketError(message: "the path \(path) is too long for a socket: 107 bytes at most")
        }
        guard let type = try type(of: path) else { return }
        guard type == .typeSocket else {
            throw ControlSocketError(message: "\(path) is no socket: move it away, the control socket belongs there")
        }
        if await isAnswered(path) {
            throw ControlSocketError(
                message: "another daemon answers on \(path): stop it, or use another data_directory")
        }
        try FileManager.default.removeItem(atPath: path)
    }

    /// Owner and group only; the umask of the process may be stricter or laxer.
    static func restrict(_ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o660], ofItemAtPath: path)
    }

    static func remove(_ path: String) throws {
        if try type(of: path) != nil { try FileManager.default.removeItem(atPath: path) }
    }

    private static func type(of path: String) throws -> FileAttributeType? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    }

    /// Whether somebody accepts connections there.
    static func isAnswered(_ path: String) async -> Bool {
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(2))
                .connect(unixDomainSocketPath: path).get()
            try await channel.close().get()
            return true
        } catch {
            return false
        }
    }
}

/// Why the control socket cannot be served.
public struct ControlSocketError: Error, Sendable, Equatable, CustomStringConvertible {
    public let message: String
    public var description: String { message }
}
