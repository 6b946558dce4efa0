import Readings
import Testing

@testable import Simulation

@Suite struct `Outbox of a station` {
    private func message(_ number: Int) -> StationMessage {
        StationMessage(
            station: "S", topic: "t/\(number)", payload: [], time: Timestamp(millisecondsSince1970: Int64(number)),
            misbehaviour: nil, readings: 1, duplicates: 0, deadLetters: 0)
    }

    @Test func `keeps a message until it is acknowledged`() {
        var outbox = Outbox()
        outbox.append(message(1))
        outbox.sent(as: 0)
        #expect(!outbox.isEmpty)
        #expect(!outbox.hasWaiting)
        let done = outbox.acknowledged(0)
        #expect(done?.topic == "t/1")
        #expect(outbox.isEmpty)
        let again = outbox.acknowledged(0)
        #expect(again == nil)
    }

    @Test func `offers what was under way again, in its order, before what waits`() {
        var outbox = Outbox()
        for number in 1...5 { outbox.append(message(number)) }
        for ticket in 0..<3 { outbox.sent(as: Int64(ticket)) }
        _ = outbox.acknowledged(1)
        let count = outbox.connectionLost()
        #expect(count == 2)
        var order: [String] = []
        while let first = outbox.first {
            order.append(first.topic)
            outbox.sent(as: Int64(order.count))
        }
        #expect(order == ["t/1", "t/3", "t/4", "t/5"])
    }

    @Test func `is full at its limit and not before`() {
        var outbox = Outbox()
        for number in 1..<Outbox.limit { outbox.append(message(number)) }
        #expect(!outbox.isFull)
        outbox.append(message(0))
        #expect(outbox.isFull)
    }
}
