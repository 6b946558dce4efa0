import QuantracTesting
import Queue
import Readings
import Testing

@Suite struct `Content of a reading` {
    let folder: Folder
    let queue: ReadingQueue

    init() throws {
        folder = try Folder()
        queue = try QueueFixture.open(directory: folder.path)
    }

    func append(_ build: (inout IntakeBuilder) -> Void) throws -> AppendOutcome {
        var builder = IntakeBuilder()
        build(&builder)
        return try queue.append(&builder.intake)
    }

    @Test func `comes back as it went in, every kind of raw value`() throws {
        let values: [(Double?, DraftReading.Raw?, RawValue)] = [
            (35.2, nil, .sameAsValue), (nil, nil, .sameAsValue),
            (9.3e18, .integer(.max), .integer(.max)), (-5, .integer(.min), .integer(.min)),
            (1.5, .real(3.25), .real(3.25)), (0.1 + 0.2, nil, .sameAsValue),
            (.leastNonzeroMagnitude, nil, .sameAsValue), (1.7976931348623157e308, nil, .sameAsValue),
            (-0.0, nil, .sameAsValue),
        ]
        for (index, (value, raw, _)) in values.enumerated() {
            _ = try append { builder in
                builder.reading(parameter: "P\(index)", value: value) { $0.raw = raw ?? .sameAsValue }
            }
        }
        _ = try append { builder in
            let text = builder.append("NaN")
            let number = builder.append("1e999")
            builder.reading(parameter: "T0", value: nil) { $0.raw = .text(text) }
            builder.reading(parameter: "T1", value: nil) { $0.raw = .number(number) }
        }
        let kept = try QueueFixture.readings(in: queue)
        #expect(kept.map(\.rawValue) == values.map(\.2) + [.text("NaN"), .number("1e999")])
        #expect(kept.prefix(values.count).map { $0.value?.bitPattern } == values.map { $0.0?.bitPattern })
    }

    @Test func `carries unit, status, qualifiers, times and the station's own number`() throws {
        _ = try append { builder in
            builder.payload(received: QueueFixture.start.advanced(byMilliseconds: 5000))
            builder.reading(
                station: "HN-KK-01", parameter: "Nhiệtđộ", sensor: 65535, value: 1, unit: "°C", rawUnit: "K",
                status: "17"
            ) { draft in
                draft.hasStationSequence = true
                draft.stationSequence = -9
                draft.qualifiers = [.clock]
            }
            builder.reading(parameter: "x", value: 1, unit: nil, rawUnit: nil, status: nil)
        }
        let kept = try QueueFixture.readings(in: queue)
        let first = try #require(kept.first)
        #expect(first.parameter == "Nhiệtđộ" && first.sensor == 65535 && first.unit == "°C" && first.rawUnit == "K")
        #expect(first.status == "17" && first.stationSequence == -9 && first.qualifiers == [.clock])
        #expect(first.received == QueueFixture.start.advanced(byMilliseconds: 5000))
        #expect(first.flag == .suspect && first.tests == .notEvaluated && first.settles == nil)
        #expect(kept.last?.unit == nil && kept.last?.status == nil && kept.last?.stationSequence == nil)
    }

    @Test func `is the same whatever form a number has`() throws {
        #expect(try append { $0.reading(value: 5) }.queued == 1)
        #expect(try append { $0.reading(value: 5) { $0.raw = .integer(5) } }.duplicates == 1)
        #expect(try append { $0.reading(value: 5) { $0.raw = .real(5) } }.duplicates == 1)
        #expect(try append { $0.reading(value: 5, rawUnit: "ug/m3") }.duplicates == 1)
        #expect(try append { $0.reading(value: 50) { $0.raw = .integer(5) } }.duplicates == 1, "another scale")
    }

    @Test func `differs by raw value, raw unit or status alone`() throws {
        #expect(try append { $0.reading(value: 5) }.queued == 1)
        #expect(try append { $0.reading(value: 5, rawUnit: "ppb") }.queued == 1)
        #expect(try append { $0.reading(value: 5, status: "01") }.queued == 1)
        #expect(try append { $0.reading(value: 5, status: nil) }.queued == 1)
        #expect(try append { $0.reading(value: 5) { $0.raw = .integer(50) } }.queued == 1)
        #expect(try append { $0.reading(value: nil) }.queued == 1)
        let text = try append { builder in
            let text = builder.append("5")
            builder.reading(value: nil) { $0.raw = .text(text) }
        }
        let number = try append { builder in
            let number = builder.append("5")
            builder.reading(value: nil) { $0.raw = .number(number) }
        }
        #expect(text.queued == 1 && number.queued == 1)
        #expect(try QueueFixture.readings(in: queue).map(\.revision) == Array(0..<8))
    }

    @Test func `negative zero is known again`() throws {
        #expect(try append { $0.reading(value: -0.0) }.queued == 1)
        #expect(try append { $0.reading(value: -0.0) }.duplicates == 1)
        #expect(try append { $0.reading(value: 0) }.queued == 1)
    }

    @Test func `is compared within one batch too`() throws {
        let outcome = try append { builder in
            builder.reading(value: 1)
            builder.reading(value: 2)
            builder.reading(value: 1)
            builder.reading(value: 2)
            builder.reading(value: 3)
        }
        #expect(outcome.queued == 3 && outcome.duplicates == 2)
        #expect(try QueueFixture.readings(in: queue).map(\.revision) == [0, 1, 2])
        #expect(try append { $0.reading(value: 2) }.duplicates == 1)
    }

    @Test func `of a duplicate never reaches the judge`() throws {
        let folder = try Folder()
        let log = JudgeLog()
        let queue = try QueueFixture.open(directory: folder.path, judge: { ValueJudge(log: log) })
        for _ in 0..<3 {
            var intake = QueueFixture.intake(firstReading: 0, count: 50)
            _ = try queue.append(&intake)
        }
        #expect(log.judged == 50)
        queue.close()
    }
}
