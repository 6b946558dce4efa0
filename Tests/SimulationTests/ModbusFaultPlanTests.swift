import Testing

@testable import Simulation

@Suite struct `Faults of a simulated slave` {
    @Test func `are read as people write them`() throws {
        #expect(try FaultPlan.Rule(text: "silence") == FaultPlan.Rule(.silence))
        #expect(try FaultPlan.Rule(text: "late=2.5s") == FaultPlan.Rule(.late(2500...2500)))
        #expect(try FaultPlan.Rule(text: "late=200ms..2s@0.25") == FaultPlan.Rule(.late(200...2000), share: 0.25))
        #expect(try FaultPlan.Rule(text: "hold=1m") == FaultPlan.Rule(.hold(60_000...60_000)))
        #expect(try FaultPlan.Rule(text: "exception=6@1") == FaultPlan.Rule(.exception(6)))
        #expect(try FaultPlan.Rule(text: "slow-bytes") == FaultPlan.Rule(.slowBytes(4)))
        #expect(try FaultPlan.Rule(text: "slow-bytes=20ms") == FaultPlan.Rule(.slowBytes(20)))
        #expect(try FaultPlan.Rule(text: "duplicate=1s") == FaultPlan.Rule(.duplicate(1000)))
        #expect(
            try FaultPlan.Rule(text: "unit=1,5-7:bad-crc@0.5")
                == FaultPlan.Rule(.badChecksum, units: [1, 5, 6, 7], share: 0.5))
        #expect(
            try FaultPlan.Rule(text: "unit=3:silence@6s..16s/60s")
                == FaultPlan.Rule(.silence, units: [3], period: FaultPlan.Period(6000..<16_000, every: 60_000)))
        #expect(
            try FaultPlan.Script(text: "ok,late=750ms,ok,bad-crc")
                == FaultPlan.Script([nil, .late(750...750), nil, .badChecksum]))
        #expect(try FaultPlan.Script(text: "unit=1-2:silence,ok") == FaultPlan.Script([.silence, nil], units: [1, 2]))
        for kind in SlaveFault.Kind.allCases {
            let value = [.late: "=1s", .hold: "=1s", .exception: "=4"][kind] ?? ""
            #expect(try FaultPlan.Rule(text: kind.rawValue + value).fault.kind == kind)
        }
    }

    @Test(arguments: [
        "", "ok", "lat", "late", "late=", "late=5", "late=-5s", "late=2h", "late=2s..1s", "late=1s..", "late=nan",
        "exception", "exception=0", "exception=12", "exception=99", "exception=256", "exception=x", "silence=1s",
        "bad-crc=2", "late=1s@0",
        "late=1s@1.1",
        "late=1s@x", "late=1s@", "silence@6s..5s", "silence@1s..5s/4s", "silence@..5s", "unit=:silence",
        "unit=1,:silence",
        "unit=256:silence", "unit=9-3:silence", "unit=1-2-3:silence", "unit=+1:silence", "units=3:silence", "3:silence",
        "unit=3",
        "silence,ok",
        "late=1e3s", "late=.s",
    ])
    func `are refused with a reason where they make no sense`(text: String) throws {
        let error = try #require(throws: FaultTextError.self) { try FaultPlan.Rule(text: text) }
        #expect(
            error.description.contains("expected") || error.description.contains("takes no value")
                || error.description.contains("ends before it begins"))
    }

    @Test(arguments: ["", "ok,,ok", "ok,lat", "ok,late", "unit=3", "x:ok", "ok, silence", "silence@0.5"])
    func `make no script either`(text: String) {
        #expect(throws: FaultTextError.self) { try FaultPlan.Script(text: text) }
    }

    @Test func `do not add up to more than all requests`() throws {
        #expect(throws: FaultTextError.self) {
            try FaultPlan(faults: ["silence@0.6", "noise@0.5"], scripts: [], seed: 1)
        }
        _ = try FaultPlan(faults: ["silence@0.5", "noise@0.5", "unit=3:silence"], scripts: [], seed: 1)
    }

    @Test func `come in their shares, the same for the same seed`() throws {
        func faults(seed: UInt64) throws -> [SlaveFault?] {
            var plan = try FaultPlan(faults: ["late=500ms@0.1", "bad-crc@0.3"], scripts: [], seed: seed)
            return (0..<10_000).map { _ in plan.next(for: 1, elapsedMilliseconds: 0) }
        }
        let first = try faults(seed: 1)
        #expect((800..<1200).contains(first.count { $0 == .late(500...500) }))
        #expect((2700..<3300).contains(first.count { $0 == .badChecksum }))
        #expect(try first == faults(seed: 1))
        #expect(try first != faults(seed: 2))
    }

    @Test func `of a unit come before those of all`() throws {
        var plan = try FaultPlan(faults: ["noise", "unit=3:silence@1s..2s"], scripts: [], seed: 1)
        let first = plan.next(for: 3, elapsedMilliseconds: 1500)
        let second = plan.next(for: 3, elapsedMilliseconds: 2000)
        let third = plan.next(for: 2, elapsedMilliseconds: 1500)
        #expect([first, second, third] == [.silence, .noise, .noise])
    }

    @Test func `come back with their period`() throws {
        var plan = try FaultPlan(faults: ["silence@6s..16s/60s"], scripts: [], seed: 1)
        let times = [0, 5999, 6000, 15_999, 16_000, 65_999, 66_000, 75_999, 76_000] as [Int64]
        var silent: [Bool] = []
        for time in times { silent.append(plan.next(for: 1, elapsedMilliseconds: time) != nil) }
        #expect(silent == [false, false, true, true, false, false, true, true, false])
    }

    @Test func `follow the script of the unit, else that of all, over and over`() throws {
        var plan = try FaultPlan(faults: ["noise"], scripts: ["ok,silence,bad-crc", "unit=3:trailing,ok"], seed: 1)
        var kinds: [SlaveFault.Kind?] = []
        for unit in [1, 3, 2, 3, 1, 3, 1] as [UInt8] {
            kinds.append(plan.next(for: unit, elapsedMilliseconds: 0)?.kind)
        }
        #expect(kinds == [nil, .trailing, .silence, nil, .badChecksum, .trailing, nil])
    }
}

