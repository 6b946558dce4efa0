import ArgumentParser
import Readings
import Simulation

/// `quantrac simulate`: stations that are not there.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Publish what simulated stations measure to a broker, until Ctrl-C.",
        discussion: """
            A dozen stations with daily courses, calibrations, errors and silences; the same seed says the same at the \
            same moment. Every message is kept until the broker has acknowledged it.
            """)

    @Option(help: ArgumentHelp("The broker: mqtt://host:port, or mqtts:// for TLS.", valueName: "url"))
    var broker = "mqtt://127.0.0.1:1883"

    @Option(help: ArgumentHelp("The topic; {station} is replaced.", valueName: "topic"))
    var topic = "quantrac/v1/{station}/readings"

    @Option(help: "How many stations, 1 … 10000.")
    var stations = 12

    @Option(help: "Messages a second of all stations together; 0 for as fast as the broker takes them.")
    var rate = 12.0

    @Option(help: "So many messages, then end.")
    var count: Int?

    @Option(name: .customLong("for"), help: ArgumentHelp("So long, then end, such as 20s.", valueName: "time"))
    var length: TimeLength?

    @Option(help: ArgumentHelp("Begin with the readings of so long ago, one in five minutes.", valueName: "age"))
    var backfill: TimeLength?

    @Option(
        help: ArgumentHelp(
            "The share of messages that misbehave, 0 … 1: bad JSON, NaN, late, duplicate …", valueName: "share"))
    var faults = 0.0

    @Option(help: "The seed of everything that looks random.")
    var seed: UInt64 = 1

    @Option(help: "The user at the broker.")
    var username: String?

    @Option(help: ArgumentHelp("A file with the password.", valueName: "file"), completion: .file())
    var passwordFile: String?

    @Option(
        help: ArgumentHelp("A PEM file with who signs the broker's certificate.", valueName: "file"),
        completion: .file())
    var caFile: String?

    @Option(help: ArgumentHelp("A PEM file with our certificate.", valueName: "file"), completion: .file())
    var certificateFile: String?

    @Option(help: ArgumentHelp("A PEM file with the key of our certificate.", valueName: "file"), completion: .file())
    var keyFile: String?

    func validate() throws {
        guard BrokerLogin(url: broker) != nil else {
            throw ValidationError("`\(broker)` is no broker's URL; write mqtt://host:port or mqtts://host:port.")
        }
        guard (1...10_000).contains(stations) else { throw ValidationError("--stations is 1 … 10000.") }
        guard rate >= 0, rate <= 1_000_000 else { throw ValidationError("--rate is 0 … 1000000.") }
        guard (0...1).contains(faults) else { throw ValidationError("--faults is 0 … 1.") }
        guard topic.contains("{station}"), !topic.contains("+"), !topic.contains("#") else {
            throw ValidationError("--topic holds {station} and no wildcard.")
        }
    }

    mutating func run() async throws {
        guard var login = BrokerLogin(url: broker) else { return }
        login.username = username
        login.passwordFile = passwordFile
        login.authorityFile = caFile
        login.certificateFile = certificateFile
        login.keyFile = keyFile
        // Message numbers that go on where an earlier run has stopped, as long as it sent less than one a second.
        let reporter = StationReporter(
            model: StationModel(count: stations, seed: seed), topic: topic,
            firstSequence: (Timestamp.current.millisecondsSince1970 - 1_704_067_200_000) / 1000, faultShare: faults)
        let simulator = try StationSimulator(
            login: login, reporter: reporter,
            schedule: SimulationSchedule(
                messagesPerSecond: rate, messageLimit: count, backfillMilliseconds: backfill?.milliseconds ?? 0))
        Output.note("\(stations) stations publish to \(broker); Ctrl-C ends them.")
        try await publish(with: simulator)
        try finish(simulator.counts)
    }

    /// Runs the simulator until its limit, its time, or a signal; what was made is still acknowledged.
    private func publish(with simulator: StationSimulator) async throws {
        let length = length
        let interruption = await Interruption()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await simulator.run()
                return true
            }
            group.addTask {
                for await _ in interruption.signals { break }
                return false
            }
            if let length {
                group.addTask {
                    try await Task.sleep(for: length.duration)
                    return false
                }
            }
            group.addTask {
                try await Self.progress(of: simulator)
                return false
            }
            if try await group.next() == false {
                simulator.finish()
                // Those not acknowledged in two seconds are told in the end.
                group.addTask {
                    try await Task.sleep(for: .seconds(2))
                    return true
                }
                while let isDone = try await group.next(), !isDone {}
            }
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    /// Says on standard error what goes on, once in five seconds, and at once when the broker is away.
    private static func progress(of simulator: StationSimulator) async throws {
        var lastError: String?
        var turn = 0
        while true {
            try await Task.sleep(for: .milliseconds(500))
            turn += 1
            let counts = simulator.counts
            if !counts.isConnected, let error = counts.lastError, error != lastError {
                Output.note("the broker is away: \(error); trying again, \(counts.waiting) messages wait")
                lastError = error
            } else if turn % 10 == 0 {
                Output.note(
                    "\(counts.messages) messages, \(counts.readings) readings acknowledged, \(counts.waiting) wait")
            }
            if counts.isConnected { lastError = nil }
        }
    }

    private func finish(_ counts: SimulatorCounts) throws {
        var output = Output()
        try output.line(
            "\(counts.messages) messages acknowledged: \(counts.readings) readings, \(counts.duplicates) told twice, "
                + "\(counts.deadLetters) unreadable; \(counts.reconnects) reconnects")
        try output.flush()
        guard counts.isConnected || (counts.waiting == 0 && counts.lastError == nil) else {
            throw CommandFailure(
                .unavailable,
                "the broker \(broker) did not acknowledge \(counts.waiting) messages "
                    + "(\(counts.lastError ?? "no answer")); check that it runs, and the login")
        }
    }
}
