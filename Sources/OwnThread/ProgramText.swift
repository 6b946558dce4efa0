import Glibc

/// The program's own code in memory.
public enum ProgramText {
    /// Gives back the pages of the code that only the start needed; those in use come back from the page cache.
    ///
    /// At the start the Swift runtime looks through the metadata of everything that is linked in. Seen here: 26 of the
    /// 39 MB of an idle daemon were such pages. The code is never written to, so nothing is lost by forgetting it.
    public static func releaseUnused() {
        for range in executableRanges() {
            guard let start = unsafe UnsafeMutableRawPointer(bitPattern: range.lowerBound) else { continue }
            // A refusal leaves everything as it was.
            _ = unsafe madvise(start, Int(range.count), MADV_DONTNEED)
        }
    }

    /// Where the executable file itself is mapped to be run, and only to be run: `r-x`, private.
    ///
    /// Read-only data is left alone: the dynamic linker has written addresses into it.
    private static func executableRanges() -> [Range<UInt>] {
        var target = [CChar](repeating: 0, count: 4096)
        let length = unsafe readlink("/proc/self/exe", &target, target.count)
        guard length > 0 else { return [] }
        let program = String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let maps = contents(of: "/proc/self/maps") else { return [] }
        return maps.split(separator: "\n").compactMap { line -> Range<UInt>? in
            let fields = line.split(separator: " ", maxSplits: 5)
            guard fields.count == 6, fields[1] == "r-xp", fields[5].drop(while: { $0 == " " }) == program else {
                return nil
            }
            let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            return bounds.count == 2 && bounds[0] < bounds[1] ? bounds[0]..<bounds[1] : nil
        }
    }

    private static func contents(of path: String) -> String? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(file, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
