import ArgumentParser
import Queue
import Readings
import Settings

/// `quantrac deadletter drop ID… | --all`: nobody wants them any more.
struct DeadLetterDropCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Throw dead letters away.",
        discussion: "They are counted, and who dropped how many stands in the audit trail; their payloads are gone.")

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var selection: DeadLetterSelection
    @OptionGroup var actor: ActorOptions

    @Option(help: ArgumentHelp("Only those that did not come again for so long, such as 30d.", valueName: "age"))
    var olderThan: TimeLength?

    func validate() throws {
        guard olderThan == nil || selection.all else {
            throw ValidationError("--older-than chooses among --all; an id needs no choice.")
        }
    }

    mutating func run() async throws {
        let settings = try configuration.load()
        let node = ReadNode(
            directory: settings.node.dataDirectory, zone: settings.node.zone, configuration: settings)
        let newest = olderThan.map { Timestamp.current.advanced(byMilliseconds: -$0.milliseconds) }
        let ids = try selection.ids(in: node) { letter in newest.map { letter.lastReceived < $0 } ?? true }
        guard !ids.isEmpty else { return Output.note("There is no such dead letter.") }
        if !selection.all { try Self.check(ids, in: node) }
        try confirmation.ask("Drop \(Self.count(ids.count))? What could not be read in them is gone for good")
        let dropped = try await NodeControl(settings).drop(ids, by: actor.name)
        Output.note("\(Self.count(dropped)) dropped.")
    }

    /// A mistyped number is told before anything goes.
    private static func check(_ ids: [Int64], in node: ReadNode) throws {
        let reader = try node.openReader()
        for id in ids where try id < 1 || reader.deadLetters(after: id - 1, limit: 1).first?.id != id {
            throw CommandFailure(.failure, QueueError.noDeadLetter(id).message + "; nothing was dropped")
        }
    }

    private static func count(_ number: Int) -> String { number == 1 ? "1 dead letter" : "\(number) dead letters" }
}
