import ArgumentParser
import Delivery
import Queue

/// `quantrac pull URL`: the reference client of the pull protocol.
struct PullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Fetch batches from a node, store and acknowledge them: the reference warehouse.",
        discussion: """
            A batch is acknowledged when it is on disk; one that comes again is recognised by its id. Digests and the \
            chain of batches are checked. It goes on until Ctrl-C, unless --once.
            """)

    @Argument(help: ArgumentHelp("The node, such as http://127.0.0.1:8780.", valueName: "url"))
    var address: String

    @Option(help: "The consumer's name at the node.")
    var consumer: String

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("A directory, one file a batch; - for standard output.", valueName: "place"),
        completion: .directory)
    var destination: String

    @Option(help: "Lines in a batch, 1 … 50000.")
    var max = 10_000

    @Option(help: "Seconds that the node waits for something new, 0 … 60.")
    var wait = 30

    @Flag(help: "End when nothing is pending.")
    var once = false

    @Option(help: "End after so many tries without an answer. (default: never; 1 with --once)")
    var tries: Int?

    func validate() throws {
        guard address.hasPrefix("http://") || address.hasPrefix("https://") else {
            throw ValidationError("`\(address)` is no node's URL; write http://host:8780.")
        }
        guard (1...50_000).contains(max) else { throw ValidationError("--max is 1 … 50000, not \(max).") }
        guard (0...60).contains(wait) else { throw ValidationError("--wait is 0 … 60 seconds, not \(wait).") }
        if let tries, tries < 1 { throw ValidationError("--tries is at least 1.") }
        if destination.contains("://") {
            throw ValidationError("--to is a directory or -; this release stores into nothing else.")
        }
    }

    mutating func run() async throws {
        var settings = PullClient.Settings(
            address: address, consumer: consumer,
            destination: destination == "-" ? .standardOutput : .directory(destination))
        settings.once = once
        settings.max = max
        settings.waitSeconds = wait
        settings.triesMax = tries ?? (once ? 1 : nil)
        let client = PullClient(settings, logger: LogOutput.quiet())
        let counter = PullCounter()
        _ = try await Interruption.cancelling {
            let counts = try await client.run { counter.note($0) }
            counter.note(counts)
        }
        guard let counts = counter.counts else { return Output.note("nothing was pulled") }
        Output.note(
            "\(Grouped.count(counts.lines, "line")) in \(Grouped.count(counts.batches, "batch", "batches"))"
                + (counts.known > 0 ? ", \(counts.known) of them stored already" : "")
                + (counts.retries > 0 ? ", \(counts.retries) tries without an answer" : ""))
    }
}
