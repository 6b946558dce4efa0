import Modbus
import OwnThread
import Readings
import Registers

/// The thread of a Modbus source: the device that is due is polled, what came is offered; again and again.
///
/// The order of things at each turn: a full batch, a poll that has given way long enough, a device that is due, a batch
/// in a quiet moment, a poll that gives way, sleep.
final class BusLoop {
    /// Slewing and jumps of the wall clock are seen at least so often.
    static let lookNanoseconds: Int64 = 1_000_000_000
    /// The watchdog is told of waits for one answer that may be longer.
    static let longNanoseconds: Int64 = 5_000_000_000

    private let bus: BusDefinition
    private let channel: any ByteChannel
    private let master: ModbusMaster
    private let clock: any BusClock
    private let events: ModbusEvents
    private let board: BusBoard
    private let stop: StopSwitch
    private var startedAt: Int64
    /// Nothing is asked for so long at the beginning.
    private let restNanoseconds: Int64
    private var schedule: PollSchedule
    private var pollers: [DevicePoller]
    private var yielded = YieldedPolls()
    /// `nil` where the observed time is that of the request anyway.
    private var late: LatePolls?
    private var offer: BusOffer
    private var link: BusLink
    private var words: [UInt16] = []
    private var lateAnswers: Int64 = 0
    private var isHeldBack = false
    private var isStopping = false

    init(
        bus: BusDefinition, channel: any ByteChannel, clock: any BusClock, events: ModbusEvents, board: StatusBoard,
        stop: StopSwitch, restNanoseconds: Int64 = 0, accept: @escaping (inout Intake) throws -> Void
    ) {
        self.bus = bus
        self.channel = channel
        self.clock = clock
        self.events = events
        self.stop = stop
        self.restNanoseconds = restNanoseconds
        master = ModbusMaster(
            channel: channel, framing: bus.address.framing, line: bus.address.serialLine,
            lateResponseWindowNanoseconds: bus.lateResponseWindowMilliseconds * 1_000_000, clock: clock)
        let moment = BusMoment(monotonic: clock.monotonicNanoseconds(), wall: clock.wallMicroseconds())
        startedAt = moment.monotonic
        let grids = Self.grids(of: bus)
        schedule = PollSchedule(grids: grids, at: moment)
        if bus.observedTime == .slot { late = LatePolls(grids: grids) }
        let since = Timestamp(microsecondsSince1970: moment.wall)
        pollers = bus.devices.map { DevicePoller($0, on: bus, since: since) }
        let seed = UInt64(bitPattern: moment.monotonic)
        offer = BusOffer(source: bus.source, seed: seed, accept: accept)
        link = BusLink(seed: seed ^ 1)
        self.board = BusBoard(board, bus: bus, devices: pollers.map(\.report))
    }

    /// Runs until stopped; throws what `accept` threw when it is not worth trying again.
    func run() throws {
        defer { master.close() }
        rest()
        board.show(link, refusal: nil)
        while !isStopping, !stop.isRequested { try turn() }
        for index in pollers.indices where pollers[index].poll != nil {
            pollers[index].cutShort()
            finish(index)
        }
        try offerForTheLastTime()
    }

    /// Lets pass what may still be answered to the process before this one: on RTU nothing tells it from an answer to us.
    ///
    /// Slots in this time are not missed, as nothing was due yet.
    private func rest() {
        guard restNanoseconds > 0 else { return }
        events.resting(milliseconds: restNanoseconds / 1_000_000)
        board.showResting()
        if !clock.sleep(untilMonotonic: startedAt + restNanoseconds) { isStopping = true }
        let moment = BusMoment(monotonic: clock.monotonicNanoseconds(), wall: clock.wallMicroseconds())
        startedAt = moment.monotonic
        schedule = PollSchedule(grids: Self.grids(of: bus), at: moment)
    }

    private static func grids(of bus: BusDefinition) -> [SlotGrid] {
        bus.devices.map { device in
            SlotGrid(
                everyMilliseconds: device.everyMilliseconds ?? bus.everyMilliseconds,
                offsetMilliseconds: bus.offsetMilliseconds)
        }
    }

