import OwnThread

/// The hidden folder for files that were renamed away and must be looked at once more: `.quantrac/0/` and below that
/// their path; the number is the first whose name is free.
///
/// Only the source writes there, so that what lies there is never replaced by a writer. What a crash leaves there is
/// read again as if it lay at its own path.
enum AsidePlace {
    static let folder = PathBytes(".quantrac")
    /// Its own name and the number.
    static let depth = 2

    /// Whether it is the hidden folder, or in it.
    static func contains(_ path: PathBytes) -> Bool {
        path.bytes.starts(with: folder.bytes)
            && (path.bytes.count == folder.bytes.count || path.bytes[folder.bytes.count] == UInt8(ascii: "/"))
    }

    /// Where a file that came to `path` is laid aside.
    static func place(of path: PathBytes, number: Int) -> PathBytes {
        folder.appending(PathBytes("\(number)")).appending(path)
    }

    /// The path that a file came to, wherever it lies now.
    static func origin(of path: PathBytes) -> PathBytes {
        guard contains(path) else { return path }
        let names = path.bytes.split(separator: UInt8(ascii: "/"), maxSplits: depth)
        return names.count > depth ? PathBytes(Array(names[depth])) : path.name
    }
}
