import Readings
import Rules

/// Comparisons between two series: what holds between two parameters, and between two instruments.
///
/// A reading is compared with the partner's reading of the same observed time, when that has come before it or comes within
/// the rule's wait; then the reading that waited is judged late, by a revision. Of each series that takes part the last
/// readings are remembered as they came, and told anew by the queue after a start or a failed commit.
struct SeriesPairs {
    /// A rule compares series.
    let isNeeded: Bool
    private var numbers: [SeriesKey: Int] = [:]
    /// The partners that a series is compared with, and by which test.
    private var partners: [Int: [Partner]] = [:]
    /// Which series are compared with one, by its name: it may not be there yet.
    private var owners: [SeriesKey: [Int]] = [:]
    private var keys: [Int: SeriesKey] = [:]
    private var recent: [Int: Recent] = [:]
    private var touched: Set<Int> = []
    private var askedFor: Int?
    /// The readings of the payload that is being judged, those that are still to come among them.
    private var foreseen: [(number: Int, time: Timestamp, value: Double?)] = []

    /// How many of the last readings of a series are remembered.
    static let remembered = 32

    /// With whom a series is compared.
    struct Partner: Sendable, Hashable {
        var key: SeriesKey
        var test: TestDigits.Test
    }

    /// The last readings of a series, in commit order.
    private struct Recent {
        var readings: [Entry] = []

        struct Entry {
            var time: Timestamp
            var received: Timestamp
            /// `nil` for one that failed, too.
            var value: Double?
            /// Of the rate of change.
            var rate: QualityFlag
        }

        /// The reading of a time that came last.
        func reading(at time: Timestamp) -> Entry? { readings.last { $0.time == time } }

        mutating func append(_ entry: Entry) {
            if readings.count == SeriesPairs.remembered { readings.removeFirst() }
            readings.append(entry)
        }
    }

    init(isNeeded: Bool) {
        self.isNeeded = isNeeded
    }

    /// Whether a series takes part in any comparison.
    private func takesPart(_ number: Int) -> Bool {
        partners[number] != nil || keys[number].flatMap { owners[$0] } != nil
    }

    mutating func introduce(_ number: Int, as key: SeriesKey, partner: [Partner]) {
        guard isNeeded else { return }
        numbers[key] = number
        keys[number] = key
        guard !partner.isEmpty else { return }
        partners[number] = partner
        for one in partner { owners[one.key, default: []].append(number) }
    }

    /// What must be known before a reading of this series is compared: its own last readings and those of its partners and
    /// owners.
    mutating func need(_ number: Int) -> JudgeNeed? {
        askedFor = nil
        guard takesPart(number) else { return nil }
        var involved = [number]
        for partner in partners[number] ?? [] { involved += numbers[partner.key].map { [$0] } ?? [] }
        if let key = keys[number] { involved += owners[key] ?? [] }
        guard let unknown = involved.first(where: { recent[$0] == nil }) else { return nil }
        askedFor = unknown
        return .history(of: Int64(unknown), readings: Self.remembered)
    }

    func isAskedFor(_ number: Int) -> Bool { askedFor == number }

    mutating func remember(_ past: [PastReading], of number: Int) {
        askedFor = nil
        recent[number] = Recent(
            readings: past.suffix(Self.remembered).map {
                Recent.Entry(
                    time: $0.time, received: $0.received, value: $0.flag == .fail ? nil : $0.value,
                    rate: $0.tests[.rateOfChange])
            })
    }

    /// Takes in a reading that comes in the same payload as the next one to be judged.
    mutating func foresee(_ number: Int, at time: Timestamp, value: Double?, first: Bool) {
        if first { foreseen.removeAll(keepingCapacity: true) }
        foreseen.append((number, time, value))
    }

    /// A partner's reading of one time: that has come, or that comes in the same payload.
    private func reading(of number: Int, at time: Timestamp, received: Timestamp) -> Recent.Entry? {
        if let entry = recent[number]?.reading(at: time) { return entry }
        return foreseen.last { $0.number == number && $0.time == time }.map {
            // Whether it changed too fast is not known yet.
            Recent.Entry(time: time, received: received, value: $0.value, rate: .notEvaluated)
        }
    }

    /// Takes in a reading that was judged, with its value if it can be a measure for others.
    mutating func add(_ observation: Observation, value: Double?, rate: QualityFlag) {
        let number = Int(observation.series)
        guard takesPart(number) else { return }
        touched.insert(number)
        recent[number, default: Recent()].append(
            Recent.Entry(time: observation.time, received: observation.received, value: value, rate: rate))
    }