@Suite struct `Answers on their way` {
    private let millisecond: Int64 = 1_000_000

    private func answer(_ byte: UInt8, unit: UInt8 = 1, late: Int64 = 0) -> SlaveAnswer {
        var answer = SlaveAnswer(unit: unit, pieces: [[byte]])
        answer.delayMilliseconds = late
        return answer
    }

    /// What leaves, and at which millisecond.
    private func run(_ queue: inout AnswerQueue) -> [[Int64]] {
        var left: [[Int64]] = []
        while let next = queue.next {
            switch queue.take(at: next) {
            case .send(let bytes): left.append([next / millisecond] + bytes.map(Int64.init))
            case .close, nil: left.append([next / millisecond, -1])
            }
        }
        return left
    }

    @Test func `leave at once, in their order`() {
        var queue = AnswerQueue()
        queue.add(answer(1), receivedAt: 0)
        queue.add(answer(2, unit: 2), receivedAt: 0)
        #expect(run(&queue) == [[0, 1], [0, 2]])
        #expect(queue.isEmpty)
    }

    @Test func `that are late let other units go first, and not their own`() {
        var queue = AnswerQueue()
        queue.add(answer(1, late: 500), receivedAt: 0)
        queue.add(answer(2, unit: 2), receivedAt: 100 * millisecond)
        queue.add(answer(3), receivedAt: 200 * millisecond)
        let early = queue.take(at: 99 * millisecond)
        #expect(early == nil)
        #expect(run(&queue) == [[100, 2], [500, 1], [500, 3]])
    }

    @Test func `that hold the line let nobody pass`() {
        var queue = AnswerQueue()
        var held = answer(1, late: 500)
        held.holdsLine = true
        queue.add(held, receivedAt: 0)
        queue.add(answer(2, unit: 2), receivedAt: 100 * millisecond)
        #expect(run(&queue) == [[500, 1], [500, 2]])
    }

    @Test func `never mix, however slowly they leave`() {
        var queue = AnswerQueue()
        var slow = SlaveAnswer(unit: 1, pieces: [[1], [2], [3]])
        slow.gapMilliseconds = 10
        queue.add(slow, receivedAt: 0)
        let first = queue.take(at: 0)
        #expect(first == .send([1]))
        queue.add(answer(9, unit: 2), receivedAt: 5 * millisecond)
        #expect(run(&queue) == [[10, 2], [20, 3], [5, 9]])
    }

    @Test func `a second time do not hold up what comes after the first`() {
        var queue = AnswerQueue()
        queue.add(answer(1), receivedAt: 0)
        var again = answer(1, late: 300)
        again.isRepeat = true
        queue.add(again, receivedAt: 0)
        queue.add(answer(2), receivedAt: 100 * millisecond)
        #expect(run(&queue) == [[0, 1], [100, 2], [300, 1]])
    }

    @Test func `end with the connection`() {
        var queue = AnswerQueue()
        var last = SlaveAnswer(unit: 1, pieces: [])
        last.closes = true
        queue.add(last, receivedAt: 0)
        queue.add(answer(2), receivedAt: 0)
        let step = queue.take(at: 0)
        #expect(step == .close)
        #expect(queue.isEmpty)
    }
}