    private func turn() throws {
        board.progress()
        advance()
        let now = schedule.now.monotonic
        if offer.isPressing(at: now) { try commit() }
        if let index = yielded.takePressing(at: now, nextDue: schedule.nextDue) { return press(index) }
        if let due = schedule.takeDue() { return begin(due) }
        if offer.isDue(at: now, nextDue: schedule.nextDue) { return try commit() }
        if let index = yielded.takeFirst() { return serve(index) }
        let wake = min(schedule.nextDue, offer.nextTime(after: now), now + Self.lookNanoseconds)
        if !clock.sleep(untilMonotonic: max(wake, now)) { isStopping = true }
    }

    private func advance() {
        let moment = BusMoment(monotonic: clock.monotonicNanoseconds(), wall: clock.wallMicroseconds())
        if let jump = schedule.advance(to: moment) { events.clockJumped(jump) }
    }

    private func begin(_ due: PollSchedule.Due, isPressing: Bool = false) {
        let index = due.device
        if pollers[index].poll != nil, !pollers[index].abandon() {
            // Its next slot has come before there was time for a further try.
            yielded.remove(index)
            finish(index)
        }
        guard admit(due) else {
            yielded.remove(index)
            return finish(index)
        }
        // Who was silent the last time waits until the others have been asked: its timeout delays nobody twice.
        if !isPressing, pollers[index].isSilent, pollers[index].poll?.isPaused == false {
            let every = bus.devices[index].everyMilliseconds ?? bus.everyMilliseconds
            yielded.add(
                index, at: schedule.now.monotonic, pressingFrom: due.monotonic + every * 1_000_000)
        } else {
            yielded.remove(index)
            serve(index)
        }
    }

    /// Begins the poll; returns whether the device can be asked.
    private func admit(_ due: PollSchedule.Due) -> Bool {
        let index = due.device
        guard offer.hasRoom(for: pollers[index].readingsMax) else {
            if !isHeldBack { events.pollsHeldBack(readings: offer.intake.readings.count) }
            isHeldBack = true
            pollers[index].begin(due, failing: .notDurable)
            return false
        }
        isHeldBack = false
        if link.isBarred(at: schedule.now.monotonic) {
            pollers[index].begin(due, failing: .connection)
            return false
        }
        pollers[index].begin(due)
        if due.overruns > 0, pollers[index].poll?.isPaused == false {
            events.overrun(bus.devices[index], slots: due.overruns)
        }
        return true
    }

    /// Serves one that has given way long enough: for its newest slot, if it has not been asked yet.
    private func press(_ index: Int) {
        if pollers[index].poll?.hasStarted == false, let due = schedule.takeDue(of: index) {
            begin(due, isPressing: true)
        } else {
            serve(index)
        }
    }

    /// Asks one device until its poll is over, or gives way.
    private func serve(_ index: Int) {
        while !isStopping, !stop.isRequested {
            let now = clock.monotonicNanoseconds()
            if pollers[index].poll?.isOver == false, link.isBarred(at: now) { pollers[index].giveUp(.connection) }
            let unit = bus.devices[index].unit
            let step = pollers[index].step { [master] registers in
                master.earliest(for: ModbusRequest(unit: unit, registers: registers)) <= now
            }
            guard case .ask(let registers) = step else { return finish(index) }
            switch ask(index, registers) {
            case .goOn: continue
            case .yield:
                let now = clock.monotonicNanoseconds()
                return yielded.add(index, at: now, pressingFrom: now)
            case .over: return finish(index)
            }
        }
        // Stopped: the end of `run` finishes it.
    }

