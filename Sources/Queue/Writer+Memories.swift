import Logging
import Readings
import SQLite

/// What the decoder memories of one source take.
struct MemoryUse: Equatable {
    var count = 0
    /// Keys and bodies together.
    var bytes: Int64 = 0
    /// Somebody was told that there is no room for more.
    var isToldFull = false

    /// Of every source of a file.
    static func load(_ connection: borrowing Connection) throws(SQLiteError) -> [String: MemoryUse] {
        var uses: [String: MemoryUse] = [:]
        var statement = try connection.prepare(
            "SELECT source, count(*), sum(length(key) + length(body)) FROM decoder_memory GROUP BY source")
        while try statement.step() {
            uses[statement.string(0)] = MemoryUse(count: statement.int(1), bytes: statement.int64(2))
        }
        return uses
    }
}

/// What decoders want to be told after a restart; part of the transaction of the readings it came with.
extension Writer {
    /// Of all sources.
    var memoryBytes: Int64 { memories.values.reduce(0) { $0 + $1.bytes } }

    /// Keeps and forgets what the intake says, in its order.
    mutating func storeMemories(of intake: Intake) throws {
        guard !intake.memories.isEmpty else { return }
        let before = memories[intake.source] ?? MemoryUse()
        var use = before
        for memory in intake.memories { try store(memory, of: intake, &use) }
        batch.memoriesBefore.append((intake.source, before))
        memories[intake.source] = use
    }

    /// Keeps one memory; without room for it, what was known under its key is forgotten: old news is worse than none.
    private mutating func store(_ memory: Memory, of intake: Intake, _ use: inout MemoryUse) throws {
        let key = intake.copy(memory.key)
        let name: [SQLiteValue] = [.text(intake.source), .blob(key)]
        try store.findMemory.bind(name)
        var stored: Int64?
        while try store.findMemory.step() { stored = store.findMemory.int64(0) }
        if let stored {
            use.count -= 1
            use.bytes -= stored
        }
        let size = Int64(key.count + memory.body.count)
        let hasRoom = use.count < Limits.memoriesMax && use.bytes + size <= Limits.memoryBytes
        if !memory.body.isNone, (1...Limits.memoryKeyBytes).contains(key.count), hasRoom {
            try store.putMemory.bind(name + [.blob(intake.copy(memory.body))])
            try store.putMemory.run()
            use.count += 1
            use.bytes += size
            batch.memoryBytes += size
            return
        }
        if stored != nil {
            try store.deleteMemory.bind(name)
            try store.deleteMemory.run()
        }
        if !memory.body.isNone { batch.memoriesRefused.insert(intake.source) }
    }

    /// Says once for each source that some of what its decoder wanted to keep is not kept.
    mutating func tellMemoriesRefused() {
        for source in batch.memoriesRefused {
            guard let use = memories[source], !use.isToldFull else { continue }
            memories[source]?.isToldFull = true
            logger.error(
                "decoder memories refused",
                metadata: [
                    "source": "\(source)", "count": "\(use.count)", "bytes": "\(use.bytes)",
                    "advice": "after a restart its devices must announce themselves again",
                ])
        }
    }
}
