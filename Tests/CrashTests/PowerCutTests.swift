import CCrashVFS
import Foundation
import Logging
import Quality
import QuantracTesting
import Queue
import Readings
import SQLite
import Testing

/// Cuts the power before every single operation on the queue's files and looks at what a restart would find.
@Suite(.serialized) struct `Power cut` {
    /// What the caller had been told when a mark was set.
    struct Promise {
        /// Readings whose `append` had returned.
        var acknowledged: Int64 = 0
        /// Records whose acknowledgement by the consumer had been answered.
        var delivered: Int64 = 0
    }

    struct Outcome: CustomStringConvertible {
        var states = 0
        var lost = 0
        var corrupt = 0
        var halfBatches = 0
        var description: String {
            "\(states) states: \(lost) lost, \(corrupt) corrupt, \(halfBatches) half batches"
        }
    }

    static let seed = Seed.fromEnvironment()
    static let isProof = ProcessInfo.processInfo.environment["QUANTRAC_PROVE"] == "1"

    @Test func `nothing acknowledged is lost and nothing is torn at FULL`() throws {
        let outcome = try cutEverywhere(.full, states: Self.isProof ? 200_000 : 12_000)
        print("power cut, synchronous=FULL, seed \(Self.seed): \(outcome)")
        #expect(outcome.states >= 10_000)
        #expect(outcome.lost == 0)
        #expect(outcome.corrupt == 0)
        #expect(outcome.halfBatches == 0)
    }

    /// The negative control: a harness that cannot see a loss proves nothing.
    @Test func `the same harness sees acknowledged readings lost at NORMAL`() throws {
        let outcome = try cutEverywhere(.normal, states: 3_000)
        print("power cut, synchronous=NORMAL, seed \(Self.seed): \(outcome)")
        #expect(outcome.lost > 0)
    }

    /// Records one run of the store, then rebuilds the disk for `states` moments and ways of losing what was not
    /// synced, spread evenly over the run.
    private func cutEverywhere(_ synchronous: Synchronous, states: Int) throws -> Outcome {
        let folder = try TestFolder(in: "/dev/shm")
        #expect(crash_vfs_register() == 0)
        crash_vfs_reset()
        let sizes = try record(synchronous, in: folder.path + "/live")
        // In rising order of the cut: the harness then only adds to what it has.
        let cuts = (0...crash_vfs_operations()).flatMap { cut in Self.modes.map { (cut: cut, mode: $0) } }
        let chosen = min(states, cuts.count)
        var outcome = Outcome()
        let target = folder.path + "/cut"
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        for number in 0..<chosen {
            let cut = cuts[number * cuts.count / chosen]
            let mark = unsafe crash_vfs_rebuild(cut.cut, cut.mode, Self.seed &+ UInt64(number), target)
            try #require(mark >= 0)
            inspect(target, promise: sizes.promises[Int(mark)], sizes: sizes, into: &outcome)
        }
        return outcome
    }

    private static let modes: [crash_mode] = [
        CRASH_UNSYNCED_LOST, CRASH_UNSYNCED_SOME, CRASH_UNSYNCED_SOME, CRASH_UNSYNCED_TORN, CRASH_UNSYNCED_TORN,
        CRASH_UNSYNCED_KEPT,
    ]

    struct Recording {
        var promises = [Promise()]
        /// How many readings there are after each commit; any other count is half a batch.
        var boundaries: Set<Int64> = [0]
    }

    /// The store's whole daily life over the recording VFS: appends, batches, acknowledgements, checkpoints.
    private func record(_ synchronous: Synchronous, in directory: String) throws -> Recording {
        var random = SeededGenerator(seed: Self.seed)
        var recording = Recording()
        var promise = Promise()
        func remember() {
            recording.promises.append(promise)
            crash_vfs_mark(Int64(recording.promises.count - 1))
        }
        // Closed and opened again in between: a close checkpoints the log and deletes it.
        for session in 0..<3 {
            let queue = try QueueFixture.open(directory: directory, synchronous: synchronous, vfs: "crash")
            defer { queue.close() }
            if session == 0 { try queue.addConsumer(QueueFixture.consumer("warehouse")) }
            for round in 0..<40 {
                let count = Int.random(in: 1...120, using: &random)
                var intake = QueueFixture.intake(firstReading: Int(promise.acknowledged), count: count)
                _ = try queue.append(&intake)
                promise.acknowledged += Int64(count)
                recording.boundaries.insert(promise.acknowledged)
                remember()
                guard round % 5 == 4 else { continue }
                let batch = try QueueFixture.fixBatch(of: "warehouse", in: queue, max: 150)
                _ = try queue.acknowledge(consumer: "warehouse", batch: batch.id)
                promise.delivered += Int64(batch.count)
                remember()
            }
        }
        return recording
    }

    private func inspect(_ directory: String, promise: Promise, sizes: Recording, into outcome: inout Outcome) {
        outcome.states += 1
        do {
            let connection = try Connection.open(path: directory + "/queue.db", mode: .readWrite)
            guard try connection.text("PRAGMA quick_check") == "ok" else {
                outcome.corrupt += 1
                return
            }
            guard try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'reading'") == 1 else {
                if promise.acknowledged > 0 { outcome.lost += 1 }
                return
            }
            let readings = try connection.integer("SELECT count(*) FROM reading") ?? 0
            let delivered = try connection.integer("SELECT coalesce(max(acknowledged), 0) FROM consumer") ?? 0
            if readings < promise.acknowledged || delivered < promise.delivered { outcome.lost += 1 }
            if !sizes.boundaries.contains(readings) { outcome.halfBatches += 1 }
        } catch {
            // A file with no header yet is a queue that never started: a loss only if something was promised.
            if promise.acknowledged > 0 { outcome.corrupt += 1 }
        }
    }
}
