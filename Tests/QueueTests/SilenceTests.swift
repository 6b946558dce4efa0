import QuantracTesting
import Queue
import Readings
import Testing

/// The null readings that a source makes when a device does not answer.
@Suite struct `Records of silence` {
    let folder: Folder
    let queue: ReadingQueue

    init() throws {
        folder = try Folder()
        queue = try QueueFixture.open(directory: folder.path)
    }

    func append(_ build: (inout IntakeBuilder) -> Void) throws -> AppendOutcome {
        var builder = IntakeBuilder(source: "modbus:plant-7")
        build(&builder)
        return try queue.append(&builder.intake)
    }

    func silence(_ builder: inout IntakeBuilder, at minute: Int64 = 0) {
        builder.reading(
            time: QueueFixture.start.advanced(byMilliseconds: minute * 60_000), value: nil, status: nil
        ) { draft in
            draft.isSilenceRecord = true
            draft.qualifiers = [.noAnswer]
        }
    }

    @Test func `are stored as missing and counted as generated, not as received`() throws {
        let outcome = try append { builder in
            builder.reading(parameter: "COD", value: 5)
            silence(&builder)
        }
        #expect(outcome.queued == 1 && outcome.generated == 1 && outcome.duplicates == 0)
        #expect(outcome.lastSequence == 2)
        let kept = try QueueFixture.readings(in: queue)
        #expect(kept.map(\.value) == [5, nil] && kept.last?.qualifiers == [.noAnswer])
        let counters = queue.counters()
        #expect(counters.generated == ["silence": 1])
        #expect(counters.sources.map(\.received) == [1] && counters.sources.map(\.queued) == [1])
        #expect(counters.sources.allSatisfy { $0.isBalanced })
        let stored = try queue.makeReader().counters()
        #expect(stored == counters)
    }

    @Test func `are made once, and offering them again counts nothing`() throws {
        _ = try append { silence(&$0) }
        let again = try append { silence(&$0) }
        #expect(again.generated == 0 && again.queued == 0 && again.duplicates == 0)
        #expect(queue.counters().generated == ["silence": 1])
        #expect(queue.counters().sources.allSatisfy { $0.received == 0 && $0.isBalanced })
    }

    @Test(arguments: [true, false])
    func `never revise a value of the same moment`(inOneBatch: Bool) throws {
        if inOneBatch {
            _ = try append { builder in
                builder.reading(time: QueueFixture.start.advanced(byMilliseconds: 60_000), value: 1)
                builder.reading(value: 7)
                silence(&builder)
            }
        } else {
            _ = try append { $0.reading(value: 7) }
            _ = try append { silence(&$0) }
        }
        let kept = try QueueFixture.readings(in: queue).filter { $0.time == QueueFixture.start }
        #expect(kept.map(\.value) == [7])
        #expect(queue.counters().generated.isEmpty)
    }

    @Test func `are revised by a value that comes after all`() throws {
        _ = try append { silence(&$0) }
        let revised = try append { $0.reading(value: 7) }
        #expect(revised.queued == 1)
        let kept = try QueueFixture.readings(in: queue)
        #expect(kept.map(\.revision) == [0, 1] && kept.last?.cause == .corrected)
    }
}
