import Mosquitto
import OwnThread
import Readings

/// The thread of an MQTT source: connect, read many, have them accepted, acknowledge; again and again.
///
/// The rules it keeps, and what it costs to break them, are in docs/decisions (acknowledge after the commit).
final class MQTTLoop {
    /// What was read and not yet offered; it outlives a connection.
    let batch = MessageBatch()
    let settings: MQTTSourceSettings
    let events: SourceEvents
    let board: StatusBoard
    let stop: StopSwitch
    private let grants: any GrantedFilters
    private let offer: BatchOffer
    private var backOff: BackOff
    private var wasConnected = false

    init(
        source: String, settings: MQTTSourceSettings, grants: any GrantedFilters, events: SourceEvents,
        board: StatusBoard, stop: StopSwitch, digest: ((Span<UInt8>) -> [UInt8])?,
        accept: @escaping (inout Intake) throws -> Void
    ) {
        self.settings = settings
        self.grants = grants
        self.events = events
        self.board = board
        self.stop = stop
        offer = BatchOffer(source: source, events: events, board: board, stop: stop, accept: accept)
        batch.digest = digest
        backOff = BackOff(seed: UInt64(bitPattern: SystemTime.monotonicNanoseconds()))
    }

    /// Runs until stopped; throws what `accept` threw when it is not worth trying again.
    func run() throws {
        board.enter(.connecting)
        while !stop.isRequested {
            do {
                try connectAndServe()
            } catch is Stopped {
                return
            } catch let error as MQTTError {
                report(error)
                // What was read before the link broke is committed all the same; its redelivery will be a duplicate.
                offer.take(from: batch)
                if try offer.run(untilNanoseconds: nil) == .stopped { return }
                // Holding may have written over the reason; a technician wants to see why there is no connection.
                show(error)
                pause(milliseconds: backOff.next())
            }
        }
    }

    private func connectAndServe() throws {
        let connection = try MQTTConnection.open(settings.options, batch: batch)
        board.pause()
        let isConnecting = try stop.withinStuckCall { () throws(MQTTError) in try connection.connect() }
        guard isConnecting else { return }
        var session = MQTTSession(
            connection: connection, batch: batch, offer: offer, settings: settings, grants: grants, events: events,
            board: board, stop: stop)
        defer { if session.wasStable { backOff.reset() } }
        try session.serve(isReconnect: &wasConnected)
    }

    /// Counts and logs the end of a connection, once for each change.
    private func report(_ error: MQTTError) {
        if error.reason == .packetTooLarge {
            board.update { $0.oversizeDropped += 1 }
            events.packetTooLarge(reason: error.description)
        }
        guard show(error) else { return }
        switch error.reason {
        case .refused, .certificate, .file, .badArgument: events.refused(reason: error.description)
        default: events.waiting(reason: error.description)
        }
    }

    @discardableResult
    private func show(_ error: MQTTError) -> Bool {
        switch error.reason {
        case .refused, .certificate, .file, .badArgument: board.enter(.refused, detail: error.description)
        default: board.enter(.waiting, detail: error.description)
        }
    }

    private func pause(milliseconds: Int) {
        let end = SystemTime.monotonicNanoseconds() + Int64(milliseconds) * 1_000_000
        while !stop.isRequested {
            board.progress()
            let left = Int((end - SystemTime.monotonicNanoseconds()) / 1_000_000)
            guard left > 0 else { return }
            // Short enough for the watchdog to see that the thread lives.
            _ = stop.wake.wait(milliseconds: min(left, 1000))
        }
    }
}
