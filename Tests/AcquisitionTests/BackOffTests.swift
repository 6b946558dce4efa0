import Testing

@testable import Acquisition

@Suite struct `Back-off` {
    @Test func `doubles from 50 ms to 30 s and varies by half`() {
        var backOff = BackOff(seed: 7)
        var step = 50
        for _ in 0..<20 {
            let wait = backOff.next()
            #expect(wait >= step / 2 && wait <= step)
            step = min(30_000, step * 2)
        }
        #expect(step == 30_000)
    }

    @Test func `starts anew after it went well`() {
        var backOff = BackOff(seed: 7)
        for _ in 0..<10 { _ = backOff.next() }
        backOff.reset()
        #expect(backOff.next() <= 50)
    }

    @Test func `differs between two clients`() {
        var first = BackOff(seed: 1)
        var second = BackOff(seed: 2)
        #expect((0..<10).map { _ in first.next() } != (0..<10).map { _ in second.next() })
    }
}

@Suite struct `Rate limit` {
    private let second: Int64 = 1_000_000_000

    @Test func `allows what the settings say in a second`() {
        var limit = RateLimit(perSecond: 100, now: 0)
        #expect(limit.allowance(at: 0) == 100)
        limit.spend(100)
        #expect(limit.allowance(at: 0) == 0)
        #expect(limit.allowance(at: second / 2) == 50)
        #expect(limit.allowance(at: 10 * second) == 100)
    }

    @Test func `says how long nothing may be read`() {
        var limit = RateLimit(perSecond: 10, now: 0)
        limit.spend(10)
        _ = limit.allowance(at: 0)
        #expect((100...101).contains(limit.millisecondsUntilNext))
        #expect(limit.allowance(at: 101_000_000) == 1)
    }

    @Test func `takes back what was read too much`() {
        var limit = RateLimit(perSecond: 10, now: 0)
        limit.spend(25)
        #expect(limit.allowance(at: second) == 0)
        #expect(limit.allowance(at: 2 * second) == 5)
    }

    @Test func `is no limit at 0`() {
        var limit = RateLimit(perSecond: 0, now: 0)
        limit.spend(1_000_000)
        #expect(limit.allowance(at: 0) == .max)
        #expect(limit.millisecondsUntilNext == 0)
    }
}

@Suite struct `Linger` {
    private let millisecond: Int64 = 1_000_000

    @Test func `counts from the first message of a batch`() {
        var linger = Acquisition.Linger(milliseconds: 20)
        #expect(linger.remaining(at: 0) == nil)
        linger.noteMessages(at: 10 * millisecond)
        linger.noteMessages(at: 15 * millisecond)
        #expect(linger.remaining(at: 10 * millisecond) == 20 * millisecond)
        #expect(linger.remaining(at: 30 * millisecond) == 0)
        linger.noteCommit(of: 5)
        #expect(linger.remaining(at: 30 * millisecond) == nil)
    }

    @Test func `is skipped after a large batch`() {
        var linger = Acquisition.Linger(milliseconds: 20)
        linger.noteMessages(at: 0)
        linger.noteCommit(of: 101)
        linger.noteMessages(at: 0)
        #expect(linger.remaining(at: 0) == 0)
        linger.noteCommit(of: 100)
        linger.noteMessages(at: 0)
        #expect(linger.remaining(at: 0) == 20 * millisecond)
    }
}
