import Readings
import Testing

@testable import Acquisition

private struct Passing: TransientError {
    var isTransient: Bool { true }
}

private struct Lasting: TransientError {
    var isTransient: Bool { false }
}

@Suite struct `Bus offer` {
    private let millisecond: Int64 = 1_000_000

    private func add(_ count: Int, to offer: inout BusOffer, at now: Int64) {
        for _ in 0..<count {
            offer.intake.readings.append(
                DraftReading(
                    payload: 0, station: .none, parameter: .none, time: Timestamp(millisecondsSince1970: 0)))
        }
        offer.noteAdded(at: now)
    }

    @Test func `waits for a quiet moment, for a second at most`() {
        var offer = BusOffer(source: "s", seed: 1) { _ in }
        #expect(offer.nextTime(after: 0) == .max)
        add(10, to: &offer, at: 0)
        #expect(!offer.isDue(at: 5 * millisecond, nextDue: .max))
        #expect(offer.isDue(at: 20 * millisecond, nextDue: 24 * millisecond))
        #expect(!offer.isDue(at: 22 * millisecond, nextDue: 24 * millisecond))
        #expect(offer.nextTime(after: 5 * millisecond) == 20 * millisecond)
        #expect(offer.nextTime(after: 22 * millisecond) == 1000 * millisecond)
        #expect(!offer.isPressing(at: 999 * millisecond))
        #expect(offer.isPressing(at: 1000 * millisecond))
    }

    @Test func `a large batch does not wait`() {
        var offer = BusOffer(source: "s", seed: 1) { _ in }
        add(1999, to: &offer, at: 0)
        #expect(!offer.isPressing(at: 1))
        add(1, to: &offer, at: 1)
        #expect(offer.isPressing(at: 1))
    }

    @Test func `a moment is quiet when the last commit would fit into it`() throws {
        var now: Int64 = 0
        var offer = BusOffer(source: "s", seed: 1) { _ in now += 40_000_000 }
        add(1, to: &offer, at: 0)
        let outcome = try offer.run { now }
        #expect(outcome == .durable)
        add(1, to: &offer, at: now)
        #expect(!offer.isDue(at: now + 20 * millisecond, nextDue: now + 50 * millisecond))
        #expect(offer.isDue(at: now + 20 * millisecond, nextDue: now + 60 * millisecond))
    }

    @Test func `refused, it is offered again, and says so once`() throws {
        var refusals = 3
        var offer = BusOffer(source: "s", seed: 1) { _ in
            refusals -= 1
            if refusals >= 0 { throw Passing() }
        }
        add(5, to: &offer, at: 0)
        var outcomes: [BusOffer.Outcome] = []
        var now: Int64 = 0
        for _ in 0..<4 {
            outcomes.append(try offer.run { now })
            #expect(!offer.isPressing(at: now))
            now = min(offer.nextTime(after: now), now + 2_000_000_000)
        }
        #expect(
            outcomes == [
                .held(readings: 5, reason: "Passing()"), .stillHeld, .stillHeld, .released(readings: 5),
            ])
        #expect(offer.isEmpty)
        #expect(offer.batch == 1)
    }

    @Test func `an error that lasts is thrown and nothing is forgotten`() {
        var offer = BusOffer(source: "s", seed: 1) { _ in throw Lasting() }
        add(5, to: &offer, at: 0)
        #expect(throws: Lasting.self) { try offer.run { 0 } }
        #expect(!offer.isEmpty)
    }

    @Test func `has room for ten thousand, and for one poll of any size`() {
        var offer = BusOffer(source: "s", seed: 1) { _ in }
        #expect(offer.hasRoom(for: 20_000))
        add(9000, to: &offer, at: 0)
        #expect(offer.hasRoom(for: 1000))
        #expect(!offer.hasRoom(for: 1001))
    }
}
