import Glibc

/// A lock on a file that ends with its owner, or with the process whatever ends it.
@safe public struct FileLock: ~Copyable {
    private let descriptor: Int32

    private init(adopting descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = close(descriptor) }

    /// What stood in the way of a lock.
    public enum Refusal: Error, Sendable, Equatable {
        /// Held by another process; its id as it wrote it into the file, 0 when it cannot be read.
        case held(pid: Int32)
        /// The file cannot be opened or written: `errno`.
        case failed(systemError: Int32)
    }

    /// Takes the lock and writes this process' id into the file.
    ///
    /// - Throws: `.held` at once when another process, or another lock of this process, has it.
    public static func acquire(_ path: String) throws(Refusal) -> FileLock {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw .failed(systemError: errno) }
        let lock = FileLock(adopting: descriptor)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else { throw .failed(systemError: errno) }
            throw .held(pid: readProcessID(descriptor))
        }
        // Without room for the id the lock still holds; only the message to a second process is poorer.
        if ftruncate(descriptor, 0) == 0 {
            let text = Array("\(getpid())\n".utf8)
            _ = unsafe text.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        }
        return lock
    }

    /// Takes a lock that other readers may share; `nil` when a writer holds it or there is no such file to lock.
    public static func acquireShared(_ path: String) -> FileLock? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let lock = FileLock(adopting: descriptor)
        while flock(descriptor, LOCK_SH | LOCK_NB) != 0 {
            guard errno == EINTR else { return nil }
        }
        return lock
    }

    private static func readProcessID(_ descriptor: Int32) -> Int32 {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        let digits = bytes.prefix(max(0, count)).prefix { (48...57).contains($0) }
        return Int32(String(decoding: digits, as: UTF8.self)) ?? 0
    }
}
