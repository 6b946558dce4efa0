import Modbus
import Readings
import Registers

/// One device of a bus: what to ask it next, by what became of the requests before.
///
/// A poll begins with `begin`, and is `step`, a request, `note`, again and again until it is over, and `finish`.
/// Between a request that failed and its next try other devices are polled: a silent one costs them no more than its
/// timeout.
///
/// A device may be silent about some addresses only. A request of the plan that was silent the last time is therefore
/// asked behind the others, once, and ends the poll where it stays silent; it never takes the last shape in which another
/// one can be asked. So it uses up neither the time nor the shapes of those that are answered. A device that says nothing
/// at all is asked for one request a poll, each time for another one.
struct DevicePoller {
    let definition: DeviceDefinition
    let timeoutNanoseconds: Int64
    var report: DeviceReport
    var plan: RegisterPlan
    var poll: DevicePoll?
    /// Further tries of one request.
    let retries: Int
    var breaker: CircuitBreaker
    var readings: DeviceReadings
    /// Addresses beside the planned ones that it does not like to be asked for.
    var refusedBeside = IllegalRanges()
    /// It said something in the last poll in which it was asked.
    var hasAnsweredLately = false
    /// Nothing was read in the last poll in which it was asked.
    var hasFailedLately = false
    /// Its next slot came before those who were silent had their turn: they are asked without giving way to others.
    var isHurried = false
    private var pollNumber = 0

    /// So many silent requests, one behind the other, end a poll of a device that answered before.
    static let silentInARowMax = 3
    /// After so many polls in a row a request counts as silent for good, and ends a poll at its first silence.
    static let silencesMax = 2

    /// - Parameter since: when the source began.
    init(_ definition: DeviceDefinition, on bus: BusDefinition, since: Timestamp) {
        self.definition = definition
        let timeout = definition.timeoutMilliseconds ?? bus.timeoutMilliseconds
        timeoutNanoseconds = timeout * 1_000_000
        retries = max(0, bus.retries)
        plan = RegisterPlan(of: definition)
        breaker = CircuitBreaker(
            failures: definition.breakerFailures,
            everyMilliseconds: definition.everyMilliseconds ?? bus.everyMilliseconds,
            maxPauseMilliseconds: definition.breakerMaxPauseMilliseconds, atLeastMilliseconds: timeout)
        readings = DeviceReadings(of: definition, on: bus)
        report = DeviceReport(
            unit: definition.unit, station: definition.station, sensor: definition.sensor, since: since)
    }

    /// Readings and records of silence that one poll makes at most.
    var readingsMax: Int { readings.count }

    /// The slot has come; the poll is over at once where the breaker is open.
    mutating func begin(_ due: PollSchedule.Due) {
        var poll = newPoll(due)
        if breaker.isOpen { poll.isProbe = true }
        if breaker.admits(passed: due.overruns + 1) {
            report.polls += 1
            report.overruns += due.overruns
        } else {
            report.pollsPaused += due.overruns + 1
            poll.isProbe = false
            poll.isPaused = true
            poll.isOver = true
        }
        self.poll = poll
    }

    /// The slot has come, but the device cannot be asked.
    mutating func begin(_ due: PollSchedule.Due, failing failure: PollFailure) {
        report.overruns += due.overruns
        if failure == .notDurable { report.pollsHeld += 1 } else { report.polls += 1 }
        poll = newPoll(due)
        giveUp(failure)
    }

    private mutating func newPoll(_ due: PollSchedule.Due) -> DevicePoll {
        pollNumber += 1
        return DevicePoll(due, number: pollNumber)
    }

    /// The next request; asks `isFree` whether its answer could not be confused with a late one.
    mutating func step(isFree: (RegisterRequest) -> Bool) -> PollStep {
        guard var poll, !poll.isOver else { return .over }
        defer { self.poll = poll }
        while let place = poll.place ?? plan.next(in: poll.number) {
            if poll.place == nil { poll.turn(to: place, retries: retriesNow(poll, at: place)) }
            if let request = request(at: place, poll, isFree: isFree) {
                poll.asked = request
                return .ask(request)
            }
            count(.failed(.ambiguous(until: 0)), &poll)
            plan.noteTurn(at: place, in: poll.number)
            poll.place = nil
        }
        poll.isOver = true
        return .over
    }

