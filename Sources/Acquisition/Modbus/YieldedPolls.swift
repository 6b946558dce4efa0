/// Polls that give way to what is due: a device that costs more than it should is asked in a quiet moment.
///
/// A bus with more work than time has no quiet moment. So one of them may also go before what is due (it is *pressing*):
/// a poll that needs a further try at once, one of a device that was silent after an interval of that device. In
/// between everyone who was due has his turn: nobody waits for more than one request that brings nothing.
struct YieldedPolls {
    private struct Entry {
        let device: Int
        /// When it gave way.
        let since: Int64
        let pressingFrom: Int64
    }

    /// Who has waited longest comes first.
    private var entries: [Entry] = []
    /// When the last request that brought nothing was over.
    private var troubleEnd = Int64.min

    var isEmpty: Bool { entries.isEmpty }

    /// A device gives way; one that does already keeps its place, whatever slot it waits for.
    ///
    /// - Parameters:
    ///   - now: monotonic nanoseconds.
    ///   - pressingFrom: from when on it may go before what becomes due from now on.
    mutating func add(_ device: Int, at now: Int64, pressingFrom: Int64) {
        guard !entries.contains(where: { $0.device == device }) else { return }
        entries.append(Entry(device: device, since: now, pressingFrom: pressingFrom))
    }

    /// It waits no longer.
    mutating func remove(_ device: Int) {
        entries.removeAll { $0.device == device }
    }

    /// A request brought nothing, and whoever is due has waited for it.
    mutating func noteTrouble(endedAt now: Int64) {
        troubleEnd = max(troubleEnd, now)
    }

    /// The one whose turn it is in a quiet moment.
    mutating func takeFirst() -> Int? {
        entries.isEmpty ? nil : entries.removeFirst().device
    }

    /// The one that goes before what is due, if any.
    ///
    /// - Parameter nextDue: since when somebody is due, or from when on, monotonic nanoseconds.
    mutating func takePressing(at now: Int64, nextDue: Int64) -> Int? {
        // Who was due during the last trouble comes first, and who was due when it gave way.
        guard nextDue <= now, nextDue >= troubleEnd,
            let place = entries.firstIndex(where: { $0.pressingFrom <= now && $0.since <= nextDue })
        else { return nil }
        return entries.remove(at: place).device
    }
}
