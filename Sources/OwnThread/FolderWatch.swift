import Glibc

/// The kernel's news of folders (inotify): files that were closed after writing, or that got a name there.
///
/// A folder is watched by itself, without the folders in it. For one thread; closed with the last reference.
public final class FolderWatch {
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// - Throws: when the kernel gives no further instance (`fs.inotify.max_user_instances`).
    public init() throws(FileFault) {
        descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard descriptor >= 0 else { throw FileFault(call: "inotify_init1", path: "") }
    }

    deinit { close(descriptor) }

    /// Watches the folder at `path`. The same folder again, under whatever path, has the same number.
    ///
    /// - Returns: The number that its news carry.
    /// - Throws: `isNoSpace` when the kernel gives no further watches (`fs.inotify.max_user_watches`).
    public func add(_ path: PathBytes) throws(FileFault) -> Int32 {
        let wanted = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF
        let mask = UInt32(wanted) | UInt32(IN_ONLYDIR) | UInt32(IN_DONT_FOLLOW) | UInt32(IN_EXCL_UNLINK)
        let number = path.withCString { unsafe inotify_add_watch(descriptor, $0, mask) }
        guard number >= 0 else {
            let code = errno
            throw FileFault(call: "inotify_add_watch", path: path.description, code: code)
        }
        return number
    }

    /// Watches a folder no longer; no news when it was not watched.
    public func remove(_ number: Int32) {
        _ = inotify_rm_watch(descriptor, number)
    }

    /// Calls `body` with all the news there are, in the order in which they happened; does not wait.
    public func read(_ body: (FolderNews) -> Void) {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            var offset = 0
            while offset < count {
                let (news, length) = unsafe buffer.withUnsafeBytes { unsafe Self.news(in: $0, at: offset) }
                offset += length
                if let news { body(news) }
            }
        }
    }

    /// Waits for news or for `wake`, at most so long.
    public func wait(wake: Wake, milliseconds: Int) {
        var entries = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        // An interrupted wait is a short one.
        _ = unsafe poll(&entries, 2, Int32(clamping: max(0, milliseconds)))
    }

    private static func news(in buffer: UnsafeRawBufferPointer, at offset: Int) -> (FolderNews?, Int) {
        let event = unsafe buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
        let header = MemoryLayout<inotify_event>.size
        let start = offset + header
        // Filled up with zeros to the next event.
        let name = unsafe buffer[start..<(start + Int(event.len))].prefix { $0 != 0 }
        let news = unsafe FolderNews(folder: event.wd, name: PathBytes(Array(name)), mask: event.mask)
        return (news, header + Int(event.len))
    }
}