    /// The digits of a reading's own comparisons, as far as its partners' readings have come.
    func digits(
        _ observation: Observation, _ value: Double?, rate: QualityFlag, _ tests: LiveTests
    ) -> [RevisionRequest.Digit] {
        let number = Int(observation.series)
        guard let own = keys[number] else { return [] }
        let entry = Recent.Entry(time: observation.time, received: observation.received, value: value, rate: rate)
        return (partners[number] ?? []).compactMap { partner in
            guard
                let other = numbers[partner.key].flatMap({
                    reading(of: $0, at: observation.time, received: observation.received)
                }),
                let flag = tests.compare(entry: (value, rate), with: (other.value, other.rate), own, partner.test),
                tests.isInTime(entry.received, other.received, partner.test)
            else { return nil }
            return RevisionRequest.Digit(partner.test, flag)
        }
    }

    /// The revisions of readings that waited for this one.
    func revisions(
        after observation: Observation, _ value: Double?, rate: QualityFlag, tests: (Int) -> LiveTests?
    ) -> [RevisionRequest] {
        guard let key = keys[Int(observation.series)] else { return [] }
        let times = recent[Int(observation.series)]?.readings.count { $0.time == observation.time } ?? 0
        return (owners[key] ?? []).compactMap { owner in
            guard let ownerTests = tests(owner), let own = keys[owner],
                let waiting = recent[owner]?.reading(at: observation.time)
            else { return nil }
            let digits = (partners[owner] ?? []).filter { $0.key == key }.compactMap {
                partner -> RevisionRequest.Digit? in
                guard ownerTests.isInTime(waiting.received, observation.received, partner.test) else { return nil }
                // What was foreseen or corrected is no measure any more.
                if value == nil, waiting.value != nil { return RevisionRequest.Digit(partner.test, .notEvaluated) }
                return ownerTests.compare(
                    entry: (waiting.value, waiting.rate), with: (value, rate), own, partner.test
                ).map { RevisionRequest.Digit(partner.test, $0) }
            }
            // A digit of 1 in the place of a 2 moves no roll-up; after a correction a 3 may go.
            let mayMove = times > 1 || value == nil || digits.contains { $0.flag == .suspect }
            guard mayMove, !digits.isEmpty else { return nil }
            return RevisionRequest(
                series: Int64(owner), time: observation.time, digits: digits, cause: .neighbour)
        }
    }

    mutating func commit() { touched.removeAll(keepingCapacity: true) }

    mutating func rollBack(keepingSeries count: Int) {
        for number in touched { recent[number] = nil }
        touched.removeAll(keepingCapacity: true)
        askedFor = nil
        foreseen = []
        for (number, key) in keys where number > count {
            keys[number] = nil
            numbers[key] = nil
            recent[number] = nil
            for partner in partners.removeValue(forKey: number) ?? [] {
                owners[partner.key]?.removeAll { $0 == number }
            }
        }
    }
}

extension LiveTests {
    /// The series that one of this name is compared with.
    func partners(of key: SeriesKey) -> [SeriesPairs.Partner] {
        var partners: [SeriesPairs.Partner] = []
        if let other = multivariate?.partner(of: key.parameter) {
            partners.append(
                .init(
                    key: SeriesKey(station: key.station, parameter: other, sensor: key.sensor), test: .multivariate))
        }
        if let rule = neighbour {
            let other = SeriesKey(
                station: rule.station ?? key.station, parameter: key.parameter, sensor: rule.sensor ?? key.sensor)
            if other != key { partners.append(.init(key: other, test: .neighbour)) }
        }
        return partners
    }

    /// Whether two readings were received near enough to each other.
    func isInTime(_ one: Timestamp, _ other: Timestamp, _ test: TestDigits.Test) -> Bool {
        let wait = test == .multivariate ? multivariate?.waitMilliseconds : neighbour?.waitMilliseconds
        return one.milliseconds(since: other).magnitude <= (wait ?? 0).magnitude
    }

    /// The digit of a reading compared with another one of the same time; `nil` when there is nothing to compare.
    func compare(
        entry: (value: Double?, rate: QualityFlag), with other: (value: Double?, rate: QualityFlag), _ own: SeriesKey,
        _ test: TestDigits.Test
    ) -> QualityFlag? {
        guard let value = entry.value, let otherValue = other.value else { return nil }
        if test == .neighbour {
            guard let rule = neighbour else { return nil }
            return abs(value - otherValue) <= rule.maxDifference ? .pass : .suspect
        }
        guard let rule = multivariate else { return nil }
        switch rule.relation {
        case .order(let left, let comparison, _):
            let isLeft = own.parameter == left
            return comparison.holds(
                isLeft ? value : otherValue, isLeft ? otherValue : value, tolerance: rule.tolerance) ? .pass : .suspect
        case .movesWith:
            guard entry.rate == .suspect || entry.rate == .fail else { return entry.rate == .pass ? .pass : nil }
            // Where the other one's change is not looked at, nothing is known of it.
            guard other.rate != .notEvaluated, other.rate != .missing else { return nil }
            return other.rate == .pass ? .suspect : .pass
        }
    }
}
