import ArgumentParser
import Delivery
import Queue
import Simulation
import Testing

@testable import quantrac

@Suite struct `Outcome of a command` {
    @Test(
        arguments: [
            (QueueError(.locked(pid: 7), "in use"), CommandStatus.tryAgain), (QueueError(.diskFull, "full"), .tryAgain),
            (QueueError(.queueFull, "full"), .tryAgain), (QueueError(.notFound, "none"), .unavailable),
            (QueueError(.foreignFile, "foreign"), .failure), (QueueError(.corrupt, "damaged"), .failure),
            (QueueError(.newerSchema, "newer"), .failure), (QueueError(.noSuchConsumer, "none"), .failure),
            (QueueError(.badArgument, "bad"), .usage),
        ] as [(QueueError, CommandStatus)])
    func `is what the queue's reason means`(error: QueueError, status: CommandStatus) {
        #expect(Outcome(of: error) == Outcome(status, error.message))
    }

    @Test(
        arguments: [
            (ClientError.Reason.unreachable, CommandStatus.unavailable), (.usage, .usage),
            (.refused(status: 404), .failure),
            (.refused(status: 409), .failure), (.refused(status: 503), .tryAgain), (.refused(status: 429), .tryAgain),
            (.protocolBroken, .failure), (.notStored, .failure),
        ] as [(ClientError.Reason, CommandStatus)])
    func `is what the node's refusal means`(reason: ClientError.Reason, status: CommandStatus) {
        #expect(Outcome(of: ClientError(reason, "words")) == Outcome(status, "words"))
    }

    @Test func `is 78 for faults of the settings, each on its line`() throws {
        let options = try ConfigurationOptions.parse(["--config", "/nowhere/quantrac.toml"])
        let error = try #require(throws: (any Error).self) { try options.load() }
        let outcome = Outcome(of: error)
        #expect(outcome.status == .configuration)
        #expect(outcome.message.contains("/nowhere/quantrac.toml"))
    }

    @Test func `is silent when nobody reads on`() {
        #expect(Outcome(of: OutputClosed()) == Outcome(.success, ""))
        #expect(Outcome(of: CancellationError()) == Outcome(.success, ""))
    }

    @Test func `keeps the code that a command has chosen`() {
        #expect(Outcome(of: ExitCode(1)) == Outcome(.failure, ""))
        #expect(Outcome(of: CommandFailure(.tryAgain, "later")) == Outcome(.tryAgain, "later"))
    }

    @Test(arguments: [
        ["nonsense"], ["queue", "list", "--limit", "0"], ["queue", "list", "--flag", "5"], ["queue", "show"],
        ["queue", "export", "--format", "xml"], ["simulate", "--faults", "2"], ["simulate", "--broker", "http://x"],
        ["simulate", "--topic", "no-station"], ["demo", "--for", "soon"], ["deadletter", "list", "--reason", "mood"],
        ["pull", "ftp://x", "--consumer", "a", "--to", "-"], ["pull", "http://x", "--to", "-"],
        ["pull", "http://x", "--consumer", "a", "--to", "postgresql://x"], ["init", "--node", "Hà Nội"],
    ])
    func `is 64 for what cannot be asked`(arguments: [String]) throws {
        let error = try #require(throws: (any Error).self) { _ = try Quantrac.parseAsRoot(arguments) }
        let outcome = Outcome(of: error)
        #expect(outcome.status == .usage)
        #expect(!outcome.message.isEmpty)
    }

    @Test(arguments: [["--version"], ["--help"], ["queue", "list", "--help"], ["help", "demo"]])
    func `is success for help`(arguments: [String]) throws {
        let error = try #require(throws: (any Error).self) {
            var command = try Quantrac.parseAsRoot(arguments)
            try command.run()
        }
        #expect(Outcome(of: error).status == .success)
    }

    @Test func `is 69 without a broker to run`() throws {
        let error = try #require(throws: (any Error).self) {
            throw CommandFailure(.unavailable, "no mosquitto")
        }
        #expect(Outcome(of: error).status.rawValue == 69)
    }
}
