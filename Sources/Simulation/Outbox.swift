/// What a station's logger keeps until the broker has acknowledged it.
///
/// After a lost connection everything that was under way is offered again, in its order: the far side may then have it
/// twice, and must not mind.
struct Outbox {
    /// Messages that may wait; a logger that is full measures no further.
    static let limit = 20_000

    private var waiting: [StationMessage] = []
    /// The first of `waiting` that was not handed over; what is before it is dropped from time to time.
    private var next = 0
    private var underWay: [(ticket: Int64, message: StationMessage)] = []

    var isFull: Bool { waiting.count - next + underWay.count >= Self.limit }
    var isEmpty: Bool { next == waiting.count && underWay.isEmpty }
    var count: Int { waiting.count - next + underWay.count }
    var underWayCount: Int { underWay.count }
    var hasWaiting: Bool { next < waiting.count }

    mutating func append(_ message: StationMessage) {
        waiting.append(message)
    }

    /// The message to be sent next; it stays here until `sent`.
    var first: StationMessage? { hasWaiting ? waiting[next] : nil }

    mutating func sent(as ticket: Int64) {
        underWay.append((ticket, waiting[next]))
        next += 1
        if next > 4096 {
            waiting.removeFirst(next)
            next = 0
        }
    }

    /// Takes out the message acknowledged under `ticket`; `nil` when it is unknown.
    mutating func acknowledged(_ ticket: Int64) -> StationMessage? {
        // Brokers acknowledge in order nearly always, so that the first is the one.
        guard let index = underWay.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        return underWay.remove(at: index).message
    }

    /// Puts back everything under way; returns how many messages that were.
    mutating func connectionLost() -> Int {
        waiting.replaceSubrange(..<next, with: underWay.map(\.message))
        next = 0
        let count = underWay.count
        underWay.removeAll(keepingCapacity: true)
        return count
    }
}
