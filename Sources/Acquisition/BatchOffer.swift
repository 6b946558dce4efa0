import Mosquitto
import OwnThread
import Readings

/// The batch on offer: handed to `accept` until it is durable.
final class BatchOffer {
    private let accept: (inout Intake) throws -> Void
    private let events: SourceEvents
    private let board: StatusBoard
    private let stop: StopSwitch
    private var intake: Intake
    /// The batch on offer was refused at least once.
    private var isHolding = false
    private var backOff = BackOff(lastMilliseconds: 1000, seed: UInt64(bitPattern: SystemTime.monotonicNanoseconds()))

    init(
        source: String, events: SourceEvents, board: StatusBoard, stop: StopSwitch,
        accept: @escaping (inout Intake) throws -> Void
    ) {
        self.accept = accept
        self.events = events
        self.board = board
        self.stop = stop
        intake = Intake(source: source)
    }

    /// What is to be published at the broker, of batches that are durable; at most `repliesMax`, the rest is left out.
    private(set) var replies: [(topic: String, body: [UInt8])] = []
    private static let repliesMax = 1000

    /// The replies since the last call.
    func takeReplies() -> [(topic: String, body: [UInt8])] {
        defer { replies.removeAll() }
        return replies
    }

    private func keepReplies() {
        for reply in intake.replies.prefix(Self.repliesMax - replies.count) {
            guard let topic = intake.string(reply.topic) else { continue }
            replies.append((topic, intake.withBytes(of: reply.body) { body in body.indices.map { body[$0] } }))
        }
    }

    /// How it ended.
    enum Outcome {
        /// Everything taken is durable; acknowledgements may leave.
        case durable
        /// The time is over; the batch is still on offer.
        case outOfTime
        /// The stop came before the batch was durable; it will be sent again by the broker.
        case stopped
    }

    var isEmpty: Bool { intake.payloads.isEmpty }

    /// Takes over all messages of the batch: the arena changes hands, nothing is copied.
    func take(from batch: MessageBatch) {
        let retainedIgnored = batch.retainedIgnored
        batch.retainedIgnored = 0
        guard !batch.isEmpty else {
            if retainedIgnored > 0 { board.update { $0.retainedIgnored += Int64(retainedIgnored) } }
            return
        }
        precondition(isEmpty, "the batch before was not durable yet")
        swap(&intake.bytes, &batch.bytes)
        intake.payloads.reserveCapacity(batch.count)
        var bytes = 0
        for entry in batch.entries {
            bytes += entry.topic.count + entry.fullLength
            intake.payloads.append(
                Payload(
                    topic: TextRange(inBytes: entry.topic), body: TextRange(inBytes: entry.body),
                    received: Timestamp(microsecondsSince1970: entry.receivedMicroseconds),
                    fullLength: entry.fullLength,
                    digest: entry.digest.isEmpty ? .none : TextRange(inBytes: entry.digest)))
        }
        let count = batch.count
        batch.removeAll()
        let last = intake.payloads[count - 1].received
        board.update { status in
            status.messages += Int64(count)
            status.bytes += Int64(bytes)
            status.retainedIgnored += Int64(retainedIgnored)
            status.lastMessage = last
        }
    }

    /// Offers what was taken until it is durable, the stop comes, or `untilNanoseconds` (monotonic) is over.
    ///
    /// - Throws: the error of `accept` that is not worth trying again.
    func run(untilNanoseconds limit: Int64?) throws -> Outcome {
        guard !isEmpty else { return .durable }
        let (state, detail) = (board.snapshot.state, board.snapshot.detail)
        while true {
            do {
                try accept(&intake)
                break
            } catch let error as any TransientError where error.isTransient {
                intake.removeDecoded()
                if !isHolding { board.update { $0.batchesHeld += 1 } }
                isHolding = true
                if board.enter(.holding, detail: "\(error)") {
                    events.holding(messages: intake.payloads.count, reason: "\(error)")
                }
            }
            if stop.isRequested { return .stopped }
            if let limit, SystemTime.monotonicNanoseconds() >= limit { return .outOfTime }
            _ = stop.wake.wait(milliseconds: backOff.next())
            board.progress()
        }
        if isHolding {
            events.released(messages: intake.payloads.count)
            board.enter(state, detail: detail)
            isHolding = false
        }
        backOff.reset()
        if !intake.replies.isEmpty { keepReplies() }
        intake.removeAll()
        return .durable
    }
}
