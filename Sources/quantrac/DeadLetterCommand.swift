import ArgumentParser
import Queue
import Readings

/// `quantrac deadletter …`: the group of what is done with dead letters.
struct DeadLetterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deadletter", abstract: "Payloads of which something could not be read.",
        subcommands: [
            DeadLetterListCommand.self, DeadLetterShowCommand.self, DeadLetterReplayCommand.self,
            DeadLetterDropCommand.self,
        ])
}

/// `quantrac deadletter list`: one line a payload, with its first fault.
struct DeadLetterListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List dead letters: the newest, or those after an id.")

    @OptionGroup var node: NodeOptions
    @OptionGroup var listing: ListingOptions

    @Option(help: "The first ones with ids beyond this one.")
    var after: Int64?

    @Option(help: "At most so many, 1 … 10000.")
    var limit = 100

    @Option(help: ArgumentHelp("Only with this reason, such as syntax.", valueName: "reason"))
    var reason: String?

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit is 1 … 10000, not \(limit).") }
        try DeadLetterSelection.check(reason: reason)
    }

    func run() throws {
        let node = try node.load()
        let reader = try node.openReader()
        var output = Output()
        var table = Table(
            ">ID", "RECEIVED (\(node.zone.name))", "SOURCE", "TOPIC", "REASON", ">OFFSET", ">BYTES", ">TIMES")
        for letter in try letters(from: reader) {
            if listing.isJSON {
                try output.line(Self.json(letter))
                continue
            }
            let fault = letter.faults.first
            let further = letter.faultCount > 1 ? " (+\(letter.faultCount - 1))" : ""
            table.add(
                "\(letter.id)", node.localTime.text(letter.received), letter.source, letter.topic,
                (fault?.reason ?? "") + further, fault.map { "\($0.offset)" } ?? "", "\(letter.fullLength)",
                "\(letter.occurrences)")
        }
        for line in table.lines { try output.line(line) }
        try output.flush()
    }

    /// The newest that fit; with `--after` the first.
    private func letters(from reader: QueueReader) throws -> [DeadLetter] {
        var letters: [DeadLetter] = []
        var position = after ?? 0
        while after == nil || letters.count < limit {
            let page = try reader.deadLetters(after: position, limit: 500)
            guard let last = page.last else { break }
            position = last.id
            letters += page.filter { letter in reason == nil || letter.faults.contains { $0.reason == reason } }
            if after == nil, letters.count > limit { letters.removeFirst(letters.count - limit) }
        }
        return Array(letters.prefix(limit))
    }

    static func json(_ letter: DeadLetter, payload: [UInt8]? = nil) -> String {
        var line = JSONLine()
        line.add("dead_letter", letter.id)
        line.add("received", letter.received)
        line.add("last_received", letter.lastReceived)
        line.add("occurrences", letter.occurrences)
        line.add("source", letter.source)
        line.add("topic", letter.topic)
        line.add("format", letter.decoder)
        line.add("length", letter.fullLength)
        line.add("sha256", Hexadecimal.text(letter.sha256))
        line.raw("faults", json(letter.faults))
        if let payload {
            line.add("payload", String(validating: payload, as: UTF8.self))
            line.add("payload_hex", Hexadecimal.text(payload))
        }
        return line.finished
    }

    /// Faults as an array.
    static func json(_ faults: [StoredFault]) -> String {
        let objects = faults.map { fault in
            var object = JSONLine()
            object.add("index", fault.index)
            object.add("offset", fault.offset)
            object.add("reason", fault.reason)
            return object.finished
        }
        return "[" + objects.joined(separator: ",") + "]"
    }
}

/// `quantrac deadletter show ID`: the bytes, and where the faults are in them.
struct DeadLetterShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One dead letter: why, where, and its bytes with a caret at each fault.")

    @OptionGroup var node: NodeOptions
    @OptionGroup var listing: ListingOptions

    @Argument(help: "Its id, as `deadletter list` shows it.")
    var id: Int64

    func run() throws {
        let node = try node.load()
        let reader = try node.openReader()
        guard let letter = try reader.deadLetter(id) else {
            throw CommandFailure(
                .failure,
                "there is no dead letter \(id) in \(node.directory): it was replayed, or dropped by somebody or by "
                    + "dead_letter.max_size or .retain, or never was; `quantrac deadletter list` shows those there are")
        }
        var output = Output()
        if listing.isJSON {
            try output.line(DeadLetterListCommand.json(letter, payload: letter.payload))
        } else {
            for line in Self.lines(letter, localTime: node.localTime) { try output.line(line) }
        }
        try output.flush()
    }

    private static func lines(_ letter: DeadLetter, localTime: LocalTime) -> [String] {
        var lines = [
            "dead letter   \(letter.id)",
            "received      \(localTime.text(letter.received)) \(localTime.zone.name)",
            "source        \(Table.printable(letter.source))",
            "topic         \(Table.printable(letter.topic))",
            "format        \(letter.decoder)",
            "length        \(letter.fullLength) bytes",
            "sha256        \(Hexadecimal.text(letter.sha256))",
        ]
        if letter.occurrences > 1 {
            lines.append("came          \(letter.occurrences) times, last \(localTime.text(letter.lastReceived))")
        }
        let faults = letter.faults.map { FaultPlace($0) }
        lines += ["", "Faults:"]
        lines += FaultText.lines(faults)
        if letter.faultCount > letter.faults.count {
            lines.append("  … and \(letter.faultCount - letter.faults.count) more")
        }
        lines.append("")
        if letter.payload.count < letter.fullLength {
            lines.append("The first \(letter.payload.count) of \(letter.fullLength) bytes:")
        }
        lines += FaultText.excerpt(letter.payload, faults: faults)
        lines += Hexadecimal.dump(letter.payload, marks: Set(letter.faults.map(\.offset)))
        return lines
    }
}
