import Glibc

/// Small files that hold a secret.
enum SecretFile {
    /// The text of a file of at most 64 KiB, without a newline at its end.
    static func read(_ path: String) throws(MQTTError) -> String {
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        var length = 0
        while length < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { all in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: all[length...])
                return unsafe Glibc.read(file, rest.baseAddress, rest.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            guard count > 0 else { break }
            length += count
        }
        let isNewline = { (byte: UInt8) in byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
        while length > 0, isNewline(bytes[length - 1]) { length -= 1 }
        return String(decoding: bytes[..<length], as: UTF8.self)
    }

    private static func failure(_ path: String) -> MQTTError {
        MQTTError(.file, detail: "\(path): \(unsafe String(cString: strerror(errno)))")
    }
}
