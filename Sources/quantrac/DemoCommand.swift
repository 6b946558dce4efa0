import ArgumentParser
import Readings
import Simulation

/// `quantrac demo`: everything on this machine.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show all of it on this machine: broker, stations, a Modbus plant, daemon and a puller.",
        discussion: """
            Everything runs in a temporary folder on loopback ports and ends with Ctrl-C. Only mosquitto must be \
            installed. A few messages misbehave, and a unit of the plant falls silent now and then, so that dead letters, \
            flags and gaps are seen.
            """)

    @Option(
        name: .customLong("for"), help: ArgumentHelp("End by itself after so long, such as 20s.", valueName: "time"))
    var length: TimeLength?

    @Option(help: "How many stations, 1 … 1000.")
    var stations = 12

    @Option(help: "Messages a second of all stations together, up to 10000.")
    var rate = 12.0

    @Option(help: ArgumentHelp("The stations begin with the readings of so long ago.", valueName: "age"))
    var backfill = TimeLength(milliseconds: 24 * 3_600_000)

    @Option(help: ArgumentHelp("The share of messages that misbehave, 0 … 1.", valueName: "share"))
    var faults = 0.03

    @Option(help: "The seed of everything that looks random.")
    var seed: UInt64 = 1

    @Flag(help: "Leave the folder for a look afterwards.")
    var keep = false

    func validate() throws {
        guard (1...1000).contains(stations) else { throw ValidationError("--stations is 1 … 1000.") }
        guard rate > 0, rate <= 10_000 else { throw ValidationError("--rate is more than 0, and up to 10000.") }
        guard (0...1).contains(faults) else { throw ValidationError("--faults is 0 … 1.") }
        guard backfill.milliseconds <= 30 * 86_400_000 else { throw ValidationError("--backfill is at most 30d.") }
    }

    mutating func run() async throws {
        let interruption = await Interruption()
        let folder = try DemoFolder()
        let reporter = StationReporter(
            model: StationModel(count: stations, seed: seed),
            firstSequence: (Timestamp.current.millisecondsSince1970 - 1_704_067_200_000) / 1000, faultShare: faults)
        let schedule = SimulationSchedule(messagesPerSecond: rate, backfillMilliseconds: backfill.milliseconds)
        let demo = Demo(folder: folder, reporter: reporter, schedule: schedule, length: length?.duration)
        let outcome = await Result { try await demo.run(until: interruption.signals) }
        if case .success(let result) = outcome, result.lost == 0, !keep {
            try folder.remove()
        } else {
            Output.note("The folder is kept: \(folder.path)")
        }
        let result = try outcome.get()
        var output = Output()
        for line in result.lines { try output.line(line) }
        try output.flush()
        guard result.lost == 0 else {
            throw CommandFailure(
                .failure, "the counts above do not agree; please report it with the folder \(folder.path)")
        }
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous function returns or throws.
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
