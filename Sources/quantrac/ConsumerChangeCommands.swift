import ArgumentParser
import Queue
import Readings
import Settings

/// `quantrac consumer add NAME`: somebody new takes readings.
struct ConsumerAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a consumer.")

    @OptionGroup var configuration: ConfigurationOptions

    @Argument(help: "Its name: 1-32 of a-z 0-9 and -.")
    var name: String

    @Option(help: "Where it begins: oldest, now, or a time.")
    var from = "oldest"

    @Flag(name: .customLong("optional"), help: "The queue does not wait for it: what it misses may be deleted.")
    var isOptional = false

    @Option(help: ArgumentHelp("Only these stations; a glob; may be repeated.", valueName: "glob"))
    var station: [String] = []

    @Option(help: ArgumentHelp("Only these parameters; may be repeated.", valueName: "symbol"))
    var parameter: [String] = []

    @Option(help: ArgumentHelp("Skip what is older, such as 10m. (default: nothing is)", valueName: "age"))
    var maxAge: TimeLength?

    func validate() throws {
        guard SettingsName.isValid(name) else {
            throw ValidationError("`\(name)` is no consumer's name: 1-32 of a-z 0-9 and -.")
        }
        guard maxAge == nil || isOptional else {
            throw ValidationError("A required consumer gets everything: --max-age needs --optional.")
        }
    }

    mutating func run() async throws {
        let settings = try configuration.load()
        var definition = ConsumerDefinition(name: name)
        definition.required = !isOptional
        definition.from = try StartPosition(typed: from, in: LocalTime(zone: settings.node.zone), now: .current)
        definition.stations = station
        definition.parameters = parameter
        definition.maxAgeMilliseconds = maxAge?.milliseconds ?? 0
        try await NodeControl(settings).change(.add(definition))
        Output.note("Consumer \(name) was added; it is fed from \(from).")
    }
}

/// `quantrac consumer rewind NAME --to …`: moves the cursor.
struct ConsumerRewindCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rewind", abstract: "Deliver to a consumer again from an earlier place, or skip to a later one.",
        discussion: "Its open batch becomes void. The warehouse keeps the highest version, so repetition is harmless.")

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var confirmation: ConfirmationOptions

    @Argument(help: "The consumer's name.")
    var name: String

    @Option(help: "oldest, now, a sequence, or the time of commit (RFC 3339, a date, an age such as 2h).")
    var to: String

    mutating func run() async throws {
        let settings = try configuration.load()
        let position = try StartPosition(typed: to, in: LocalTime(zone: settings.node.zone), now: .current)
        try confirmation.ask("Move consumer \(name) to \(to)? Its open batch becomes void")
        try await NodeControl(settings).change(.rewind(name, position))
        let reader = try QueueReader.open(directory: settings.node.dataDirectory)
        let cursor = try reader.consumers().first { $0.definition.name == name }?.cursor
        Output.note("Consumer \(name) has everything up to sequence \(cursor ?? 0) now; it goes on behind it.")
    }
}

/// `quantrac consumer remove NAME`: forgets a consumer.
struct ConsumerRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Forget a consumer, and how far it had come.")

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var confirmation: ConfirmationOptions

    @Argument(help: "The consumer's name.")
    var name: String

    mutating func run() async throws {
        let settings = try configuration.load()
        try confirmation.ask("Remove consumer \(name)? What it had not acknowledged is no longer kept for it")
        try await NodeControl(settings).change(.remove(name))
        Output.note("Consumer \(name) was removed.")
    }
}

extension StartPosition {
    /// What a person typed for a place in the queue.
    init(typed text: String, in localTime: LocalTime, now: Timestamp) throws {
        switch text {
        case "oldest": self = .oldest
        case "now": self = .now
        default:
            if let sequence = Int64(text), sequence >= 0 {
                self = .sequence(sequence)
            } else {
                self = .time(try localTime.moment(text, now: now))
            }
        }
    }
}
