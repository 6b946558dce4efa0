import FoundationEssentials
import Glibc
import QuantracTesting
import Readings
import Synchronization
import Testing

@testable import Acquisition

@Suite struct `Folder source` {
    @Test func `keeps the contract of a source`() async throws {
        try await SourceContract(FolderDrop()).verify()
    }

    @Test func `takes at the start what waits, by path, and puts it away by day`() async throws {
        let drop = try FolderDrop()
        try drop.makeFolder("B/2026/11/26")
        try drop.makeFolder("A/2026/11/27")
        try drop.write("third", to: "B/2026/11/26/B_20261126070000.txt", secondsAgo: 5)
        try drop.write("second", to: "A/2026/11/27/A_20261127070500.txt", secondsAgo: 5)
        try drop.write("first", to: "A/2026/11/27/A_20261127070000.txt", secondsAgo: 5)
        let sink = RecordingSink()
        let day = drop.today
        let run = RunningSource(drop.source(), sink: sink)
        try await sink.wait(for: 3)
        #expect(sink.bodies == ["first", "second", "third"])
        #expect(sink.topics.first == "A/2026/11/27/A_20261127070000.txt")
        #expect(run.source.name == "folder:ftp-drop")
        let status = run.source.status
        #expect(status.messages == 3)
        #expect(status.bytes == 16 + 33 * 3)
        #expect(status.lastMessage != nil)
        #expect(status.lastProgress != nil)
        try await run.stop()
        #expect(run.source.status.state == .stopped)
        #expect(run.source.status.lastProgress == nil)
        #expect(drop.files().count == 3)
        #expect(drop.exists("done/\(day)/A/2026/11/27/A_20261127070000.txt"))
    }

