import Modbus
import Readings
import Registers

/// One device of a bus: what to ask it next, by what became of the requests before.
///
/// A poll begins with `begin`, and is `step`, a request, `note`, again and again until it is over, and `finish`.
/// Between a request that failed and its next try other devices are polled: a silent one costs them no more than its
/// timeout.
struct DevicePoller {
    let definition: DeviceDefinition
    let timeoutNanoseconds: Int64
    var report: DeviceReport
    var plan: RegisterPlan
    var poll: DevicePoll?
    let retries: Int
    var breaker: CircuitBreaker
    var readings: DeviceReadings
    /// Addresses beside the planned ones that it does not like to be asked for.
    var refusedBeside = IllegalRanges()

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
        var poll = DevicePoll(due, retries: retries)
        if breaker.isOpen {
            poll.isProbe = true
            // One try is enough to see whether it is back.
            poll.triesLeft = 0
        }
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
        if failure != .notDurable { report.polls += 1 }
        poll = DevicePoll(due, retries: 0)
        giveUp(failure)
    }

    /// The next request; asks `isFree` whether its answer could not be confused with a late one.
    mutating func step(isFree: (RegisterRequest) -> Bool) -> PollStep {
        guard var poll, !poll.isOver else { return .over }
        defer { self.poll = poll }
        while poll.place < plan.entries.count {
            let planned = plan.entries[poll.place].planned
            if poll.needed == 0, isFree(planned.request) {
                poll.asked = planned.request
                return .ask(planned.request)
            }
            let shapes = RequestShapes(
                planned: planned, needed: poll.needed, device: definition, avoided: [plan.illegal, refusedBeside])
            if let request = shapes.first(where: isFree) {
                poll.asked = request
                return .ask(request)
            }
            count(.failed(.ambiguous(until: 0)), &poll)
            poll.goOn(to: poll.place + 1)
        }
        poll.isOver = true
        return .over
    }

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

    /// The bus has come back: a device whose breaker is open is probed at its next slot.
    mutating func probeSoon() { breaker.probeSoon() }

    mutating func count(_ failure: PollFailure, _ poll: inout DevicePoll) {
        poll.failure = failure
        report.errors[failure.word, default: 0] += 1
    }
}
