import Readings
import Synchronization

/// Prints what a trial of the sources has decoded; the sources' threads call it.
final class TrialPrinter: Sendable {
    struct Outcome: Sendable {
        var payloads = 0
        var readings = 0
        /// Records that a polled device did not answer.
        var silences = 0
        var faults = 0
        /// Sources from which nothing came until the end, with the reason.
        var unreached: [(source: String, reason: String)] = []

        /// Nothing came from anywhere.
        var isEmpty: Bool { payloads == 0 && readings == 0 && faults == 0 }
    }

    private let isJSON: Bool
    private let state = Mutex(Outcome())

    init(isJSON: Bool) {
        self.isJSON = isJSON
    }

    var outcome: Outcome { state.withLock { $0 } }

    func note(unreached: [(source: String, reason: String)]) {
        state.withLock { $0.unreached = unreached }
    }

    func show(_ intake: Intake) throws {
        try state.withLock { state in
            let silences = intake.readings.count { $0.isSilenceRecord }
            // A poll that brought nothing is no payload.
            if silences == 0 || silences < intake.readings.count { state.payloads += intake.payloads.count }
            state.readings += intake.readings.count - silences
            state.silences += silences
            state.faults += intake.faults.count
            var output = Output()
            for reading in intake.readings {
                try output.line(isJSON ? DraftText.json(reading, in: intake) : DraftText.line(reading, in: intake))
            }
            for fault in intake.faults {
                let place = Int(fault.payload)
                let topic = intake.payloads.indices.contains(place) ? intake.payloads[place].topic : .none
                let subject = Table.printable(intake.string(topic) ?? intake.source)
                try output.line(
                    isJSON
                        ? DraftText.json(fault)
                        : "\(subject): offset \(fault.offset), \(fault.reason.rawValue): \(FaultText.meaning(fault.reason.rawValue))"
                )
            }
            try output.flush()
        }
    }
}
