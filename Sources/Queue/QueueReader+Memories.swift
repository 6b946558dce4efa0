import SQLite

extension QueueReader {
    /// What the decoder of a source wanted to be told after a restart, as of the last commit, in no particular order.
    public func decoderMemories(of source: String) throws(QueueError) -> [(key: [UInt8], body: [UInt8])] {
        try reading { reader in
            var memories: [(key: [UInt8], body: [UInt8])] = []
            var statement = try reader.connection.prepare("SELECT key, body FROM decoder_memory WHERE source = ?")
            try statement.bind([.text(source)])
            while try statement.step() { memories.append((statement.bytes(0), statement.bytes(1))) }
            return memories
        }
    }
}

extension ReadingQueue {
    /// What the decoder of a source wanted to be told after a restart; the writer goes on meanwhile.
    public func decoderMemories(of source: String) throws(QueueError) -> [(key: [UInt8], body: [UInt8])] {
        try makeReader().decoderMemories(of: source)
    }
}
