import QuantracTesting
import Testing

@testable import Acquisition

/// Two clocks that stand to each other as the test wants.
private struct TwoClocks {
    var monotonic: Int64 = 5_000_000_000
    /// Microseconds since 1970 when `monotonic` began.
    var wallStart: Int64
    /// The wall clock is fast by so many millionths.
    var slewMillionths: Int64 = 0
    var jumps: Int64 = 0

    init(wallStart: Int64 = 1_795_392_000_123_456) { self.wallStart = wallStart }

    var moment: BusMoment {
        let elapsed = (monotonic - 5_000_000_000) / 1000
        return BusMoment(
            monotonic: monotonic,
            wall: wallStart + elapsed + elapsed / 1_000_000 * slewMillionths
                + elapsed % 1_000_000 * slewMillionths / 1_000_000 + jumps)
    }
}

@Suite struct `Poll schedule` {
    private let second: Int64 = 1_000_000_000
    /// A full hour, seconds since 1970.
    private let hour: Int64 = 1_795_392_000

    private func schedule(_ grids: [SlotGrid], _ clocks: TwoClocks) -> PollSchedule {
        PollSchedule(grids: grids, at: clocks.moment)
    }

    @Test func `slots are multiples of the interval since 1970, plus the offset`() {
        let grid = SlotGrid(everyMilliseconds: 10_000, offsetMilliseconds: 3000)
        #expect(grid.last(atOrBefore: 13_000_000) == 13_000)
        #expect(grid.last(atOrBefore: 12_999_999) == 3000)
        #expect(grid.first(atOrAfter: 13_000_000) == 13_000)
        #expect(grid.first(atOrAfter: 13_000_001) == 23_000)
        #expect(grid.last(atOrBefore: -1) == -7000)
        #expect(grid.count(from: 3000, to: 33_000) == 3)
        #expect(grid.count(from: 33_000, to: 3000) == 0)
    }

    @Test func `the earliest due comes first, of equals the first in the settings`() {
        var clocks = TwoClocks(wallStart: hour * 1_000_000 - 1)
        var schedule = schedule(
            [
                SlotGrid(everyMilliseconds: 1000, offsetMilliseconds: 500), SlotGrid(everyMilliseconds: 1000),
                SlotGrid(everyMilliseconds: 1000),
            ], clocks)
        clocks.monotonic += second
        _ = schedule.advance(to: clocks.moment)
        #expect(schedule.takeDue()?.device == 1)
        #expect(schedule.takeDue()?.device == 2)
        #expect(schedule.takeDue()?.device == 0)
        #expect(schedule.takeDue() == nil)
    }

    @Test func `one device is taken before its turn, if it is due`() {
        var clocks = TwoClocks(wallStart: hour * 1_000_000 - 1)
        var schedule = schedule(
            [SlotGrid(everyMilliseconds: 1000), SlotGrid(everyMilliseconds: 1000, offsetMilliseconds: 400)], clocks)
        clocks.monotonic += second * 2
        _ = schedule.advance(to: clocks.moment)
        let due = schedule.takeDue(of: 1)
        #expect(due?.slot == (hour + 1) * 1000 + 400)
        #expect(due?.overruns == 1)
        #expect(schedule.takeDue(of: 1) == nil)
        #expect(schedule.takeDue()?.device == 0)
        #expect(schedule.takeDue() == nil)
    }

    @Test func `an overrun is counted and not made up for`() {
        var clocks = TwoClocks(wallStart: hour * 1_000_000)
        var schedule = schedule([SlotGrid(everyMilliseconds: 1000)], clocks)
        _ = schedule.advance(to: clocks.moment)
        #expect(schedule.takeDue()?.slot == hour * 1000)
        clocks.monotonic += 4 * second + second / 4
        _ = schedule.advance(to: clocks.moment)
        let due = schedule.takeDue()
        #expect(due?.slot == hour * 1000 + 4000)
        #expect(due?.overruns == 3)
        #expect(due?.monotonic == clocks.monotonic - second / 4)
        #expect(schedule.takeDue() == nil)
        #expect(schedule.nextDue == clocks.monotonic + second * 3 / 4)
    }

    @Test func `a jump forward leaves slots out, which are counted as jumped`() {
        var clocks = TwoClocks(wallStart: hour * 1_000_000 + 1)
        var schedule = schedule([SlotGrid(everyMilliseconds: 10_000)], clocks)
        clocks.jumps = 3600 * 1_000_000
        clocks.monotonic += second
        #expect(schedule.advance(to: clocks.moment) == PollSchedule.Jump(microseconds: clocks.jumps, slots: 360))
        #expect(schedule.takeDue() == nil)

        clocks.monotonic += 9 * second
        _ = schedule.advance(to: clocks.moment)
        let due = schedule.takeDue()
        #expect(due?.slot == (hour + 3610) * 1000)
        #expect(due?.overruns == 0)
        #expect(due?.isRepeated == false)
    }

    @Test func `set back, it goes on at once in the new time and says which slots come again`() {
        var clocks = TwoClocks(wallStart: hour * 1_000_000)
        var schedule = schedule([SlotGrid(everyMilliseconds: 10_000)], clocks)
        for _ in 0..<10 {
            _ = schedule.advance(to: clocks.moment)
            #expect(schedule.takeDue()?.isRepeated == false)
            clocks.monotonic += 10 * second
        }
        clocks.jumps = -60 * 1_000_000
        var repeated: [Bool] = []
        var slots: [Int64] = []
        for _ in 0..<100 {
            _ = schedule.advance(to: clocks.moment)
            if let due = schedule.takeDue() {
                repeated.append(due.isRepeated)
                slots.append(due.slot / 1000 - hour)
            }
            clocks.monotonic += second
        }
        #expect(slots == [40, 50, 60, 70, 80, 90, 100, 110, 120, 130])
        #expect(repeated == [true, true, true, true, true, true, false, false, false, false])
    }