    @Test func `takes at once what is renamed into place`() async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        let run = RunningSource(drop.source { $0.settleMilliseconds = 3_600_000 }, sink: sink)
        try await run.waitUntilConnected()
        try drop.drop("whole", as: "HN_BKHN_KHIKXQ_20260325000500.txt")
        try await sink.wait(for: 1)
        #expect(sink.bodies == ["whole"])
        try await run.stop()
    }

    @Test func `waits for the writer, however slowly it writes, sweeps or not`() async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        let run = RunningSource(drop.source { $0.sweepMilliseconds = 10 }, sink: sink)
        try await run.waitUntilConnected()
        let file = unsafe open(drop.file("slow.txt"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        for piece in ["one ", "two ", "three"] {
            _ = unsafe Glibc.write(file, piece, piece.utf8.count)
            // Three times as long as it takes to settle.
            try await Task.sleep(for: .milliseconds(90))
            #expect(sink.bodies.isEmpty)
        }
        close(file)
        try await sink.wait(for: 1)
        #expect(sink.bodies == ["one two three"])
        try await run.stop()
    }

    @Test func `takes what its writer has left open without a word`() async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        let source = drop.source {
            $0.sweepMilliseconds = 10
            $0.abandonedMilliseconds = 50
        }
        let run = RunningSource(source, sink: sink)
        try await run.waitUntilConnected()
        let file = unsafe open(drop.file("left.txt"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        defer { close(file) }
        _ = unsafe Glibc.write(file, "left", 4)
        try await sink.wait(for: 1)
        try await run.stop()
    }

    @Test func `waits for a file that is opened again to be resumed`() async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        let run = RunningSource(drop.source { $0.settleMilliseconds = 200 }, sink: sink)
        try await run.waitUntilConnected()
        // A machine that is busy may take longer for the two than it takes to settle: then it is tried again.
        for attempt in 1...20 {
            let start = ContinuousClock.now
            try drop.write("half", to: "\(attempt).txt")
            let file = unsafe open(drop.file("\(attempt).txt"), O_WRONLY | O_APPEND | O_CLOEXEC)
            usleep(50_000)
            _ = unsafe Glibc.write(file, " whole", 6)
            close(file)
            let isInTime = ContinuousClock.now - start < .milliseconds(150)
            try await eventually("taken") { sink.bodies.last?.hasSuffix("whole") == true }
            guard isInTime else { continue }
            #expect(sink.bodies.last == "half whole")
            #expect(sink.topics.count { $0 == "\(attempt).txt" } == 1)
            break
        }
        try await run.stop()
    }

    @Test func `takes a file from the future when it has stood still`() async throws {
        let drop = try FolderDrop()
        try drop.write("tomorrow", to: "a.txt", secondsAgo: -86_400)
        let sink = RecordingSink()
        let run = RunningSource(drop.source(), sink: sink)
        try await sink.wait(for: 1)
        try await run.stop()
    }

    @Test func `never takes temporary names, links, pipes and what it has put away`() async throws {
        let drop = try FolderDrop()
        for name in [".hidden", "a.tmp", "b.part", "c.filepart", "d~", "E.TMP"] {
            try drop.write("no", to: name, secondsAgo: 5)
        }
        try drop.makeFolder("done/2026/11/27")
        try drop.makeFolder("failed/2026/11/27")
        try drop.makeFolder(".ssh")
        try drop.makeFolder("elsewhere.part")
        for name in ["done/2026/11/27/x", "failed/2026/11/27/x", ".ssh/x", "elsewhere.part/x"] {
            try drop.write("no", to: name, secondsAgo: 5)
        }
        try drop.folder.write("no", to: "outside.txt")
        #expect(unsafe symlink(drop.folder.path("outside.txt"), drop.file("link.txt")) == 0)
        #expect(unsafe symlink(drop.folder.path, drop.file("folder-link")) == 0)
        #expect(unsafe mkfifo(drop.file("pipe.txt"), 0o666) == 0)
        let before = drop.files()
        let sink = RecordingSink()
        let run = RunningSource(drop.source { $0.sweepMilliseconds = 10 }, sink: sink)
        try await run.waitUntilConnected()
        try drop.drop("yes", as: "z.txt")
        try await sink.wait(for: 1)
        try drop.drop("no", as: "late.tmp")
        #expect(unsafe symlink(drop.folder.path("outside.txt"), drop.file("late-link.txt")) == 0)
        try await Task.sleep(for: .milliseconds(100))
        try await run.stop()
        #expect(sink.bodies == ["yes"])
        #expect(Set(before).isSubset(of: drop.files()))
        #expect(drop.folder.exists("outside.txt"))
    }

    @Test func `does not follow a link that takes the place of a folder`() async throws {
        let drop = try FolderDrop()
        try drop.makeFolder("A")
        let sink = RecordingSink()
        let run = RunningSource(drop.source { $0.sweepMilliseconds = 10 }, sink: sink)
        try await run.waitUntilConnected()
        try FileManager.default.createDirectory(
            atPath: drop.folder.path("secret"), withIntermediateDirectories: true)
        #expect(unsafe rmdir(drop.file("A")) == 0)
        #expect(unsafe symlink(drop.folder.path("secret"), drop.file("A")) == 0)
        try drop.folder.write("no", to: "secret/a.txt")
        #expect(unsafe symlink(drop.folder.path("secret"), drop.file("done")) == 0)
        try drop.drop("yes", as: "b.txt")
        try await sink.wait(for: 1)
        try await run.wait("holding") { $0.state == .holding }
        try await run.stop()
        #expect(sink.bodies == ["yes"])
        #expect(drop.exists("b.txt"))
    }

    @Test func `finds files in folders that are made while it runs`() async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        let run = RunningSource(drop.source(), sink: sink)
        try await run.waitUntilConnected()
        for day in 1...20 {
            try drop.makeFolder("HN-\(day)/2026/11/\(day)")
            try drop.write("\(day)", to: "HN-\(day)/2026/11/\(day)/a.txt")
        }
        try await sink.wait(for: 20)
        #expect(Set(sink.bodies) == Set((1...20).map { "\($0)" }))
        // A whole folder renamed into place, and then a file in it.
        try FileManager.default.createDirectory(
            atPath: drop.folder.path("made/deep"), withIntermediateDirectories: true)
        try drop.folder.write("in", to: "made/deep/in.txt")
        #expect(unsafe rename(drop.folder.path("made"), drop.file("moved")) == 0)
        try await sink.wait(for: 21)
        try drop.drop("after", as: "moved/deep/after.txt")
        try await sink.wait(for: 22)
        #expect(sink.topics.suffix(2) == ["moved/deep/in.txt", "moved/deep/after.txt"])
        try await run.stop()
    }

    @Test func `looks eight folders deep`() async throws {
        let drop = try FolderDrop()
        try drop.makeFolder("1/2/3/4/5/6/7/8/9")
        try drop.write("eight", to: "1/2/3/4/5/6/7/8/a.txt", secondsAgo: 5)
        try drop.write("nine", to: "1/2/3/4/5/6/7/8/9/a.txt", secondsAgo: 5)
        let sink = RecordingSink()
        let run = RunningSource(drop.source { $0.sweepMilliseconds = 10 }, sink: sink)
        try await sink.wait(for: 1)
        try await Task.sleep(for: .milliseconds(50))
        try await run.stop()
        #expect(sink.bodies == ["eight"])
    }

    @Test func `sweeps what the kernel does not watch`() async throws {
        let drop = try FolderDrop()
        try drop.makeFolder("A/B/C")
        let sink = RecordingSink()
        let source = drop.source {
            $0.watchesMax = 2
            $0.sweepWithoutWatchMilliseconds = 20
        }
        let run = RunningSource(source, sink: sink)
        try await run.waitUntilConnected()
        try drop.write("unseen", to: "A/B/C/a.txt")
        try await sink.wait(for: 1)
        try await run.stop()
    }

    @Test func `sweeps when the kernel has lost news`() async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        let isDropped = Mutex(false)
        let run = RunningSource(drop.source()) { intake in
            // Nobody reads the news while the files come: 18,000 of them, and the kernel keeps 16,384.
            if intake.string(intake.payloads[0].body) == "first" {
                while !isDropped.withLock({ $0 }) { usleep(1000) }
            }
            try sink.accept(&intake)
        }
        try await run.waitUntilConnected()
        try drop.drop("first", as: "0.txt")
        try await run.wait("taken") { $0.messages == 1 }
        try await drop.fill(9000, with: "x")
        isDropped.withLock { $0 = true }
        try await sink.wait(for: 9001)
        #expect(Set(sink.topics).count == 9001)
        try await run.stop()
    }

    @Test func `waits for a folder that is not there, and for one that was taken away`() async throws {
        let drop = try FolderDrop(isMade: false)
        let sink = RecordingSink()
        let run = RunningSource(drop.source(), sink: sink)
        try await run.wait("waiting") { $0.state == .waiting }
        #expect(run.source.status.detail?.contains("No such file") == true)
        #expect(!run.source.status.isConnected)
        try drop.makeFolder("")
        try drop.drop("late", as: "a.txt")
        try await sink.wait(for: 1)
        try FileManager.default.removeItem(atPath: drop.path)
        try await run.wait("waiting again") { $0.state == .waiting }
        try drop.makeFolder("")
        try drop.drop("later", as: "b.txt")
        try await sink.wait(for: 2)
        #expect(run.source.status.reconnects == 1)
        try await run.stop()
    }

    @Test func `stops at once, with nothing to do, nothing there, and nothing accepted`() async throws {
        let drop = try FolderDrop()
        var run = RunningSource(drop.source()) { _ in }
        try await run.waitUntilConnected()
        try await run.stop()

        run = RunningSource(try FolderDrop(isMade: false).source()) { _ in }
        try await run.wait("waiting") { $0.state == .waiting }
        try await run.stop()

        run = RunningSource(drop.source()) { _ in throw RecordingSink.Refusal() }
        try await run.waitUntilConnected()
        try drop.drop("refused", as: "a.txt")
        try await run.wait("holding") { $0.state == .holding }
        try await run.stop()
        #expect(drop.exists("a.txt"))
    }
}
