import FoundationEssentials
import Glibc
import OwnThread
import QuantracTesting
import Readings
import Synchronization
import Testing

@testable import Acquisition

@Suite struct `Folder source and the commit` {
    private struct Broken: Error {}

    @Test func `moves nothing before it is durable`() async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        sink.refuse(3)
        let wasThere = Mutex<[Bool]>([])
        let run = RunningSource(drop.source()) { intake in
            wasThere.withLock { $0.append(drop.exists("a.txt")) }
            try sink.accept(&intake)
        }
        try drop.drop("a", as: "a.txt")
        try await sink.wait(for: 1)
        try await run.wait("released") { $0.state == .connected }
        try await run.stop()
        #expect(wasThere.withLock { $0 } == [true, true, true, true])
        #expect(run.source.status.batchesHeld == 1)
        #expect(run.source.status.messages == 1)
        #expect(!drop.exists("a.txt"))
    }

    @Test func `gives a file again that was durable and not moved when the process died`() async throws {
        let drop = try FolderDrop()
        let committed = RecordingSink()
        let dying = RunningSource(drop.source()) { intake in
            try committed.accept(&intake)
            throw Broken()
        }
        try drop.drop("twice", as: "a.txt")
        await #expect(throws: Broken.self) { try await dying.waitForEnd() }
        #expect(drop.exists("a.txt"))
        let run = RunningSource(drop.source(), sink: committed)
        try await committed.wait(for: 2)
        try await run.stop()
        #expect(committed.bodies == ["twice", "twice"])
        #expect(drop.files() == ["done/\(drop.today)/a.txt"])
    }

    @Test func `puts what could not be decoded into failed, whatever becomes of the rest`() async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        for name in ["1-good", "2-bad", "3-good", "4-bad"] { try drop.write(name, to: name, secondsAgo: 5) }
        try drop.write("", to: "5-empty", secondsAgo: 5)
        let run = RunningSource(drop.source { $0.done = .delete }) { intake in
            for (index, payload) in intake.payloads.enumerated() {
                let body = intake.string(payload.body) ?? ""
                guard body.isEmpty || body.hasSuffix("bad") else { continue }
                intake.faults.append(Fault(payload: index, index: nil, offset: 0, reason: .syntax))
                intake.faults.append(Fault(payload: index, index: 1, offset: 0, reason: .badValue))
            }
            try sink.accept(&intake)
        }
        try await sink.wait(for: 5)
        try await run.stop()
        #expect(sink.batches == [5])
        let day = drop.today
        #expect(drop.files() == ["2-bad", "4-bad", "5-empty"].map { "failed/\(day)/\($0)" })
    }

    @Test func `names the day as the zone of the settings does`() async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        // Where it is tomorrow already, or not yet.
        let isLate = SystemTime.wallMicroseconds() / 1_000_000 % 86_400 >= 43_200
        let zone = Zone(secondsEastOfUTC: isLate ? 43_200 : -43_260)
        try drop.write("a", to: "a.txt", secondsAgo: 5)
        let run = RunningSource(drop.source { $0.dayZone = zone }, sink: sink)
        try await sink.wait(for: 1)
        try await run.stop()
        let days = SystemTime.wallMicroseconds() / 1_000_000 / 86_400 + (isLate ? 1 : -1)
        let date = CivilDate(daysSince1970: days)
        let name = try #require(drop.files().first).split(separator: "/").dropFirst().prefix(3).compactMap { Int64($0) }
        #expect(name == [date.year, date.month, date.day])
    }

    @Test func `replaces nothing that was put away before`() async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        let run = RunningSource(drop.source(), sink: sink)
        try await run.waitUntilConnected()
        for number in 0..<4 {
            try drop.drop("\(number)", as: "latest.txt")
            try await eventually("put away") { !drop.exists("latest.txt") }
        }
        try await run.stop()
        let again = RunningSource(drop.source(), sink: sink)
        try await again.waitUntilConnected()
        try drop.drop("4", as: "latest.txt")
        try await sink.wait(for: 5)
        try await again.stop()
        let names = ["latest.txt"] + (1...4).map { "latest.txt.\($0)" }
        #expect(drop.files() == names.map { "done/\(drop.today)/\($0)" })
        for (number, name) in names.enumerated() {
            #expect(try drop.folder.read("incoming/done/\(drop.today)/\(name)") == "\(number)")
        }
    }

    @Test func `takes again what changed between its reading and its move`() async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        let run = RunningSource(drop.source()) { intake in
            if sink.bodies.isEmpty { try drop.write("and more", to: "a.txt") }
            try sink.accept(&intake)
        }
        try await run.waitUntilConnected()
        try drop.drop("some", as: "a.txt")
        try await sink.wait(for: 2)
        try await run.stop()
        #expect(sink.bodies == ["some", "and more"])
        #expect(drop.files() == ["done/\(drop.today)/a.txt"])
    }

    @Test func `takes only the whole of what changes while it is read`() async throws {
        let drop = try FolderDrop()
        let faults = DiskFaults()
        let isFirst = Mutex(true)
        faults.beforeReading { _ in
            guard
                isFirst.withLock({ isFirst in
                    defer { isFirst = false }
                    return isFirst
                })
            else { return }
            do { try drop.write("some and more", to: "a.txt") } catch { Issue.record(error) }
        }
        let sink = RecordingSink()
        let run = RunningSource(drop.source(faults: faults), sink: sink)
        try await run.waitUntilConnected()
        try drop.drop("some", as: "a.txt")
        try await sink.wait(for: 1)
        try await run.stop()
        #expect(sink.bodies == ["some and more"])
    }

    @Test func `does without a file that vanishes before it is read`() async throws {
        let drop = try FolderDrop()
        let faults = DiskFaults()
        faults.beforeReading { path in if path == "b.txt" { unsafe unlink(drop.file(path)) } }
        for name in ["a", "b", "c"] { try drop.write(name, to: "\(name).txt", secondsAgo: 5) }
        let sink = RecordingSink()
        let run = RunningSource(drop.source(faults: faults), sink: sink)
        try await sink.wait(for: 2)
        try await run.stop()
        #expect(sink.bodies == ["a", "c"])
        #expect(run.source.status.detail == nil)
    }

    @Test func `leaves alone what it may not read, and tries it again`() async throws {
        let drop = try FolderDrop()
        let faults = DiskFaults()
        faults.refuseReading("b.txt", code: EACCES)
        for name in ["a", "b", "c"] { try drop.write(name, to: "\(name).txt", secondsAgo: 5) }
        let sink = RecordingSink()
        let run = RunningSource(drop.source({ $0.sweepMilliseconds = 20 }, faults: faults), sink: sink)
        try await sink.wait(for: 2)
        try await run.wait("shown") { $0.detail == "cannot be read: b.txt" && $0.isConnected }
        faults.refuseReading("b.txt", code: nil)
        try await sink.wait(for: 3)
        try await run.wait("well again") { $0.detail == nil }
        try await run.stop()
        #expect(sink.bodies == ["a", "c", "b"])
    }

    @Test func `remembers what it cannot put away, and does not read it again`() async throws {
        let drop = try FolderDrop()
        let faults = DiskFaults()
        faults.refuseMoving(code: EROFS)
        for name in ["a", "b"] { try drop.write(name, to: "\(name).txt", secondsAgo: 5) }
        let sink = RecordingSink()
        let run = RunningSource(drop.source({ $0.sweepMilliseconds = 10 }, faults: faults), sink: sink)
        try await sink.wait(for: 2)
        try await run.wait("holding") { $0.state == .holding && $0.detail?.contains("Read-only") == true }
        try await eventually("tried again") { faults.refusedMoves >= 6 }
        // Others are read all the same, and one that changes is read anew.
        try drop.drop("c", as: "c.txt")
        try await sink.wait(for: 3)
        try drop.drop("new b", as: "b.txt")
        try await sink.wait(for: 4)
        faults.refuseMoving(code: nil)
        try await run.wait("connected") { $0.state == .connected }
        try await run.stop()
        #expect(sink.bodies == ["a", "b", "c", "new b"])
        #expect(drop.files() == ["a.txt", "b.txt", "c.txt"].map { "done/\(drop.today)/\($0)" })
    }

    @Test func `keeps the beginning of what is too long, its length and its digest`() async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        try drop.write(String(repeating: "x", count: 100_000), to: "a-whole.txt", secondsAgo: 5)
        try drop.write(String(repeating: "y", count: 100_001), to: "b-cut.txt", secondsAgo: 5)
        try drop.write("", to: "c-huge.txt")
        #expect(unsafe truncate(drop.file("c-huge.txt"), 20 << 20) == 0)
        try drop.age("c-huge.txt", seconds: 5)
        let digests = Mutex<[String?]>([])
        let run = RunningSource(drop.source { $0.maxPayloadBytes = 100_000 }) { intake in
            let texts = intake.payloads.map { intake.string($0.digest) }
            digests.withLock { $0 += texts }
            try sink.accept(&intake)
        }
        try await sink.wait(for: 3)
        try await run.stop()
        #expect(sink.payloads.map(\.fullLength) == [100_000, 100_001, 20 << 20])
        #expect(sink.payloads.map(\.isOversize) == [false, true, true])
        #expect(sink.bodies.map(\.utf8.count) == [100_000, 65_536, 65_536])
        #expect(digests.withLock { $0 } == [nil, "100001", "\(16 << 20)"])
    }

    @Test func `ends a batch by bytes and by files`() async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        for number in 0..<10 {
            try drop.write(String(repeating: "x", count: 300), to: "\(number).txt", secondsAgo: 5)
        }
        let source = drop.source {
            $0.batchBytes = 1000
            $0.batchFiles = 2
        }
        let run = RunningSource(source, sink: sink)
        try await sink.wait(for: 10)
        try await run.stop()
        #expect(sink.batches == [2, 2, 2, 2, 2])
        let bytes = RecordingSink()
        for number in 0..<10 {
            try drop.write(String(repeating: "x", count: 300), to: "\(number).txt", secondsAgo: 5)
        }
        let again = RunningSource(drop.source { $0.batchBytes = 1000 }, sink: bytes)
        try await bytes.wait(for: 10)
        try await again.stop()
        #expect(bytes.batches == [3, 3, 3, 1])
    }

    @Test func `takes a name that is no text`() async throws {
        let drop = try FolderDrop()
        let name = drop.path.utf8CString.dropLast() + [0x2f, -1, -2, 0]
        let file = unsafe open(Array(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        #expect(file >= 0)
        close(file)
        let sink = RecordingSink()
        let run = RunningSource(drop.source(), sink: sink)
        try await sink.wait(for: 1)
        try await run.stop()
        #expect(drop.files().count == 0, "a name that Foundation cannot spell either")
        #expect(sink.topics == ["\u{fffd}\u{fffd}"])
    }

    @Test func `takes ten thousand files that wait`() async throws {
        let drop = try FolderDrop()
        let line = "PM2.5\t35.2\tug/m3\t20261127070000\t00\r\n"
        try await drop.fill(10_000, with: line)
        try await Task.sleep(for: .milliseconds(50))
        let sink = RecordingSink()
        let start = ContinuousClock.now
        let run = RunningSource(drop.source(), sink: sink)
        try await sink.wait(for: 10_000)
        try await run.stop()
        let took = (ContinuousClock.now - start) / .seconds(1)
        print("10,000 files in \(took) s: \(Int(10_000 / took)) files/s")
        #expect(sink.topics == sink.topics.sorted())
        #expect(drop.files(below: "done").count == 10_000)
        #expect(sink.batches.max() == 1000)
    }

    @Test func `takes more files than it may know at a time`() async throws {
        let drop = try FolderDrop()
        for number in 0..<300 {
            let folder = "S\(number % 3)"
            try drop.makeFolder(folder)
            try drop.write("\(number)", to: "\(folder)/\(1000 + number).txt", secondsAgo: 5)
        }
        let sink = RecordingSink()
        let run = RunningSource(drop.source { $0.filesMax = 20 }, sink: sink)
        try await sink.wait(for: 300)
        for number in 300..<400 { try drop.drop("\(number)", as: "S1/\(1000 + number).txt") }
        try await sink.wait(for: 400)
        try await run.stop()
        #expect(Set(sink.bodies).count == 400)
        #expect(sink.bodies.count == 400)
    }
}
