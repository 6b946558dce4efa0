import Glibc
import QuantracTesting
import Readings
import Synchronization
import Testing

@testable import Acquisition
@testable import OwnThread

/// What writers do at the wrong moment, and what they leave behind.
@Suite struct `Folder source and its writers` {
    @Test(arguments: ["2300-01-01": 10_413_792_000, "1680-01-01": -9_151_488_000, "1900-01-01": -2_208_988_800])
    func `takes a file of any time`(date: String, seconds: Int) async throws {
        let drop = try FolderDrop()
        try drop.write(date, to: "a.txt")
        try setTime(drop.file("a.txt"), timespec(tv_sec: seconds, tv_nsec: 999_999_999))
        let sink = RecordingSink()
        let run = RunningSource(drop.source(), sink: sink)
        try await sink.wait(for: 1)
        try await run.stop()
        #expect(drop.files() == ["done/\(drop.today)/a.txt"])
    }

    @Test(arguments: [Int.max, Int.min, 9_223_372_037, -9_223_372_037])
    func `a time beyond nanoseconds is the last that there is`(seconds: Int) {
        var raw = stat()
        raw.st_mtim = timespec(tv_sec: seconds, tv_nsec: 999_999_999)
        let status = FileStatus(raw)
        #expect(status.modifiedNanoseconds == (seconds < 0 ? .min : .max))
        #expect(seconds < 0 ? status.age(at: 1_800_000_000_000_000_000) == .max : status.age(at: 0) < 0)
        #expect(FileStatus(stat()).age(at: 5) == 5)
    }

    @Test(arguments: FolderSourceSettings.Done.allCases)
    func `reads what was renamed over a file before its move`(done: FolderSourceSettings.Done) async throws {
        let drop = try FolderDrop()
        try drop.makeFolder("A")
        let faults = DiskFaults()
        let isFirst = Mutex(true)
        faults.beforeMoving { path in
            guard path == "A/a.txt",
                isFirst.withLock({ first in
                    defer { first = false }; return first
                })
            else { return }
            do {
                try drop.drop("new", as: "A/a.txt")
            } catch { Issue.record(error) }
        }
        let sink = RecordingSink()
        let run = RunningSource(drop.source({ $0.done = done }, faults: faults), sink: sink)
        try await run.waitUntilConnected()
        try drop.drop("old", as: "A/a.txt")
        try await sink.wait(for: 2)
        let kept = done == .keep ? ["done/\(drop.today)/A/a.txt"] : []
        try await eventually("put away") { drop.files() == kept }
        try await run.stop()
        #expect(sink.bodies == ["old", "new"])
        #expect(sink.topics == ["A/a.txt", "A/a.txt"])
    }

    @Test func `remembers what was put away unread, until it can be brought back`() async throws {
        let drop = try FolderDrop()
        try drop.write("in the way", to: ".quantrac")
        let faults = DiskFaults()
        faults.beforeMoving { path in
            guard path == "a.txt" else { return }
            do { try drop.drop("new", as: "a.txt") } catch { Issue.record(error) }
        }
        let sink = RecordingSink()
        let run = RunningSource(drop.source({ $0.sweepMilliseconds = 20 }, faults: faults), sink: sink)
        try await run.waitUntilConnected()
        try drop.drop("old", as: "a.txt")
        try await run.wait("holding") {
            $0.state == .holding && $0.detail?.hasSuffix("\(drop.file(".quantrac")) is no folder") == true
        }
        #expect(sink.bodies == ["old"])
        #expect(unsafe unlink(drop.file(".quantrac")) == 0)
        try await sink.wait(for: 2)
        try await run.wait("connected") { $0.state == .connected }
        try await run.stop()
        #expect(sink.bodies == ["old", "new"])
        #expect(drop.files() == ["done/\(drop.today)/a.txt"])
    }

    @Test(arguments: FolderSourceSettings.Done.allCases)
    func `loses nothing to a writer that renames over a file all the time`(
        done: FolderSourceSettings.Done
    ) async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        let run = RunningSource(drop.source { $0.done = done }, sink: sink)
        try await run.waitUntilConnected()
        let isOver = Mutex(false)
        let writer = try OwnThread.start(name: "writer") {
            do {
                for number in 0..<4000 {
                    try drop.drop("\(number)", as: "latest.json")
                    usleep(200)
                }
            } catch { Issue.record(error) }
            isOver.withLock { $0 = true }
        }
        try await eventually("written", seconds: 30) { isOver.withLock { $0 } }
        _ = writer
        try await eventually("empty") { drop.files().allSatisfy { $0.hasPrefix("done/") } }
        try await run.stop()
        let read = Set(sink.bodies)
        #expect(sink.bodies.last == "3999" || read.contains("3999"))
        for name in drop.files() { #expect(read.contains(try drop.folder.read("incoming/\(name)")), "\(name)") }
    }

    @Test func `takes again what was rewritten with its size and its time`() async throws {
        let drop = try FolderDrop()
        let sink = RecordingSink()
        let run = RunningSource(drop.source()) { intake in
            if sink.bodies.isEmpty {
                var status = stat()
                #expect(unsafe stat(drop.file("a.txt"), &status) == 0)
                // Longer than a tick of the clock that files are stamped with.
                usleep(20_000)
                let file = unsafe open(drop.file("a.txt"), O_WRONLY | O_CLOEXEC)
                _ = unsafe Glibc.write(file, "22", 2)
                close(file)
                try setTime(drop.file("a.txt"), status.st_mtim)
            }
            try sink.accept(&intake)
        }
        try await run.waitUntilConnected()
        try drop.drop("11", as: "a.txt")
        try await sink.wait(for: 2)
        try await run.stop()
        #expect(sink.bodies == ["11", "22"])
    }

