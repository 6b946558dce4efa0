import Decoding
import Queue
import Readings
import Synchronization

/// The middle of the sentence, for one source: what came in is decoded and appended; what returns is durable.
final class IntakeStage: Sendable {
    private let queue: ReadingQueue
    private let decoder: Mutex<IntakeDecoder>

    init(queue: ReadingQueue, decoder: IntakeDecoder) {
        self.queue = queue
        self.decoder = Mutex(decoder)
    }

    /// Called on the source's own thread; blocks it until the commit.
    ///
    /// - Throws: what the queue says when nothing was stored. The same batch may be offered again.
    func accept(_ intake: inout Intake) throws {
        intake.removeDecoded()
        try decoder.withLock { decoder in
            // What births taught it belongs to a batch that is durable: of one that is not they come again.
            var taught = decoder
            taught.decode(&intake)
            _ = try queue.append(&intake)
            decoder = taught
        }
    }
}

/// The stage of a source whose readings need no decoding: a Modbus bus reads registers, and knows what they mean.
struct PolledStage: Sendable {
    let queue: ReadingQueue

    /// Called on the bus's own thread; blocks it until the commit.
    ///
    /// - Throws: what the queue says when nothing was stored. The same batch may be offered again.
    func accept(_ intake: inout Intake) throws {
        _ = try queue.append(&intake)
    }
}

/// The stage of a trial: what came in is decoded and shown.
final class TrialStage: Sendable {
    private let show: @Sendable (Intake) throws -> Void
    private let decoder: Mutex<IntakeDecoder>

    init(decoder: IntakeDecoder, show: @escaping @Sendable (Intake) throws -> Void) {
        self.show = show
        self.decoder = Mutex(decoder)
    }

    func accept(_ intake: inout Intake) throws {
        intake.removeDecoded()
        decoder.withLock { $0.decode(&intake) }
        try show(intake)
    }
}
