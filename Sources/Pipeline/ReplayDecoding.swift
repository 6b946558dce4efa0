import Decoding
public import Queue
import Readings
public import Settings

/// How dead letters are decoded once more: with the settings as they are now, and with what their source's decoder has kept.
public enum ReplayDecoding {
    /// A decoder for each letter that is replayed, as its source would have it after a restart.
    ///
    /// What a letter teaches it is no news for the next one, nor for the source. Called from any thread.
    /// - Returns: `nil` from it for a source that the settings do not have any more.
    public static func decoder(_ settings: Configuration, _ queue: ReadingQueue) -> DeadLetterDecoder {
        { [weak queue] source, topic, payload, received in
            guard let queue, var decoder = try? settings.decoder(ofSource: source),
                let memories = try? queue.decoderMemories(of: source)
            else { return nil }
            for memory in memories { decoder.recall(key: memory.key, body: memory.body) }
            decoder.prepareForReplay()
            var intake = Intake(replaying: payload, topic: topic, source: source, received: received)
            decoder.decode(&intake)
            return intake
        }
    }
}
