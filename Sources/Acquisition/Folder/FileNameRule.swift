import OwnThread

/// Which names are never taken: those that writers give to what is not complete, and what is hidden.
enum FileNameRule {
    private static let endings = [".tmp", ".part", ".filepart", "~"].map { Array($0.utf8) }
    /// Ours, in the folder itself.
    private static let shelves = [PathBytes("done"), PathBytes("failed")]

    /// Whether a file or a folder of that name may be looked at.
    static func takes(_ name: PathBytes) -> Bool {
        guard let first = name.bytes.first, first != UInt8(ascii: ".") else { return false }
        // FTP clients on Windows write endings in capitals.
        return !endings.contains { ending in
            name.bytes.count >= ending.count
                && zip(name.bytes.suffix(ending.count), ending).allSatisfy { lowercased($0) == $1 }
        }
    }

    /// Whether it is a path of ours, where files are put away; a file of that path is not taken.
    static func isShelf(_ path: PathBytes) -> Bool {
        shelves.contains(path)
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
