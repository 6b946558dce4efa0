import Foundation

/// Standard output, in pieces of 64 KiB.
///
/// A reader that goes away makes `flush` throw `OutputClosed`, which `Outcome` takes for a quiet end.
struct Output {
    private var buffer: [UInt8] = []
    private static let flushSize = 65_536

    mutating func line(_ text: String) throws {
        buffer.append(contentsOf: text.utf8)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= Self.flushSize { try flush() }
    }

    /// Bytes as they are, line ends included.
    mutating func bytes(_ bytes: [UInt8]) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.flushSize { try flush() }
    }

    mutating func flush() throws {
        guard !buffer.isEmpty else { return }
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(buffer))
        } catch {
            throw Self.isClosed(error)
                ? OutputClosed()
                : CommandFailure(.failure, "standard output takes nothing (\(error.localizedDescription))")
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// A line for people on standard error, so that standard output stays what another program can read.
    static func note(_ text: String) {
        error(Array((text + "\n").utf8))
    }

    /// Bytes for standard error; nobody is left to tell when it takes nothing.
    static func error(_ bytes: [UInt8]) {
        _ = try? FileHandle.standardError.write(contentsOf: Data(bytes))
    }

    private static func isClosed(_ error: any Error) -> Bool {
        let error = error as NSError
        let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        return cause.domain == NSPOSIXErrorDomain && cause.code == Int(EPIPE)
    }
}

/// Whoever read our output has seen enough.
struct OutputClosed: Error {}
