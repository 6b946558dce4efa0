import OwnThread
import Readings

/// What the polls have brought and what is not durable yet, offered to `accept` where it costs the cadence nothing.
///
/// Refused for a reason that passes, it is offered again while the polls go on, up to `readingsMax`; beyond that polls
/// are left out. A bus cannot be asked for the past, so that what is left out then is a gap; it is counted and shown.
struct BusOffer {
    /// Offered as soon as it holds so many, whatever is due.
    static let readingsBatch = 2000
    /// Polls are left out when they would bring the batch beyond this.
    static let readingsMax = 10_000
    /// Fast polls are gathered for so long: a commit of each would wear out a memory card.
    static let lingerNanoseconds: Int64 = 20_000_000
    /// Nothing waits longer for a quiet moment.
    static let waitNanoseconds: Int64 = 1_000_000_000
    /// A moment is quiet when nothing is due for so long, or for as long as the last commit took.
    static let quietNanoseconds: Int64 = 3_000_000

    /// What came of an offer.
    enum Outcome: Equatable {
        case nothing
        case durable
        /// Durable after having been refused; so many readings.
        case released(readings: Int)
        /// Refused, and not for the first time.
        case stillHeld
        /// Refused for the first time.
        case held(readings: Int, reason: String)
    }

    var intake: Intake
    /// Grows with each batch that became durable.
    private(set) var batch = 0
    /// Why the batch is not durable.
    private(set) var refusal: String?
    private let accept: (inout Intake) throws -> Void
    private var firstAt: Int64?
    private var nextTry = Int64.min
    private var lastNanoseconds: Int64 = 0
    private var backOff: BackOff

    init(source: String, seed: UInt64, accept: @escaping (inout Intake) throws -> Void) {
        self.accept = accept
        intake = Intake(source: source)
        backOff = BackOff(lastMilliseconds: 1000, seed: seed)
    }

    var isEmpty: Bool { intake.readings.isEmpty }

    /// There is room for a poll that makes so many readings.
    func hasRoom(for readings: Int) -> Bool {
        isEmpty || intake.readings.count + readings <= Self.readingsMax
    }

    /// A poll was added at `now`, in monotonic nanoseconds.
    mutating func noteAdded(at now: Int64) {
        if firstAt == nil, !isEmpty { firstAt = now }
    }

    /// Whether it is time, whatever is due.
    func isPressing(at now: Int64) -> Bool {
        guard let firstAt else { return false }
        if refusal != nil { return now >= nextTry }
        return intake.readings.count >= Self.readingsBatch || now - firstAt >= Self.waitNanoseconds
    }

    /// Whether it is time, when nothing is due before `nextDue`.
    func isDue(at now: Int64, nextDue: Int64) -> Bool {
        guard let firstAt, refusal == nil else { return false }
        return now - firstAt >= Self.lingerNanoseconds && nextDue - now >= max(Self.quietNanoseconds, lastNanoseconds)
    }

    /// When there is something to do after `now` without a further poll, in monotonic nanoseconds.
    func nextTime(after now: Int64) -> Int64 {
        guard let firstAt else { return .max }
        if refusal != nil { return nextTry }
        let quiet = firstAt + Self.lingerNanoseconds
        return quiet > now ? quiet : firstAt + Self.waitNanoseconds
    }

    /// Offers the batch once.
    ///
    /// - Parameter now: Tells the monotonic time in nanoseconds.
    /// - Throws: the error of `accept` that is not worth trying again.
    mutating func run(now: () -> Int64) throws -> Outcome {
        guard !isEmpty else { return .nothing }
        let start = now()
        do {
            try accept(&intake)
        } catch let error as any TransientError where error.isTransient {
            defer { refusal = "\(error)" }
            nextTry = now() + Int64(backOff.next()) * 1_000_000
            return refusal == nil ? .held(readings: intake.readings.count, reason: "\(error)") : .stillHeld
        }
        lastNanoseconds = now() - start
        let count = intake.readings.count
        intake.removeAll()
        batch += 1
        firstAt = nil
        backOff.reset()
        defer { refusal = nil }
        return refusal == nil ? .durable : .released(readings: count)
    }
}
