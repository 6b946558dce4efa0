import Foundation
import Glibc

/// A file system of a few mebibytes, to be filled to the last byte; needs root.
public final class SmallDisk: Sendable {
    public let folder: TestFolder
    public var path: String { folder.path }

    public init(mebibytes: Int) throws {
        folder = try TestFolder()
        try Self.run("/bin/mount", "-t", "tmpfs", "-o", "size=\(mebibytes)m", "tmpfs", folder.path)
    }

    deinit {
        do { try Self.run("/bin/umount", "-l", folder.path) } catch { print("\(folder.path) stays mounted: \(error)") }
    }

    /// Whether this process may mount one.
    public static let isPossible: Bool = {
        guard getuid() == 0 else { return false }
        do {
            _ = try SmallDisk(mebibytes: 1)
            return true
        } catch {
            return false
        }
    }()

    /// Takes all the room there is but so much, with one more file.
    public func fill(leavingMebibytes rest: Int = 0) throws {
        let attributes = try FileManager.default.attributesOfFileSystem(forPath: path)
        var left = max(0, (attributes[.systemFreeSize] as? Int ?? 0) - rest << 20)
        let name = path + "/filler-\(UInt32.random(in: 0 ... .max))"
        guard FileManager.default.createFile(atPath: name, contents: nil),
            let file = FileHandle(forWritingAtPath: name)
        else { throw TestingError("\(name) cannot be made") }
        defer { file.closeFile() }
        for size in [1 << 20, 4096, 1] {
            let block = Data(repeating: 1, count: size)
            while rest == 0 || left >= size {
                // To the last byte: the end of the room is what is asked for.
                do { try file.write(contentsOf: block) } catch { break }
                left -= size
            }
        }
    }

    /// Gives back what `fill` has taken.
    public func empty() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: path) where name.hasPrefix("filler-") {
            try FileManager.default.removeItem(atPath: path + "/" + name)
        }
    }

    /// Makes it larger or smaller while it is in use.
    public func resize(mebibytes: Int) throws {
        try Self.run("/bin/mount", "-o", "remount,size=\(mebibytes)m", folder.path)
    }

    private static func run(_ arguments: String...) throws {
        let code = try ChildProcess(arguments, log: "/dev/null").exitCode()
        guard code == 0 else { throw TestingError("\(arguments) ended with \(code)") }
    }
}
