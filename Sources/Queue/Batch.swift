import Readings

/// What the writer remembers of the batch it is at; emptied, with its memory kept, before the next.
struct Batch {
    /// One for each reading of each intake, in order.
    var items: [Item] = []
    var candidatePlaces: [Place] = []
    /// What the file knows of each candidate's key.
    var known: [Known] = []
    var rows: [Row] = []
    /// What this batch itself adds under the key of each candidate.
    var contentsByKey: [Key: [Earlier]] = [:]
    var sources: [SourceDelta] = []
    var counters: [CounterDelta] = []
    /// What dead letters take more than before; less when it is negative.
    var deadLetterBytes: Int64 = 0
    var memoryBytes: Int64 = 0
    /// Sources some of whose memories were not kept.
    var memoriesRefused: Set<String> = []
    /// The last numbers given out; `nil` until the batch is written.
    var numbers: Writer.Numbers?

    // What to take back when the commit fails.
    var newestBefore: [(series: Int32, time: Int64)] = []
    var memoriesBefore: [(source: String, use: MemoryUse)] = []
    /// The judge's rule sets that were named for the first time.
    var newRules: [Int32] = []
    var seriesCountBefore = 0
    var contextCountBefore = 0

    struct Item {
        var series: Int32
        /// The index in `known`; -1 when the reading is later than all of its series and so certainly new.
        var candidate: Int32
    }

    struct Place {
        var intake: Int32
        var reading: Int32
    }

    struct Known {
        var isDuplicate = false
        /// The highest stored revision; -1 for none.
        var revision: Int32 = -1
        /// Of the highest revision.
        var source: Int32 = 0
        var status = TextPool.none
        var rawUnit = TextPool.none
        /// Of the highest revision; NaN without one.
        var value = Double.nan
    }

    struct Key: Hashable {
        var series: Int32
        var time: Int64
    }

    /// A revision that this batch adds.
    struct Earlier {
        var content: Content
        var revision: Int32
        var source: Int32
        /// NaN without one.
        var value: Double
    }

    /// A row on its way into the file.
    struct Row {
        var sequence: Int64
        var time: Int64
        var value: Double
        var series: Int32
        var revision: Int32
        var hasValue: Bool
        var flag: QualityFlag
        var settles: QualityFlag?
        /// As in the file; `nil` for a row that is nobody's neighbour.
        var previous: Int64?
        var received: Int64 = 0
        var tests: Int64 = 0
    }

    struct SourceDelta {
        var source: String
        var received = 0
        var queued = 0
        var duplicates = 0
        var deadLetters = 0
    }

    struct CounterDelta: Equatable {
        var name: String
        var source: String
        var detail: String
        var value: Int64
    }

    mutating func removeAll() {
        items.removeAll(keepingCapacity: true)
        candidatePlaces.removeAll(keepingCapacity: true)
        known.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
        if !contentsByKey.isEmpty { contentsByKey.removeAll(keepingCapacity: contentsByKey.count < 4096) }
        sources.removeAll(keepingCapacity: true)
        counters.removeAll(keepingCapacity: true)
        newestBefore.removeAll(keepingCapacity: true)
        newRules.removeAll(keepingCapacity: true)
        memoriesBefore.removeAll(keepingCapacity: true)
        memoriesRefused.removeAll(keepingCapacity: true)
        memoryBytes = 0
        deadLetterBytes = 0
        numbers = nil
    }

    /// Adds to a counter that is written with the batch.
    mutating func count(_ name: String, source: String = "", detail: String = "", by value: Int64 = 1) {
        if let index = counters.firstIndex(where: { $0.name == name && $0.source == source && $0.detail == detail }) {
            counters[index].value += value
        } else {
            counters.append(CounterDelta(name: name, source: source, detail: detail, value: value))
        }
    }

    mutating func count(_ outcome: AppendOutcome, received: Int, source: String) {
        let index = sources.firstIndex { $0.source == source } ?? sources.count
        if index == sources.count { sources.append(SourceDelta(source: source)) }
        sources[index].received += received
        sources[index].queued += outcome.queued
        sources[index].duplicates += outcome.duplicates
        sources[index].deadLetters += outcome.deadLetters
    }
}
