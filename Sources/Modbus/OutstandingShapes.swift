import Registers

/// The answers that may still arrive although nobody waits for them any more.
///
/// A slave may take as long as the late-response window for each request, and most slaves work off one after the other:
/// behind an unanswered request the next one may be answered a window later still. So the ends of a unit's unanswered
/// requests stand one behind the other, until an answer shows how far the unit has come. (Seen on a simulated line with
/// ends counted from the sending alone: 1 answer in 13 of a slave that takes 0.2 to 10 timeouts was another request's.)
struct OutstandingShapes {
    /// So many requests of one unit without any answer behind them; further ones wait, as the ends would move away for ever.
    static let unansweredMax = 8

    /// Over TCP, where the transaction id catches what overtakes on the way, an answer ends all doubt about a unit.
    private let provesOrder: Bool
    private var backlogs: [UInt8: Backlog] = [:]
    /// Answered already, by somebody who repeats: until when the answer may come once more.
    private var repeatable: [AnswerShape: Int64] = [:]

    /// What one unit may still say.
    private struct Backlog {
        /// In the order in which they were sent.
        var entries: [Entry] = []
        /// When a unit that works off its requests in order has surely done with all of them.
        var doneBy = Int64.min
    }

    private struct Entry {
        let shape: AnswerShape
        /// `nil` on RTU.
        let transaction: UInt16?
        let sent: Int64
        /// The window of this request, with what its characters need on the wire.
        let window: Int64
        var end: Int64
        /// No later request has been answered.
        var isLast = true
        /// Its answer could be taken for another one's.
        var isConfusable = true

        /// It did not have to wait behind another one.
        var ownEnd: Int64 { sent + window }
    }

    init(framing: ModbusFraming) {
        provesOrder = framing == .tcp
    }

    /// A request was not answered: its answer may come, for `window` from when the unit came to it.
    mutating func insert(_ shape: AnswerShape, transaction: UInt16?, sent: Int64, window: Int64, now: Int64) {
        var backlog = backlogs[shape.unit] ?? Backlog()
        backlog.entries.removeAll { $0.end < now }
        let end = max(sent, backlog.doneBy) + window
        backlog.entries.append(Entry(shape: shape, transaction: transaction, sent: sent, window: window, end: end))
        backlog.doneBy = end
        backlogs[shape.unit] = backlog
    }

    /// A request was answered, by somebody who repeats what he says.
    mutating func insertRepeatable(_ shape: AnswerShape, until end: Int64, now: Int64) {
        if repeatable.count > 512 { repeatable = repeatable.filter { $0.value >= now } }
        repeatable[shape] = max(end, repeatable[shape] ?? end)
    }

    /// The unit has answered a request at once: it has done with all that was sent before.
    ///
    /// On RTU, what overtakes on the way may come nevertheless, within its own window.
    mutating func noteAnswer(of unit: UInt8, now: Int64) {
        guard !backlogs.isEmpty, var backlog = backlogs[unit] else { return }
        for index in backlog.entries.indices {
            backlog.entries[index].end = min(backlog.entries[index].end, backlog.entries[index].ownEnd)
            backlog.entries[index].isLast = false
            if provesOrder { backlog.entries[index].isConfusable = false }
        }
        backlog.doneBy = now
        store(backlog, of: unit, now: now)
    }

    /// A late answer has come; returns whether one was expected.
    ///
    /// The unit has done with what was sent up to that request, and may have begun with the next one now.
    mutating func noteLate(_ shape: AnswerShape, now: Int64) -> Bool {
        if let end = repeatable[shape], end >= now { return true }
        guard var backlog = backlogs[shape.unit],
            let place = backlog.entries.firstIndex(where: { $0.shape == shape && $0.end >= now })
        else { return false }
        progress(&backlog, to: place, now: now)
        store(backlog, of: shape.unit, now: now)
        return true
    }

    /// As `noteLate(_:now:)`, by what a TCP frame says of its request.
    mutating func noteLate(transaction: UInt16, now: Int64) -> Bool {
        for (unit, var backlog) in backlogs {
            guard let place = backlog.entries.firstIndex(where: { $0.transaction == transaction && $0.end >= now })
            else { continue }
            progress(&backlog, to: place, now: now)
            store(backlog, of: unit, now: now)
            return true
        }
        return false
    }

    /// Until when an answer of this shape may come, or the unit has too many unanswered requests; `nil`: it may be asked.
    func end(of shape: AnswerShape, now: Int64) -> Int64? {
        if backlogs.isEmpty, repeatable.isEmpty { return nil }
        var end: Int64?
        if let until = repeatable[shape], until >= now { end = until }
        guard let entries = backlogs[shape.unit]?.entries else { return end }
        var unanswered = 0
        var soonest = Int64.max
        for entry in entries where entry.end >= now && entry.isConfusable {
            if entry.isLast {
                unanswered += 1
                soonest = min(soonest, entry.end)
            }
            if entry.shape == shape { end = max(entry.end, end ?? entry.end) }
        }
        return end ?? (unanswered >= Self.unansweredMax ? soonest : nil)
    }

    /// Whether an answer of this shape may come.
    func awaits(_ shape: AnswerShape, now: Int64) -> Bool {
        if backlogs.isEmpty, repeatable.isEmpty { return false }
        return repeatable[shape].map { $0 >= now } == true
            || backlogs[shape.unit]?.entries.contains { $0.end >= now && $0.shape == shape } == true
    }

    /// Whether an exception of this unit and function may belong to an earlier request.
    func mayHaveException(of shape: AnswerShape, now: Int64) -> Bool {
        if backlogs.isEmpty, repeatable.isEmpty { return false }
        let isRepeatable = repeatable.contains {
            $0.value >= now && $0.key.unit == shape.unit && $0.key.function == shape.function
        }
        return isRepeatable
            || backlogs[shape.unit]?.entries.contains {
                $0.end >= now && $0.isConfusable && $0.shape.function == shape.function
            } == true
    }

    /// Whether an answer with this transaction id may come.
    func has(transaction: UInt16, now: Int64) -> Bool {
        guard !backlogs.isEmpty else { return false }
        return backlogs.values.contains { $0.entries.contains { $0.transaction == transaction && $0.end >= now } }
    }

    private func progress(_ backlog: inout Backlog, to place: Int, now: Int64) {
        var doneBy = now
        for index in backlog.entries.indices {
            let entry = backlog.entries[index]
            if index <= place {
                // Something on the way may repeat it.
                backlog.entries[index].end = min(entry.end, entry.ownEnd)
                backlog.entries[index].isLast = false
            } else {
                backlog.entries[index].end = min(entry.end, doneBy + entry.window)
                doneBy = backlog.entries[index].end
            }
        }
        backlog.doneBy = doneBy
    }

    private mutating func store(_ backlog: Backlog, of unit: UInt8, now: Int64) {
        var backlog = backlog
        backlog.entries.removeAll { $0.end < now }
        // An end that is over says nothing more.
        backlogs[unit] = backlog.entries.isEmpty && backlog.doneBy <= now ? nil : backlog
    }
}
