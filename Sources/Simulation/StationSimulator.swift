import Mosquitto
import OwnThread
import Readings
import Synchronization

/// Publishes what the simulated stations measure, by MQTT with QoS 1, and keeps every message until it is acknowledged.
public final class StationSimulator: Sendable {
    private let login: BrokerLogin
    private let reporter: StationReporter
    private let schedule: SimulationSchedule
    private let state = Mutex(State())
    private let wake: Wake

    private struct State {
        var counts = SimulatorCounts()
        var phase = Phase.running
    }

    private enum Phase { case running, flushing, stopped }

    /// Messages under way at once.
    static let window = 1000
    /// Between two attempts to reach the broker; each pause is twice the one before.
    static let pauseMilliseconds = 50...5000
    /// The longest wait for the broker, so that a call to `finish` is seen soon.
    static let stepMilliseconds = 50

    public init(login: BrokerLogin, reporter: StationReporter, schedule: SimulationSchedule) throws {
        self.login = login
        self.reporter = reporter
        self.schedule = schedule
        wake = try Wake()
    }

    /// What was sent so far.
    public var counts: SimulatorCounts { state.withLock(\.counts) }

    /// No new messages from here on; `run` returns when those made are acknowledged.
    public func finish() {
        state.withLock { if $0.phase == .running { $0.phase = .flushing } }
        wake.signal()
    }

    /// Sends until `finish`, the schedule's limit or cancellation; a broker that is away is tried again and again.
    ///
    /// Cancellation leaves without waiting for acknowledgements.
    ///
    /// - Throws: when the system gives no thread.
    public func run() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                do {
                    _ = try OwnThread.start(name: "stations") {
                        self.send()
                        continuation.resume()
                    }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            state.withLock { $0.phase = .stopped }
            wake.signal()
        }
    }

    /// The thread's body: one connection after the other until all is sent.
    private func send() {
        var outbox = Outbox()
        var feed = MessageFeed(
            reporter: reporter, schedule: schedule, now: now(), monotonicNanoseconds: SystemTime.monotonicNanoseconds())
        var pause = Self.pauseMilliseconds.lowerBound
        while true {
            do {
                try session(&outbox, &feed) { pause = Self.pauseMilliseconds.lowerBound }
                return
            } catch {
                note(error, repeated: outbox.connectionLost())
                // A simulator that is told to finish has nobody to finish with.
                guard state.withLock({ $0.phase }) == .running else { return }
                // They go on measuring meanwhile.
                _ = fill(&outbox, from: &feed)
                let waiting = outbox.count
                state.withLock { $0.counts.waiting = waiting }
                _ = wake.wait(milliseconds: pause)
                pause = min(pause * 2, Self.pauseMilliseconds.upperBound)
            }
        }
    }

    /// One connection; returns when all is sent, throws when the connection is lost.
    private func session(_ outbox: inout Outbox, _ feed: inout MessageFeed, connected: () -> Void) throws {
        var publisher = try MQTTPublisher.connect(login.options, window: Self.window)
        connected()
        state.withLock { $0.counts.isConnected = true }
        while true {
            let phase = state.withLock { $0.phase }
            if phase == .stopped || (phase == .flushing || feed.isExhausted) && outbox.isEmpty { break }
            let idle = phase == .running ? fill(&outbox, from: &feed) : Self.stepMilliseconds
            while publisher.outstanding < Self.window, let message = outbox.first {
                outbox.sent(as: try publisher.publish(message.payload.span, to: message.topic))
            }
            try publisher.step(milliseconds: outbox.hasWaiting ? 1 : min(idle, Self.stepMilliseconds))
            confirm(publisher.takeAcknowledged(), in: &outbox)
        }
        publisher.close()
    }

    /// Makes what is due, and returns how long nothing more is.
    private func fill(_ outbox: inout Outbox, from feed: inout MessageFeed) -> Int {
        for _ in 0..<1000 where !outbox.isFull {
            switch feed.next(now: now(), monotonicNanoseconds: SystemTime.monotonicNanoseconds()) {
            case .message(let message): outbox.append(message)
            case .silent: break
            case .nothingBefore(let milliseconds): return milliseconds
            }
        }
        return outbox.isFull ? 100 : 0
    }

    private func confirm(_ tickets: [Int64], in outbox: inout Outbox) {
        let messages = tickets.compactMap { outbox.acknowledged($0) }
        let waiting = outbox.count
        state.withLock { state in
            for message in messages { state.counts.add(message) }
            state.counts.waiting = waiting
        }
    }

    private func note(_ error: any Error, repeated: Int) {
        state.withLock { state in
            if state.counts.isConnected { state.counts.reconnects += 1 }
            state.counts.isConnected = false
            state.counts.repeated += repeated
            state.counts.lastError = "\(error)"
        }
    }

    private func now() -> Timestamp {
        Timestamp(microsecondsSince1970: SystemTime.wallMicroseconds())
    }
}
