import Decoding
import OwnThread
public import Queue
import Readings
public import Settings
import Synchronization

/// How dead letters are decoded once more: with the settings as they are now, and with what their source's decoder has kept.
public enum ReplayDecoding {
    /// For how long what a source's decoder has kept is not asked for again: thousands of letters come in a row.
    private static let freshNanoseconds: Int64 = 1_000_000_000

    /// A decoder for each letter that is replayed, as its source would have it after a restart.
    ///
    /// What a letter teaches it is no news for the next one, nor for the source. Called from any thread.
    /// - Returns: `nil` from it for a source that the settings do not have any more.
    public static func decoder(_ settings: Configuration, _ queue: ReadingQueue) -> DeadLetterDecoder {
        let prepared = Prepared()
        return { [weak queue] source, topic, payload, received in
            guard let queue, var decoder = prepared.decoder(of: source, settings, queue) else { return nil }
            var intake = Intake(replaying: payload, topic: topic, source: source, received: received)
            decoder.decode(&intake)
            return intake
        }
    }

    /// The decoder of the source that was asked for last, which is a value: each letter gets a copy.
    private final class Prepared: Sendable {
        private let last = Mutex<(source: String, decoder: IntakeDecoder, until: Int64)?>(nil)

        func decoder(of source: String, _ settings: Configuration, _ queue: ReadingQueue) -> IntakeDecoder? {
            let now = SystemTime.monotonicNanoseconds()
            if let last = last.withLock({ $0 }), last.source == source, now < last.until { return last.decoder }
            guard var decoder = try? settings.decoder(ofSource: source),
                let memories = try? queue.decoderMemories(of: source)
            else { return nil }
            for memory in memories { decoder.recall(key: memory.key, body: memory.body) }
            decoder.prepareForReplay()
            let made = decoder
            last.withLock { $0 = (source, made, SystemTime.monotonicNanoseconds() + ReplayDecoding.freshNanoseconds) }
            return made
        }
    }
}
