import ArgumentParser
import Queue
import Readings
import Settings

/// `quantrac deadletter replay [ID… | --all]`: what could not be read is decoded again.
struct DeadLetterReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Decode dead letters again with the settings of now, and queue what they say.",
        discussion: """
            The readings keep the time at which they came; those that are known already are duplicates. A dead letter \
            in which everything can be read is removed, any other stays with its faults. With a daemon running its \
            settings count: restart it first when they changed. Exits with 1 when a dead letter stays that was to go.
            """)

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var listing: ListingOptions
    @OptionGroup var selection: DeadLetterSelection
    @OptionGroup var actor: ActorOptions

    @Flag(help: "Leave them where they are, also when everything in them can be read.")
    var keep = false

    mutating func run() async throws {
        let settings = try configuration.load()
        let node = ReadNode(
            directory: settings.node.dataDirectory, zone: settings.node.zone, configuration: settings)
        let ids = try selection.ids(in: node)
        var output = Output()
        var total = ReplayTotal()
        do {
            try await NodeControl(settings).replay(ids, keeping: keep, by: actor.name) { id, replayed in
                total.add(replayed)
                try output.line(listing.isJSON ? Self.json(id, replayed) : Self.text(id, replayed))
            }
        } catch {
            // What is done is done, and is told.
            try output.flush()
            throw error
        }
        try output.flush()
        if !listing.isJSON { Output.note(total.text) }
        if total.stay + total.refused > 0 { throw ExitCode(1) }
    }

    private static func text(_ id: Int64, _ replayed: NodeControl.Replayed) -> String {
        switch replayed {
        case .refused(let reason): return "\(id): not replayed: \(Table.printable(reason))"
        case .outcome(let outcome):
            var text = "\(id): \(outcome.queued) queued, \(outcome.duplicates) known"
            if let fault = outcome.faults.first {
                let further = outcome.faultCount > 1 ? " (+\(outcome.faultCount - 1))" : ""
                text += "; stays: \(fault.reason) at offset \(fault.offset)\(further)"
            } else {
                text += outcome.isRemoved ? "; removed" : "; kept"
            }
            return text
        }
    }

    static func json(_ id: Int64, _ replayed: NodeControl.Replayed) -> String {
        var line = JSONLine()
        line.add("dead_letter", id)
        switch replayed {
        case .refused(let reason): line.add("refused", reason)
        case .outcome(let outcome):
            line.add("queued", outcome.queued)
            line.add("duplicates", outcome.duplicates)
            line.add("fault_count", outcome.faultCount)
            line.raw("faults", DeadLetterListCommand.json(outcome.faults))
            line.add("removed", outcome.isRemoved)
        }
        return line.finished
    }
}

/// What a replay came to.
private struct ReplayTotal {
    var removed = 0
    var kept = 0
    var stay = 0
    var refused = 0
    var queued = 0
    var duplicates = 0

    mutating func add(_ replayed: NodeControl.Replayed) {
        switch replayed {
        case .refused: refused += 1
        case .outcome(let outcome):
            queued += outcome.queued
            duplicates += outcome.duplicates
            if outcome.isRemoved { removed += 1 } else if outcome.faultCount > 0 { stay += 1 } else { kept += 1 }
        }
    }

    var text: String {
        guard removed + kept + stay + refused > 0 else { return "There is no such dead letter." }
        var parts = ["\(removed) removed"]
        if kept > 0 { parts.append("\(kept) kept") }
        if stay > 0 { parts.append("\(stay) still with faults") }
        if refused > 0 { parts.append("\(refused) not replayed") }
        return "Dead letters: " + parts.joined(separator: ", ")
            + ". Readings: \(queued) queued, \(duplicates) known already."
    }
}