    private func request(at place: Int, _ poll: DevicePoll, isFree: (RegisterRequest) -> Bool) -> RegisterRequest? {
        let entry = plan.entries[place]
        // Silence is likely: the answers that are likely must not have to wait for its end.
        let isCareful = isAlive(poll) && (entry.silences > 0 || poll.isRetry)
        func mayAsk(_ request: RegisterRequest) -> Bool {
            isFree(request) && (!isCareful || leavesShapes(request, asking: place, isFree: isFree))
        }
        if poll.needed == 0, mayAsk(entry.planned.request) { return entry.planned.request }
        return shapes(of: entry.planned, needed: poll.needed).first(where: mayAsk)
    }

    /// Whether all that were answered the last time can still be asked when `request` gets no answer.
    private func leavesShapes(
        _ request: RegisterRequest, asking place: Int, isFree: (RegisterRequest) -> Bool
    ) -> Bool {
        plan.entries.indices.allSatisfy { other in
            let entry = plan.entries[other]
            guard other != place, entry.silences == 0, entry.planned.request.kind == request.kind else { return true }
            let shapes = shapes(of: entry.planned, needed: 0)
            return shapes.first { isFree($0) && !$0.looksLike(request) } != nil || shapes.first(where: isFree) == nil
        }
    }

    private func shapes(of planned: PlannedRequest, needed: Int) -> RequestShapes {
        RequestShapes(planned: planned, needed: needed, device: definition, avoided: [plan.illegal, refusedBeside])
    }

    /// Further tries of a request that begins now: none where one try is enough to see whether somebody is back.
    func retriesNow(_ poll: DevicePoll, at place: Int) -> Int {
        if poll.isProbe || poll.silentInARow > 0 { return 0 }
        return isAlive(poll) && plan.entries[place].silences > 0 ? 0 : retries
    }

    /// The device says something, if not to everything.
    func isAlive(_ poll: DevicePoll) -> Bool { poll.hasAnswer || hasAnsweredLately }

    /// The first request leaves now.
    mutating func noteStart(at monotonic: Int64) {
        guard let poll, !poll.hasStarted else { return }
        self.poll?.hasStarted = true
        report.latenessNanoseconds = max(0, monotonic - poll.dueMonotonic)
    }

    /// Nothing more is asked in this poll.
    mutating func giveUp(_ failure: PollFailure) {
        guard var poll else { return }
        count(failure, &poll)
        // Who has the connection closed each time is asked behind the others too.
        if case .failed(.channel(let error)) = failure, error.reason == .lost, let place = poll.place {
            plan.noteSilence(at: place, in: poll.number)
        }
        poll.isOver = true
        self.poll = poll
    }

    /// Drops a poll that has asked nothing yet as an overrun; returns whether it was one.
    mutating func abandon() -> Bool {
        guard let poll, !poll.hasStarted else { return false }
        self.poll = nil
        report.polls -= 1
        report.overruns += 1
        return true
    }

    /// The source stops in the middle of the poll.
    mutating func cutShort() {
        poll?.isCutShort = true
        poll?.isOver = true
    }

    /// The last poll brought nothing.
    var isSilent: Bool { report.state == .silent || report.state == .paused }

    /// What comes next was silent the last time: there is no hurry to ask it while others are due.
    var canWait: Bool {
        guard let poll, !poll.isOver, !isHurried, poll.place == nil, let next = plan.next(in: poll.number) else {
            return false
        }
        return poll.hasStarted && plan.entries[next].silences > 0
    }

    /// The bus has come back: a device whose breaker is open is probed at its next slot.
    mutating func probeSoon() { breaker.probeSoon() }

    /// Counts a reason; that nothing could be asked is the poll's own reason only when there is no other.
    mutating func count(_ failure: PollFailure, _ poll: inout DevicePoll) {
        if poll.failure == nil || !failure.isAmbiguous { poll.failure = failure }
        report.errors[failure.word, default: 0] += 1
    }
}
