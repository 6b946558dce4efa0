import Readings

/// When the simulated stations send.
public struct SimulationSchedule: Sendable {
    /// Messages a second, all stations together; 0 for as fast as the broker takes them.
    public var messagesPerSecond: Double
    /// So many messages, then stop; `nil` for no end. What is back-filled does not count.
    public var messageLimit: Int?
    /// How far back the stations begin, as if their link had been down until now; 0 for no back-fill.
    public var backfillMilliseconds: Int64
    /// The distance of back-filled readings.
    public var backfillStepMilliseconds: Int64

    public init(
        messagesPerSecond: Double = 12, messageLimit: Int? = nil, backfillMilliseconds: Int64 = 0,
        backfillStepMilliseconds: Int64 = 300_000
    ) {
        self.messagesPerSecond = messagesPerSecond
        self.messageLimit = messageLimit
        self.backfillMilliseconds = backfillMilliseconds
        self.backfillStepMilliseconds = max(backfillStepMilliseconds, 1)
    }
}

/// Makes the messages that are due, one call after the other.
struct MessageFeed {
    private var reporter: StationReporter
    private let schedule: SimulationSchedule
    private let startNanoseconds: Int64
    private var made = 0
    private var nextStation = 0
    /// The last live time of each station: two messages of a station never share a millisecond.
    private var lastTimes: [Int64]
    private var backfillTime: Int64
    private let backfillEnd: Int64

    init(reporter: StationReporter, schedule: SimulationSchedule, now: Timestamp, monotonicNanoseconds: Int64) {
        self.reporter = reporter
        self.schedule = schedule
        startNanoseconds = monotonicNanoseconds
        lastTimes = Array(repeating: 0, count: reporter.model.stations.count)
        let step = schedule.backfillStepMilliseconds
        // On the clock, as loggers send: the first slot that is not older than asked for.
        let first = now.millisecondsSince1970 - schedule.backfillMilliseconds
        backfillTime = (first + step - 1) / step * step
        backfillEnd = schedule.backfillMilliseconds > 0 ? now.millisecondsSince1970 : backfillTime
    }

    var isBackfilling: Bool { backfillTime < backfillEnd }
    var isExhausted: Bool { !isBackfilling && made >= schedule.messageLimit ?? .max }

    /// The next message, when one is due; a silent station's turn passes without one.
    mutating func next(now: Timestamp, monotonicNanoseconds: Int64) -> Turn {
        if isBackfilling { return backfill() }
        guard !isExhausted else { return .nothingBefore(milliseconds: 1000) }
        let rate = schedule.messagesPerSecond
        if rate > 0 {
            let due = startNanoseconds + Int64(Double(made) / rate * 1e9)
            let wait = due - monotonicNanoseconds
            guard wait <= 0 else { return .nothingBefore(milliseconds: Int(min(wait / 1_000_000 + 1, 1000))) }
        }
        let station = advanceStation()
        made += 1
        let time = max(now.millisecondsSince1970, lastTimes[station] + 1)
        lastTimes[station] = time
        let message = reporter.message(station: station, at: Timestamp(millisecondsSince1970: time))
        return message.map { .message($0) } ?? .silent
    }

    enum Turn {
        case message(StationMessage)
        case silent
        case nothingBefore(milliseconds: Int)
    }

    private mutating func backfill() -> Turn {
        let time = backfillTime
        let station = advanceStation()
        if nextStation == 0 { backfillTime += schedule.backfillStepMilliseconds }
        let message = reporter.good(station: station, at: Timestamp(millisecondsSince1970: time))
        return message.map { .message($0) } ?? .silent
    }

    private mutating func advanceStation() -> Int {
        let station = nextStation
        nextStation = (station + 1) % lastTimes.count
        return station
    }
}
