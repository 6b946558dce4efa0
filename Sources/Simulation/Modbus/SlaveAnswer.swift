/// One answer on its way: what leaves the slave, and when.
public struct SlaveAnswer: Sendable, Hashable {
    /// The unit that was asked; its answers keep their order.
    public var unit: UInt8
    /// From the request to the first byte, at least.
    public var delayMilliseconds: Int64 = 0
    /// One after the other, each sent in one go.
    public var pieces: [[UInt8]]
    /// Between two pieces.
    public var gapMilliseconds: Int64 = 0
    /// Nothing else leaves the line before it.
    public var holdsLine = false
    /// It was sent before: later answers do not wait for it.
    public var isRepeat = false
    /// The connection ends instead.
    public var closes = false

    public init(unit: UInt8, pieces: [[UInt8]]) {
        self.unit = unit
        self.pieces = pieces
    }
}

/// What is to leave a line, in its order: frames never mix, a unit's answers never overtake each other.
///
/// Times are nanoseconds of one clock that never goes back.
struct AnswerQueue {
    /// Answers that may wait; a line that has more is not read from.
    static let limit = 1000

    private struct Waiting {
        var answer: SlaveAnswer
        var start: Int64
        var place = 0
    }

    /// By their start; of two with one start, by their arrival.
    private var waiting: [Waiting] = []
    /// The first piece of `waiting[0]` has left already.
    private var isSending = false
    private var unitStarts: [UInt8: Int64] = [:]
    private var heldUntil: Int64 = 0

    var isFull: Bool { waiting.count >= Self.limit }
    var isEmpty: Bool { waiting.isEmpty }

    /// When the next piece is due; `nil` while nothing waits.
    var next: Int64? { waiting.first?.start }

    mutating func add(_ answer: SlaveAnswer, receivedAt now: Int64) {
        let start = max(
            now + answer.delayMilliseconds * 1_000_000, unitStarts[answer.unit] ?? 0, heldUntil)
        if !answer.isRepeat { unitStarts[answer.unit] = start }
        if answer.holdsLine { heldUntil = start }
        let first = isSending ? 1 : 0
        let place = waiting[first...].firstIndex { $0.start > start } ?? waiting.endIndex
        waiting.insert(Waiting(answer: answer, start: start), at: place)
    }

    /// What a line does next.
    enum Step: Equatable {
        case send([UInt8])
        case close
    }

    /// The next piece that is due, if there is one.
    mutating func take(at now: Int64) -> Step? {
        guard let first = waiting.first, first.start <= now else { return nil }
        if first.answer.closes {
            waiting.removeAll()
            isSending = false
            return .close
        }
        let piece = first.answer.pieces[first.place]
        if first.place + 1 < first.answer.pieces.count {
            waiting[0].place += 1
            waiting[0].start = now + first.answer.gapMilliseconds * 1_000_000
            isSending = true
        } else {
            waiting.removeFirst()
            isSending = false
        }
        return .send(piece)
    }
}