    @Test(arguments: FolderSourceSettings.Done.allCases)
    func `reads what a crash left aside, under its own path`(done: FolderSourceSettings.Done) async throws {
        let drop = try FolderDrop()
        try drop.makeFolder(".quantrac/0/1/2/3/4/5/6/7/8")
        try drop.makeFolder(".quantrac/1")
        try drop.write("deep", to: ".quantrac/0/1/2/3/4/5/6/7/8/a.txt", secondsAgo: 5)
        try drop.write("flat", to: ".quantrac/1/b.txt", secondsAgo: 5)
        let sink = RecordingSink()
        let run = RunningSource(drop.source { $0.done = done }, sink: sink)
        try await sink.wait(for: 2)
        try await run.stop()
        #expect(sink.topics == ["1/2/3/4/5/6/7/8/a.txt", "b.txt"])
        let day = drop.today
        #expect(drop.files() == (done == .keep ? ["done/\(day)/1/2/3/4/5/6/7/8/a.txt", "done/\(day)/b.txt"] : []))
    }

    @Test func `says that a file has the name of a folder of ours, and goes on`() async throws {
        let drop = try FolderDrop()
        try drop.write("no", to: "done", secondsAgo: 5)
        try drop.write("1", to: "a.txt", secondsAgo: 5)
        let sink = RecordingSink()
        let run = RunningSource(drop.source { $0.sweepMilliseconds = 20 }, sink: sink)
        try await run.wait("holding") {
            $0.state == .holding
                && $0.detail?.hasSuffix("cannot be put away: \(drop.file("done")) is no folder") == true
        }
        try drop.drop("no", as: "failed")
        try drop.drop("2", as: "b.txt")
        try await sink.wait(for: 2)
        try await Task.sleep(for: .milliseconds(100))
        #expect(sink.bodies == ["1", "2"])
        #expect(unsafe unlink(drop.file("done")) == 0)
        try await run.wait("connected") { $0.state == .connected && $0.detail == nil }
        try await run.stop()
        #expect(sink.bodies == ["1", "2"])
        #expect(drop.files() == ["a.txt", "b.txt"].map { "done/\(drop.today)/\($0)" } + ["failed"])
    }

    @Test func `waits for a writer that was there before the source`() async throws {
        let drop = try FolderDrop()
        try drop.write("head ", to: "slow.txt", secondsAgo: 3600)
        let file = unsafe open(drop.file("slow.txt"), O_WRONLY | O_APPEND | O_CLOEXEC)
        let sink = RecordingSink()
        let looks = Mutex(0)
        let faults = DiskFaults()
        faults.beforeReading { _ in looks.withLock { $0 += 1 } }
        let start = ContinuousClock.now
        let run = RunningSource(drop.source({ $0.done = .delete }, faults: faults), sink: sink)
        try await run.waitUntilConnected()
        try await Task.sleep(for: .milliseconds(500))
        #expect(sink.bodies.isEmpty)
        // Each 100 ms, and once for the start.
        let most = Int((ContinuousClock.now - start) / .milliseconds(100)) + 1
        #expect((1...most).contains(looks.withLock { $0 }))
        #expect(run.source.status.detail == nil)
        _ = unsafe Glibc.write(file, "tail", 4)
        try await Task.sleep(for: .milliseconds(200))
        #expect(sink.bodies.isEmpty)
        close(file)
        try await sink.wait(for: 1)
        try await run.stop()
        #expect(sink.bodies == ["head tail"])
    }

    @Test func `waits no longer than for a writer that it saw coming`() async throws {
        let drop = try FolderDrop()
        try drop.write("left", to: "left.txt", secondsAgo: 3600)
        let file = unsafe open(drop.file("left.txt"), O_WRONLY | O_APPEND | O_CLOEXEC)
        defer { close(file) }
        let sink = RecordingSink()
        let run = RunningSource(drop.source { $0.abandonedMilliseconds = 300 }, sink: sink)
        try await run.waitUntilConnected()
        try await Task.sleep(for: .milliseconds(100))
        #expect(sink.bodies.isEmpty)
        try await sink.wait(for: 1)
        try await run.stop()
    }

    /// SIGIO would end the process.
    @Test func `lives when files are opened for writing while it asks for their writers`() async throws {
        let drop = try FolderDrop()
        try drop.write("x", to: "a.txt", secondsAgo: 5)
        let folder = try FolderHandle.open(drop.path)
        let isOver = Mutex(false)
        let writer = try OwnThread.start(name: "writer") {
            while !isOver.withLock({ $0 }) {
                let file = unsafe open(drop.file("a.txt"), O_WRONLY | O_CLOEXEC)
                if file >= 0 { close(file) }
            }
        }
        var seen: [FolderHandle.Reading: Int] = [:]
        let end = ContinuousClock.now + .milliseconds(500)
        while ContinuousClock.now < end {
            var bytes: [UInt8] = []
            seen[try folder.read(PathBytes("a.txt"), into: &bytes, atMost: 10, evenOpen: false), default: 0] += 1
        }
        isOver.withLock { $0 = true }
        _ = writer
        #expect(seen.count == 2, "\(seen)")
    }

    private func setTime(_ path: String, _ time: timespec) throws {
        let times = [time, time]
        guard unsafe utimensat(AT_FDCWD, path, times, 0) == 0 else { throw TestingError("utimensat: \(errno)") }
    }
}
