import Readings
import Testing

@testable import Simulation

@Suite struct `Message feed` {
    private let now = Timestamp(millisecondsSince1970: 1_795_392_123_456)

    private func feed(_ schedule: SimulationSchedule, stations: Int = 2) -> MessageFeed {
        MessageFeed(
            reporter: StationReporter(model: StationModel(count: stations)), schedule: schedule, now: now,
            monotonicNanoseconds: 0)
    }

    @Test func `keeps to the rate`() {
        var feed = feed(SimulationSchedule(messagesPerSecond: 10))
        guard case .message = feed.next(now: now, monotonicNanoseconds: 0) else {
            Issue.record("the first message is due at once")
            return
        }
        guard case .nothingBefore(let milliseconds) = feed.next(now: now, monotonicNanoseconds: 0) else {
            Issue.record("the second is due after a tenth of a second")
            return
        }
        #expect((100...101).contains(milliseconds))
        guard case .message = feed.next(now: now, monotonicNanoseconds: 100_000_000) else {
            Issue.record("now it is due")
            return
        }
    }

    @Test func `never gives two messages of a station the same time`() {
        var feed = feed(SimulationSchedule(messagesPerSecond: 0), stations: 1)
        var times: [Timestamp] = []
        for _ in 0..<50 {
            if case .message(let message) = feed.next(now: now, monotonicNanoseconds: 0) { times.append(message.time) }
        }
        #expect(Set(times).count == times.count)
    }

    @Test func `back-fills on the clock, every station, before the live messages`() {
        var feed = feed(
            SimulationSchedule(
                messagesPerSecond: 10, backfillMilliseconds: 1_200_000, backfillStepMilliseconds: 300_000))
        var times: [Int64] = []
        while feed.isBackfilling {
            if case .message(let message) = feed.next(now: now, monotonicNanoseconds: 0) {
                times.append(message.time.millisecondsSince1970)
            }
        }
        #expect(times.count == 8)
        #expect(times.allSatisfy { $0 % 300_000 == 0 && $0 < now.millisecondsSince1970 })
        #expect(times == times.sorted())
    }

    @Test func `ends at its limit`() {
        var feed = feed(SimulationSchedule(messagesPerSecond: 0, messageLimit: 3))
        for _ in 0..<3 { _ = feed.next(now: now, monotonicNanoseconds: 0) }
        #expect(feed.isExhausted)
    }
}
