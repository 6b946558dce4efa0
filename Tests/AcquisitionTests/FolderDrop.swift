import FoundationEssentials
import Glibc
import Logging
import OwnThread
import QuantracTesting
import Readings
import Synchronization

@testable import Acquisition

/// A folder into which a test drops files, as an FTP server does, and the sources that empty it.
final class FolderDrop: Sendable {
    let folder: TestFolder
    /// The folder that the sources watch.
    let path: String
    private let sent = Mutex(0)

    init(isMade: Bool = true) throws {
        // In memory where that is possible: removing ten thousand files took half a minute on a disk with `discard`.
        folder = try TestFolder(in: unsafe access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp")
        path = folder.path("incoming")
        if isMade { try makeFolder("") }
    }

    var settings: FolderSourceSettings {
        var settings = FolderSourceSettings(name: "ftp-drop", path: path)
        settings.settleMilliseconds = 30
        return settings
    }

    func source(
        _ change: (inout FolderSourceSettings) -> Void = { _ in }, faults: DiskFaults? = nil
    ) -> FolderSource {
        var settings = settings
        change(&settings)
        let path = path
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        // Not SHA-256, which is not this target's: the length of what it was given.
        let digest: @Sendable (Span<UInt8>) -> [UInt8] = { Array("\($0.count)".utf8) }
        return FolderSource(settings: settings, logger: logger, digest: digest) {
            let disk = SystemFolderDisk(path: path)
            return faults.map { FaultyDisk(disk, faults: $0) } ?? disk
        }
    }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
    }

    func file(_ name: String) -> String { name.isEmpty ? path : "\(path)/\(name)" }

    /// Writes a file under a name that is not taken, and renames it into place.
    func drop(_ text: String, as name: String) throws {
        let temporary = folder.path(".uploading")
        try folder.write(text, to: ".uploading")
        guard unsafe rename(temporary, file(name)) == 0 else { throw TestingError("rename: \(errno)") }
    }

    /// Writes a file in place and closes it.
    func write(_ text: String, to name: String) throws {
        try folder.write(text, to: "incoming/\(name)")
    }

    /// Writes so many files in place, letting other tests run in between.
    func fill(_ count: Int, with text: String) async throws {
        for number in 0..<count {
            try write(text, to: "HN_A_KHI_\(20_000_000 + number).txt")
            if number.isMultiple(of: 100) { await Task.yield() }
        }
    }

    /// Writes a file in place, last written so many seconds ago.
    func write(_ text: String, to name: String, secondsAgo: Double) throws {
        try write(text, to: name)
        try age(name, seconds: secondsAgo)
    }

    func age(_ name: String, seconds: Double) throws {
        let date = Date(timeIntervalSinceNow: -seconds)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file(name))
    }

    func exists(_ name: String) -> Bool { folder.exists("incoming/\(name)") }

    /// The paths of all files below a folder of the watched one, sorted.
    func files(below name: String = "") -> [String] {
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: file(name))) ?? []
        return paths.filter { path in
            var status = stat()
            return unsafe lstat("\(file(name))/\(path)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        }.sorted()
    }

    /// `done/YYYY/MM/DD` of today.
    var today: String {
        let days = SystemTime.wallMicroseconds() / 1_000_000 / 86_400
        let date = CivilDate(daysSince1970: days)
        let two = { (number: Int64) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(date.year)/\(two(date.month))/\(two(date.day))"
    }
}

/// As a contract suite sees it: what is sent is a file each, and they are named in their order.
extension FolderDrop: SourceFixture {
    func makeSource() throws -> any Source { source() }

    func send(_ bodies: [String]) async throws {
        for body in bodies {
            let number = sent.withLock { sent in
                sent += 1
                return sent
            }
            try drop(body, as: "\(100_000 + number).txt")
        }
    }
}

/// What a disk is to refuse from now on, by the name of the file.
final class DiskFaults: Sendable {
    private let state = Mutex(State())

    private struct State {
        var reads: [String: Int32] = [:]
        var move: Int32?
        var beforeRead: (@Sendable (String) -> Void)?
        var beforeMove: (@Sendable (String) -> Void)?
        var moves = 0
    }

    func refuseReading(_ name: String, code: Int32?) { state.withLock { $0.reads[name] = code } }
    func refuseMoving(code: Int32?) { state.withLock { $0.move = code } }
    /// Calls `body` between the look at a file and its reading.
    func beforeReading(_ body: @escaping @Sendable (String) -> Void) { state.withLock { $0.beforeRead = body } }
    /// Calls `body` between the look at a file and its move.
    func beforeMoving(_ body: @escaping @Sendable (String) -> Void) { state.withLock { $0.beforeMove = body } }
    var refusedMoves: Int { state.withLock { $0.moves } }

    fileprivate func read(_ path: PathBytes) throws(FileFault) {
        let (code, hook) = state.withLock { ($0.reads["\(path)"], $0.beforeRead) }
        hook?("\(path)")
        if let code { throw FileFault(call: "open", path: "\(path)", code: code) }
    }

    fileprivate func move(_ path: PathBytes) throws(FileFault) {
        let (code, hook) = state.withLock { state in
            if state.move != nil { state.moves += 1 }
            return (state.move, state.beforeMove)
        }
        hook?("\(path)")
        if let code { throw FileFault(call: "rename", path: "\(path)", code: code) }
    }
}

/// A disk that refuses what it is told to refuse: the tests run as root, whom permissions do not stop.
private final class FaultyDisk: FolderDisk {
    private let disk: SystemFolderDisk
    private let faults: DiskFaults

    init(_ disk: SystemFolderDisk, faults: DiskFaults) {
        self.disk = disk
        self.faults = faults
    }

    func open() throws(FileFault) { try disk.open() }
    func forget() { disk.forget() }
    func check() throws(FileFault) { try disk.check() }

    func list(_ folder: PathBytes, _ body: (PathBytes, FileStatus.Kind) -> Void) throws(FileFault) {
        try disk.list(folder, body)
    }

    func status(of path: PathBytes) throws(FileFault) -> FileStatus { try disk.status(of: path) }

    func read(
        _ path: PathBytes, into bytes: inout [UInt8], atMost limit: Int, evenOpen: Bool
    ) throws(FileFault) -> FolderHandle.Reading {
        try faults.read(path)
        return try disk.read(path, into: &bytes, atMost: limit, evenOpen: evenOpen)
    }

    func move(_ path: PathBytes, to target: PathBytes) throws(FileFault) -> Bool {
        try faults.move(path)
        return try disk.move(path, to: target)
    }

    func remove(_ path: PathBytes) throws(FileFault) {
        try faults.move(path)
        try disk.remove(path)
    }
}