    @Test func `back from a wrong future, slots are as good as ever`() {
        var clocks = TwoClocks(wallStart: hour * 1_000_000)
        var schedule = schedule([SlotGrid(everyMilliseconds: 1000)], clocks)
        var repeated = 0
        for step in 0..<60 {
            clocks.jumps = (10..<20).contains(step) ? 315_576_000_000_000 : 0
            _ = schedule.advance(to: clocks.moment)
            if let due = schedule.takeDue() { repeated += due.isRepeated ? 1 : 0 }
            clocks.monotonic += second
        }
        #expect(repeated == 0)
    }

    @Test func `a small correction repeats nothing`() {
        var clocks = TwoClocks(wallStart: hour * 1_000_000)
        var schedule = schedule([SlotGrid(everyMilliseconds: 10_000)], clocks)
        _ = schedule.advance(to: clocks.moment)
        #expect(schedule.takeDue()?.slot == hour * 1000)
        clocks.jumps = -400_000
        clocks.monotonic += second / 10
        _ = schedule.advance(to: clocks.moment)
        #expect(schedule.takeDue() == nil)
        clocks.monotonic = schedule.nextDue
        _ = schedule.advance(to: clocks.moment)
        #expect(schedule.takeDue()?.slot == hour * 1000 + 10_000)
    }

    @Test func `24 hours have no drift, each slot once, with the wall clock jumping and slewed`() throws {
        let seed = Seed.fromEnvironment()
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let grids = [1000, 10_000, 60_000, 7000, 2500].map {
            SlotGrid(everyMilliseconds: $0, offsetMilliseconds: Int64.random(in: 0..<1000, using: &random))
        }
        var clocks = TwoClocks()
        clocks.slewMillionths = 200
        var schedule = schedule(grids, clocks)
        let end = clocks.monotonic + 86_400 * second
        let sizes: [Int64] = [3600, -3600, -86_400, 315_576_000, 45, -45]
        var jumps: [(at: Int64, size: Int64)] = sizes.shuffled(using: &random).map {
            (Int64.random(in: clocks.monotonic..<end, using: &random), $0 * 1_000_000)
        }
        jumps.sort { $0.at > $1.at }
        var polled = [[Int64]](repeating: [], count: grids.count)
        var segmentStart = clocks.moment.wall
        var isFirst = true
        while clocks.monotonic < end {
            if let jump = jumps.last, clocks.monotonic >= jump.at {
                check(polled, grids, from: segmentStart, to: clocks.moment.wall, isFirst: isFirst)
                isFirst = false
                polled = polled.map { _ in [] }
                jumps.removeLast()
                clocks.jumps += jump.size
                segmentStart = clocks.moment.wall
            }
            let jumped = schedule.advance(to: clocks.moment)?.microseconds ?? 0
            #expect(jumped == 0 || abs(jumped) >= 44_000_000)
            while let due = schedule.takeDue() {
                polled[due.device].append(due.slot)
                #expect(due.overruns == 0)
                let lateness = clocks.moment.wall - due.slot * 1000
                #expect(lateness >= 0 && lateness < 1000, "slots are met within 200 millionths of a second's wait")
            }
            let next = min(schedule.nextDue, clocks.monotonic + second, jumps.last.map { max($0.at, 0) } ?? .max)
            clocks.monotonic = max(next, clocks.monotonic + 1000)
        }
        check(polled, grids, from: segmentStart, to: clocks.moment.wall, isFirst: isFirst)
    }

    /// Between two jumps: one slot after the other, none missing, none twice.
    private func check(_ polled: [[Int64]], _ grids: [SlotGrid], from start: Int64, to end: Int64, isFirst: Bool) {
        for (slots, grid) in zip(polled, grids) where end - start > grid.everyMilliseconds * 3000 {
            let every = grid.everyMilliseconds
            #expect(zip(slots, slots.dropFirst()).allSatisfy { $1 - $0 == every })
            let first = slots.first.map { $0 * 1000 } ?? .max
            // After a jump the time goes on within an interval and a half, and a second until it is seen.
            #expect(first - start <= (isFirst ? every : every * 3 / 2 + 1) * 1000)
            let last = slots.last.map { $0 * 1000 } ?? .min
            #expect(end - last <= (every + 1) * 1000)
        }
    }

    @Test func `ten milliseconds are met for a minute`() {
        var clocks = TwoClocks()
        clocks.slewMillionths = -500
        var schedule = schedule([SlotGrid(everyMilliseconds: 10)], clocks)
        var slots: [Int64] = []
        while slots.count < 6000 {
            _ = schedule.advance(to: clocks.moment)
            if let due = schedule.takeDue() {
                slots.append(due.slot)
                #expect(due.overruns == 0)
            }
            clocks.monotonic = max(schedule.nextDue, clocks.monotonic + 1000)
        }
        #expect(zip(slots, slots.dropFirst()).allSatisfy { $1 - $0 == 10 })
    }
}
