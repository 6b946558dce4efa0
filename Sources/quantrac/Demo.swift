import Delivery
import FoundationEssentials
import Glibc
import Queue
import Readings
import Simulation

/// Broker, stations, daemon and puller on one machine.
///
/// Daemon and puller are this very program as child processes, as they would run on a node and in a warehouse: what is
/// shown is what is shipped, with its own memory, signals and exit codes. The kernel ends them when we are killed.
struct Demo: Sendable {
    let folder: DemoFolder
    let reporter: StationReporter
    let schedule: SimulationSchedule
    /// `nil`: until a signal comes.
    let length: Duration?

    /// How long the last readings may take from the stations to the warehouse after the end was asked for.
    private static let drainLimit = Duration.milliseconds(900)
    /// How long the daemon may take to be ready.
    private static let startLimit = Duration.seconds(15)

    /// What the parts tell the conductor.
    private enum Event: Sendable {
        case ready
        case endAsked
        case ended(part: String, ChildProcess.End)
        case stationsEnded
        case plantEnded
        case liveLineEnded
    }

    /// A part that ended before it was asked to.
    private struct PartFailure: Error {
        let part: String
        let end: ChildProcess.End
    }

    /// Runs all of it until a signal comes or the time is over.
    func run(until signals: AsyncStream<Int32>) async throws -> DemoResult {
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return try await LocalBroker.run(in: folder.broker) { broker in
            for attempt in 1... {
                let port = Int.random(in: 15_000..<32_000)
                let plant = try DemoPlant(folder: folder, seed: reporter.model.seed)
                try folder.writeConfiguration(
                    broker: broker.url, httpPort: port, plant: plant.settings,
                    quality: DemoQuality.settings(of: reporter.model.stations))
                do {
                    let parts = DemoParts(program: program, broker: broker, httpPort: port, plant: plant)
                    return try await conduct(parts, signals)
                } catch let failure as PartFailure {
                    let log = failure.part == "daemon" ? folder.daemonLog : folder.pullerLog
                    let words = folder.tail(of: log)
                    // Somebody else's port: the next try takes another.
                    if words.contains("in use"), attempt < 10 { continue }
                    throw CommandFailure(
                        .unavailable,
                        "the demo's \(failure.part) ended by itself (\(failure.end)); its last lines in \(log):\n\(words)"
                    )
                }
            }
            throw CommandFailure(.tryAgain, "there is no free port for HTTP on this machine; end what listens there")
        }
    }

    private func conduct(_ parts: DemoParts, _ signals: AsyncStream<Int32>) async throws -> DemoResult {
        let (daemonStop, stopDaemon) = AsyncStream.makeStream(of: Void.self)
        let (pullerStop, stopPuller) = AsyncStream.makeStream(of: Void.self)
        let simulator = try StationSimulator(
            login: BrokerLogin(port: UInt16(parts.broker.port)), reporter: reporter, schedule: schedule)
        return try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask {
                let arguments = ["run", "--config", folder.configuration]
                return .ended(
                    part: "daemon",
                    try await ChildProcess.run(parts.program, arguments, log: folder.daemonLog, until: daemonStop))
            }
            group.addTask {
                try await parts.plant.server.run()
                return .plantEnded
            }
            group.addTask { try await waitForDaemon() }
            try await Self.wait(for: .ready, in: &group)
            parts.introduce(folder: folder, stations: reporter.model.stations.count)
            group.addTask {
                let arguments = [
                    "pull", "http://127.0.0.1:\(parts.httpPort)", "--consumer", "warehouse", "--to", folder.warehouse,
                    "--max", "2000",
                ]
                // A batch that it has not acknowledged when it is killed stays in the queue.
                return .ended(
                    part: "puller",
                    try await ChildProcess.run(
                        parts.program, arguments, log: folder.pullerLog, grace: .milliseconds(400), until: pullerStop))
            }
            group.addTask {
                try await simulator.run()
                return .stationsEnded
            }
            group.addTask {
                try await DemoLiveLine(directory: folder.data, simulator: simulator).run()
                return .liveLineEnded
            }
            group.addTask { await waitForTheEnd(signals) }
            try await Self.wait(for: .endAsked, in: &group)

            simulator.finish()
            try await drain(simulator)
            stopPuller.finish()
            try await Self.wait(for: .ended(part: "puller", .signalled(SIGKILL)), in: &group)
            stopDaemon.finish()
            try await Self.wait(for: .ended(part: "daemon", .exited(0)), in: &group)
            group.cancelAll()
            return try DemoResult(folder: folder, counts: simulator.counts, plant: parts.plant.server.counts)
        }
    }

    /// Takes events until the one that is waited for; any other end of a part is a failure.
    private static func wait(for expected: Event, in group: inout ThrowingTaskGroup<Event, any Error>) async throws {
        while let event = try await group.next() {
            switch (event, expected) {
            case (.ready, .ready), (.endAsked, .endAsked): return
            case (.ended(let part, let end), .ended(let awaited, let good)) where part == awaited:
                guard end == good || end == .exited(0) else { throw PartFailure(part: part, end: end) }
                return
            case (.ended(let part, let end), _): throw PartFailure(part: part, end: end)
            default: continue
            }
        }
        throw CancellationError()
    }

    /// The daemon serves, and the broker has granted its topics: what is published before that is published to nobody.
    private func waitForDaemon() async throws -> Event {
        let deadline = ContinuousClock.now + Self.startLimit
        while ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(20))
            // The status says "connected" from the login on; only the log tells of the subscription.
            guard folder.tail(of: folder.daemonLog).contains("subscription granted"),
                let daemon = NodeControl.daemon(of: folder.data), (try? await daemon.status()) != nil
            else { continue }
            return .ready
        }
        throw CommandFailure(
            .unavailable, "the demo's daemon is not ready after \(Self.startLimit); see \(folder.daemonLog)")
    }

    private func waitForTheEnd(_ signals: AsyncStream<Int32>) async -> Event {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in signals { break } }
            if let length {
                group.addTask { do { try await Task.sleep(for: length) } catch {} }
            }
            await group.next()
            group.cancelAll()
        }
        return .endAsked
    }

    /// Waits until the last reading is in the warehouse, or the patience of somebody who pressed Ctrl-C ends.
    private func drain(_ simulator: StationSimulator) async throws {
        let deadline = ContinuousClock.now + Self.drainLimit
        let reader = try QueueReader.open(directory: folder.data)
        while ContinuousClock.now < deadline {
            let counts = simulator.counts
            let figures = try DemoLiveLine.Figures(reader: reader)
            if counts.waiting == 0, figures.published >= Int64(counts.readings), figures.waiting == 0 { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
