import ArgumentParser
import Queue
import Readings

/// Which dead letters a command is about.
struct DeadLetterSelection: ParsableArguments {
    @Argument(help: ArgumentHelp("Their ids, as `deadletter list` shows them.", valueName: "id"))
    var ids: [Int64] = []

    @Flag(help: "All that there are, or that the options below leave.")
    var all = false

    @Option(help: ArgumentHelp("Only those of this source, such as mqtt:field.", valueName: "source"))
    var source: String?

    @Option(help: ArgumentHelp("Only those with this reason, such as syntax.", valueName: "reason"))
    var reason: String?

    func validate() throws {
        guard all != !ids.isEmpty else { throw ValidationError("Name dead letters by their ids, or say --all.") }
        guard all || (source == nil && reason == nil) else {
            throw ValidationError("--source and --reason choose among --all; an id needs no choice.")
        }
        try Self.check(reason: reason)
    }

    static func check(reason: String?) throws {
        guard let reason, Fault.Reason(rawValue: reason) == nil else { return }
        let known = Fault.Reason.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("There is no reason `\(reason)`; there are \(known).")
    }

    /// The ids that were named, each once, or those of all that match, oldest first.
    func ids(in node: ReadNode, where isWanted: (DeadLetter) -> Bool = { _ in true }) throws -> [Int64] {
        guard all else {
            var named: Set<Int64> = []
            return ids.filter { named.insert($0).inserted }
        }
        let reader = try node.openReader()
        var found: [Int64] = []
        var position: Int64 = 0
        while true {
            let page = try reader.deadLetters(after: position, limit: 500)
            guard let last = page.last else { return found }
            position = last.id
            for letter in page where matches(letter) && isWanted(letter) { found.append(letter.id) }
        }
    }

    private func matches(_ letter: DeadLetter) -> Bool {
        (source == nil || letter.source == source)
            && (reason == nil || letter.faults.contains { $0.reason == reason })
    }
}
