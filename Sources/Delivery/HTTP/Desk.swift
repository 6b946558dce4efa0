import Crypto
import HTTPTypes
import Logging
import OwnThread
import Queue

/// Where the queue is read for those who ask: one reader on one thread, one question after the other.
///
/// Every read transaction is over before its page is encoded, and long before it is sent.
actor Desk {
    private let thread: OwnThread
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    private let queue: ReadingQueue
    private let logger: Logger
    private var reader: QueueReader?
    private var page = Page()
    private var ndjson = NDJSONEncoder()
    private var csv = CSVEncoder()

    /// Rows read at once; 2,000 lines are 0.8 MB.
    static let pageRows = 2_000
    /// A batch ends after the page with which it reaches this.
    static let batchBytesMax = 16 << 20
    /// Sequences looked through in one call, give or take a page; a batch ends there when it has a line.
    private let scanMax: Int64

    init(queue: ReadingQueue, name: String, logger: Logger, scanMax: Int64 = 1_000_000) {
        self.queue = queue
        self.logger = logger
        self.scanMax = scanMax
        thread = OwnThread(name: name)
    }

    /// What there is for a consumer.
    enum Finding: Sendable {
        /// A batch is open already.
        case open(FixedBatch, LineBody)
        /// Lines that could be the next batch.
        case proposal(BatchProposal, LineBody)
        /// Nothing up to there; more may follow when `reachedEnd` is false.
        case nothing(Scanned, reachedEnd: Bool)
    }

    /// What was looked through for a consumer without finding anything.
    struct Scanned: Sendable {
        /// Where the consumer stood, and what it wanted.
        var cursor: Int64
        var filter: ReadingFilter
        var through: Int64
    }

    /// Looks for the consumer's current batch, or for lines that could be its next, at most `max`.
    ///
    /// - Parameter scanned: What an earlier search has seen already; it does not count when the consumer was rewound or
    ///   its filter changed.
    func find(for consumer: String, max: Int, after scanned: Scanned?, form: BodyForm) throws -> Finding {
        let state = try state(of: consumer)
        if let open = state.open { return .open(open, try body(of: open, state, form: form)) }
        let reader = try currentReader()
        var writer = try LineBodyWriter(form)
        let filter = state.definition.filter
        var position = state.cursor
        if let scanned, state.cursor >= scanned.cursor, filter == scanned.filter {
            position = Swift.max(position, scanned.through)
        }
        let start = position
        var reachedEnd = false
        while !reachedEnd && writer.count < max && writer.ndjsonByteCount < Self.batchBytesMax {
            let limit = min(Self.pageRows, max - writer.count)
            try reader.page(
                after: position, through: nil, limit: limit, filter: filter, into: &page)
            position = Swift.max(position, page.scannedThrough)
            if page.corruptRows > 0 {
                DeliveryEvents.rowsDamaged(logger, consumer: consumer, through: position, count: page.corruptRows)
            }
            reachedEnd = page.reachedEnd
            if page.count > 0 { try writer.append(page, ndjson: &ndjson, csv: &csv) }
            if position - start >= scanMax { break }
        }
        let body = try writer.finish()
        guard let first = body.first, let last = body.last else {
            let scanned = Scanned(cursor: state.cursor, filter: filter, through: position)
            return .nothing(scanned, reachedEnd: reachedEnd)
        }
        let proposal = BatchProposal(
            first: first, last: last, through: Swift.max(position, last), count: body.count, digest: body.digest,
            cursor: state.cursor)
        return .proposal(proposal, body)
    }

    /// The lines of a batch that was fixed.
    ///
    /// - Throws: 500 when they are not what they were.
    func body(of batch: FixedBatch, for consumer: String, form: BodyForm) throws -> LineBody {
        try body(of: batch, try state(of: consumer), form: form)
    }

    private func body(of batch: FixedBatch, _ state: ConsumerState, form: BodyForm) throws -> LineBody {
        let body = try lines(of: batch, through: batch.last, state, form: form)
        guard body.digest == batch.digest else {
            throw HTTPProblem(
                .internalServerError,
                "The lines of batch \(batch.id) are no longer those whose digest was fixed: the queue file is damaged. "
                    + "Nothing was sent. Check the disk; `quantrac consumer rewind` makes a new batch of what is readable."
            )
        }
        return body
    }

    /// Count and digest of the lines of the consumer's open batch up to `through`; `nil` when the batch is not open.
    ///
    /// - Throws: 422 when `through` is not the sequence of a line of the batch.
    func prefix(of consumer: String, batch: String, through: Int64) throws -> PrefixDigest? {
        let state = try state(of: consumer)
        guard let open = state.open, open.id == batch else { return nil }
        let form = BodyForm(format: .ndjson, coding: nil)
        let body = through >= open.first ? try lines(of: open, through: through, state, form: form) : nil
        guard let body, body.last == through else {
            throw HTTPProblem(
                QueueError(.unknownSequence(through), "sequence \(through) is not that of a line of batch \(batch)"))
        }
        return PrefixDigest(count: body.count, digest: body.digest)
    }

    private func lines(
        of batch: FixedBatch, through: Int64, _ state: ConsumerState, form: BodyForm
    ) throws -> LineBody {
        let reader = try currentReader()
        var writer = try LineBodyWriter(form)
        var position = batch.first - 1
        var reachedEnd = false
        while !reachedEnd {
            try reader.page(
                after: position, through: min(through, batch.last), limit: Self.pageRows,
                filter: state.definition.filter, into: &page)
            position = page.scannedThrough
            reachedEnd = page.reachedEnd
            if page.count > 0 { try writer.append(page, ndjson: &ndjson, csv: &csv) }
        }
        return try writer.finish()
    }

    /// What is kept of what a person asks for, and where to go on when there may be more.
    func readings(_ query: ReadingQuery, form: BodyForm) throws -> (body: LineBody, next: Int64?) {
        let reader = try currentReader()
        var writer = try LineBodyWriter(form)
        var query = query
        let limit = query.limit
        var reachedEnd = false
        while !reachedEnd && writer.count < limit && writer.ndjsonByteCount < Self.batchBytesMax {
            query.limit = min(Self.pageRows, limit - writer.count)
            let page = try reader.readings(matching: query)
            query.after = max(query.after, page.scannedThrough)
            reachedEnd = page.reachedEnd
            if page.count > 0 { try writer.append(page, ndjson: &ndjson, csv: &csv) }
        }
        return (try writer.finish(), reachedEnd ? nil : query.after)
    }

    /// Every consumer.
    func consumers() throws -> [ConsumerState] {
        try currentReader().consumers()
    }

    /// One consumer.
    ///
    /// - Throws: 404 when there is none of this name.
    func state(of consumer: String) throws -> ConsumerState {
        guard let state = try consumers().first(where: { $0.definition.name == consumer }) else {
            throw HTTPProblem(
                .notFound,
                "There is no consumer \"\(consumer)\"; `quantrac consumer list` shows those there are, and "
                    + "`quantrac consumer add` makes one.")
        }
        return state
    }

    /// The queue at a glance.
    func summary() throws -> QueueSummary {
        try currentReader().summary()
    }

    func currentReader() throws -> QueueReader {
        if let reader { return reader }
        let reader = try queue.makeReader()
        self.reader = reader
        return reader
    }
}