    private func ask(_ index: Int, _ registers: RegisterRequest) -> PollProgress {
        let request = ModbusRequest(unit: bus.devices[index].unit, registers: registers)
        let timeout = pollers[index].timeoutNanoseconds
        let entered = clock.monotonicNanoseconds()
        // Connecting, or a timeout beyond what the watchdog allows, is no hang; a stop ends either at once.
        let isLong = !channel.isOpen || timeout > Self.longNanoseconds
        if isLong { board.pause() }
        let answer = master.ask(request, timeoutNanoseconds: timeout, into: &words)
        if isLong { board.progress() }
        // What was asked, without the opening of the channel before it.
        let exchange = master.lastExchange ?? (entered, entered)
        pollers[index].noteStart(at: exchange.sent)
        if answer != .data { yielded.noteTrouble(endedAt: clock.monotonicNanoseconds()) }
        if channel.isOpen { noteOpen() }
        if case .failed(.channel(let error)) = answer { return note(error, of: index) }
        switch answer {
        case .data, .exception: link.noteAnswer()
        case .failed: break
        }
        let took = exchange.ended - exchange.sent
        let observed = wallTime(at: exchange.sent + took / 2)
        if answer == .data {
            late?.noteAnswer(of: index, lateness: pollers[index].report.latenessNanoseconds, at: observed)
        }
        let progress = pollers[index].note(answer, words: words, observed: observed, took: took)
        // Nobody waits for two silences in a row.
        if progress == .goOn, case .failed = answer { return .yield }
        return progress
    }

    /// What the wall clock says of a moment a little ago.
    private func wallTime(at monotonic: Int64) -> Timestamp {
        let ago = clock.monotonicNanoseconds() - monotonic
        return Timestamp(microsecondsSince1970: clock.wallMicroseconds() - ago / 1000)
    }

    private func noteOpen() {
        let wasDown = if case .down = link.state { true } else { false }
        guard link.noteOpen() else { return }
        events.connected()
        if wasDown { probeAllSoon() }
        board.show(link, refusal: offer.refusal)
    }

    /// What all had in common is over: the breakers' pauses were not the devices' own.
    private func probeAllSoon() {
        for index in pollers.indices { pollers[index].probeSoon() }
    }

    private func note(_ error: ChannelError, of index: Int) -> PollProgress {
        if error.reason == .stopped {
            isStopping = true
            pollers[index].cutShort()
            return .over
        }
        let before = link.state
        if link.note(error, at: clock.monotonicNanoseconds()) {
            events.connectionLost(reason: error.description)
            return pollers[index].note(
                .failed(.channel(error)), words: [], observed: Timestamp(millisecondsSince1970: 0), took: 0)
        }
        if link.state != before { events.waiting(reason: error.description) }
        board.show(link, refusal: offer.refusal)
        pollers[index].giveUp(.failed(.channel(error)))
        return .over
    }

    private func finish(_ index: Int) {
        let first = offer.intake.readings.count
        let summary = pollers[index].finish(at: clock.wallMicroseconds(), into: &offer.intake, batch: offer.batch)
        late?.settle(index, in: &offer.intake, from: first)
        let now = clock.monotonicNanoseconds()
        offer.noteAdded(at: now)
        let device = bus.devices[index]
        if let reason = summary.fellSilent { events.silent(device, reason: reason) }
        if summary.answersAgain {
            events.answersAgain(device)
            let isFirst = pollers.indices.allSatisfy { $0 == index || pollers[$0].isSilent }
            if isFirst { probeAllSoon() }
        }
        if summary.breakerOpened { events.breakerOpened(device) }
        if summary.breakerClosed { events.breakerClosed(device) }
        if let addresses = summary.newlyRefused { events.addressesRefused(device, addresses: addresses) }
        if summary.refusesAll { events.everythingRefused(device) }
        let counters = master.counters
        if counters.lateAnswers > lateAnswers { events.lateAnswers(counters.lateAnswers - lateAnswers) }
        lateAnswers = counters.lateAnswers
        board.publish(
            pollers[index].report, at: index, counters, elapsed: now - startedAt, hasAnswer: summary.read > 0)
    }
}

extension BusLoop {
    private func commit() throws {
        let outcome = try offer.run(now: clock.monotonicNanoseconds)
        board.progress()
        switch outcome {
        case .nothing, .durable, .stillHeld: return
        case .held(let readings, let reason):
            events.holding(readings: readings, reason: reason)
            board.countHeld()
        case .released(let readings):
            events.released(readings: readings)
        }
        board.show(link, refusal: offer.refusal)
    }

    private func offerForTheLastTime() throws {
        guard !offer.isEmpty else { return }
        let readings = offer.intake.readings.count
        _ = try offer.run(now: clock.monotonicNanoseconds)
        if let reason = offer.refusal { events.lost(readings: readings, reason: reason) }
    }
}
