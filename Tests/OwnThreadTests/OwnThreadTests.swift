import Glibc
import OwnThread
import Synchronization
import Testing

/// A place where threads wait, blocked, until so many have come.
private final class Meeting: Sendable {
    private let missing: Mutex<Int>
    private let complete: Wake

    init(of count: Int) throws {
        missing = Mutex(count)
        complete = try Wake()
    }

    func arriveAndWait() -> Bool {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if isLast { complete.signal() }
        // Stays signalled until it is cleared, so that it wakes all of them.
        return complete.wait(milliseconds: 60_000)
    }
}

@Suite struct `Own thread` {
    private actor Handle {
        private let thread = OwnThread(name: "test")
        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }
        private var calls = 0

        func block(milliseconds: UInt32) -> Int {
            usleep(milliseconds * 1000)
            calls += 1
            return calls
        }

        /// Blocks the thread until all the others have come; `false` when they did not within a minute.
        func block(until meeting: Meeting) -> Bool {
            meeting.arriveAndWait()
        }
    }

    @Test func `lets eight handles block at the same time`() async throws {
        // Nobody returns before all eight are inside the call: more than the cooperative pool has threads here.
        let meeting = try Meeting(of: 8)
        let met = await withTaskGroup { group in
            for _ in 0..<8 {
                let handle = Handle()
                group.addTask { await handle.block(until: meeting) }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(met == Array(repeating: true, count: 8))
    }

    @Test func `runs the calls of one handle one after the other`() async {
        let handle = Handle()
        let numbers = await withTaskGroup { group in
            for _ in 0..<20 { group.addTask { await handle.block(milliseconds: 1) } }
            return await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(numbers == Set(1...20))
    }

    @Test func `runs a blocking function and hands its result and its error back`() async throws {
        let thread = OwnThread(name: "test")
        #expect(try await thread.run { 7 } == 7)
        await #expect(throws: CancellationError.self) { try await thread.run { throw CancellationError() } }
    }

    @Test func `starts a thread with a name and waits for its end`() throws {
        let seen = Mutex("")
        let thread = try OwnThread.start(name: "mqtt:a-long-name-of-a-source") {
            seen.withLock { $0 = commandName() }
        }
        thread.wait()
        thread.wait()
        #expect(seen.withLock { $0 } == "mqtt:a-long-nam")
    }
}

@Suite struct `A wake` {
    @Test func `wakes a waiting thread and stays signalled until it is cleared`() throws {
        let wake = try Wake()
        #expect(!wake.wait(milliseconds: 0))
        let thread = try OwnThread.start(name: "signaller") { wake.signal() }
        #expect(wake.wait(milliseconds: 5000))
        #expect(wake.wait(milliseconds: 0))
        thread.wait()
        wake.clear()
        #expect(!wake.wait(milliseconds: 5))
    }

    @Test func `never blocks the one who signals`() throws {
        let wake = try Wake()
        for _ in 0..<100_000 { wake.signal() }
        #expect(wake.wait(milliseconds: 0))
        wake.clear()
        #expect(!wake.wait(milliseconds: 0))
    }
}

@Suite struct `System time` {
    @Test func `is after 2025 and does not go back`() {
        #expect(SystemTime.wallMicroseconds() > 1_735_689_600_000_000)
        let first = SystemTime.monotonicNanoseconds()
        #expect(SystemTime.monotonicNanoseconds() >= first)
    }
}

private func commandName() -> String {
    let file = unsafe open("/proc/thread-self/comm", O_RDONLY)
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = unsafe read(file, &bytes, 32)
    return String(decoding: bytes.prefix(max(0, count - 1)), as: UTF8.self)
}
