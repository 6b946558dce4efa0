import Foundation
import SQLite

/// A folder in memory for one test, gone with its last use.
final class Folder: Sendable {
    let path: String

    init(in parent: String = "/dev/shm") throws {
        path = parent + "/quantrac-queue-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) stays: \(error)") }
    }

    func path(_ name: String) -> String { path + "/" + name }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }

    func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path(name))) }

    func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path(name)))) }

    /// Changes the queue file behind the queue's back.
    func run(_ sql: String) throws {
        try Connection.open(path: path("queue.db"), mode: .readWriteCreate).execute(sql)
    }

    /// Copies every file here into another folder: what a crash would leave behind.
    func copy(to other: Folder) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            try FileManager.default.copyItem(atPath: path(name), toPath: other.path(name))
        }
    }
}
