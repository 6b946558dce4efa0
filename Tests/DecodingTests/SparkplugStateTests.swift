import Decoding
import Formats
import Readings
import Testing

@Suite struct `Sparkplug state` {
    private let nodeBirth = SparkplugMessage(
        "spBv1.0/G/NBIRTH/E", sequence: 0, [.init("bdSeq", 7), .init("Load", alias: 1, 3)])
    private let deviceBirth = SparkplugMessage(
        "spBv1.0/G/DBIRTH/E/D", sequence: 1, [.init("pH", alias: 2, 7)])
    private let nodeDeath = SparkplugMessage("spBv1.0/G/NDEATH/E", sequence: nil, [.init("bdSeq", 7)])
    private let readingOfSeven = "D pH 1 2026-11-23T00:00:01.204Z 7.0 - -"

    private func data(_ sequence: UInt64, alias: UInt64 = 2) -> SparkplugMessage {
        SparkplugMessage("spBv1.0/G/DDATA/E/D", sequence: sequence, [.init(alias: alias, 7)])
    }

    // MARK: Restarts

    @Test(arguments: [false, true])
    func `is what it was after a restart, in whatever order it is recalled`(reversed: Bool) {
        var source = SparkplugSource()
        source.take(nodeBirth, deviceBirth, data(2))
        var restarted = source.restarted(reversed: reversed)
        let outcome = restarted.take(data(3))
        #expect(outcome.readings == [readingOfSeven])
        #expect(outcome.faults == [])
        #expect(restarted.replies.isEmpty)
        // The silence of what was born before the restart is seen after it.
        #expect(restarted.take(nodeDeath).readings.count == 2)
    }

    @Test func `relies on no alias when messages were missed around a restart`() {
        var source = SparkplugSource()
        source.take(nodeBirth, deviceBirth, data(2))
        var restarted = source.restarted()
        #expect(restarted.take(data(4)).faults.map { $0.hasSuffix("unknown-alias") } == [true])
        #expect(restarted.replies.map(\.topic) == ["spBv1.0/G/NCMD/E"])
    }

    @Test func `keeps its doubts over a restart`() {
        var source = SparkplugSource()
        source.take(nodeBirth, deviceBirth, data(9))
        var restarted = source.restarted()
        #expect(restarted.take(data(10)).readings == [])
        restarted.take(nodeBirth, deviceBirth)
        #expect(restarted.take(data(2)).readings == [readingOfSeven])
    }

    @Test func `remembers the last number only, once for an edge node`() {
        var source = SparkplugSource()
        source.take(nodeBirth, deviceBirth)
        for sequence in 2..<200 { source.take(data(UInt64(sequence))) }
        #expect(source.memories.count == 5)
    }

    /// Births, since when they hold, who has died; the last number until the edge node has died.
    @Test func `keeps the births of what is dead for dead letters, and relies on them no more`() {
        var source = SparkplugSource()
        source.take(nodeBirth, deviceBirth)
        source.take(SparkplugMessage("spBv1.0/G/DDEATH/E/D", sequence: 2))
        #expect(source.memories.count == 6)
        source.take(deviceBirth)
        #expect(source.memories.count == 5)
        source.take(nodeDeath, nodeDeath)
        #expect(source.memories.count == 6)
        for isReversed in [false, true] {
            var restarted = source.restarted(reversed: isReversed)
            #expect(restarted.take(data(1)).faults.map { $0.hasSuffix("unknown-alias") } == [true])
            // Silence was told already.
            #expect(restarted.take(nodeDeath).readings == [])
            restarted.take(nodeBirth, deviceBirth)
            #expect(restarted.memories.count == 5)
            #expect(restarted.take(data(2)).readings == [readingOfSeven])
            var replay = source.restarted(reversed: isReversed)
            replay.decoder.prepareForReplay()
            #expect(replay.take(data(9).received(after: 1)).readings == [readingOfSeven])
        }
    }

    @Test func `forgets the births of devices when the edge node is born anew`() {
        var source = SparkplugSource()
        source.take(nodeBirth, deviceBirth, nodeBirth)
        var restarted = source.restarted()
        #expect(restarted.take(data(1)).readings == [])
    }

    @Test func `leaves damaged memories aside`() {
        var source = SparkplugSource()
        source.take(nodeBirth, deviceBirth, data(2))
        for (key, body) in source.memories {
            for length in 0..<body.count {
                var damaged = SparkplugSource()
                damaged.decoder.recall(key: key, body: Array(body[..<length]))
                damaged.decoder.recall(key: Array(key.dropLast()), body: body)
                damaged.decoder.recall(key: Array(key[..<min(length, key.count)]), body: body)
                damaged.take(data(3))
            }
        }
    }

    // MARK: Failed commits

    @Test func `is put back when a batch is not stored`() {
        var source = SparkplugSource()
        source.take(nodeBirth, deviceBirth)
        let kept = source
        let other = SparkplugMessage("spBv1.0/G/DBIRTH/E/D", sequence: 1, [.init("NO2", alias: 2, 7)])
        let batch = [data(2), nodeBirth, other, data(2), nodeDeath]
        let first = source.take(batch)
        source = kept
        #expect(source.take(batch) == first)
        #expect(first.readings.filter { $0.hasSuffix("COM") }.count == 2)
        source = kept
        #expect(source.take(data(2)).readings == [readingOfSeven])
    }

    // MARK: Rebirths

    @Test func `asks for a rebirth ever more seldom until there is one`() {
        var source = SparkplugSource()
        source.take(nodeBirth, deviceBirth)
        var asked: [Int64] = []
        for second in 0..<1500 {
            source.take(data(UInt64(second * 2 & 255)).received(after: Int64(second)))
            if !source.replies.isEmpty { asked.append(Int64(second)) }
        }
        #expect(asked == [0, 10, 30, 70, 150, 310, 610, 910, 1210])
        source.take(nodeBirth.received(after: 1500), deviceBirth.received(after: 1500))
        #expect(source.replies.isEmpty)
        source.take(data(9).received(after: 1501))
        #expect(source.replies.count == 1)
        source.take(data(19).received(after: 1510))
        #expect(source.replies.isEmpty)
        source.take(data(29).received(after: 1511))
        #expect(source.replies.count == 1)
    }

    @Test func `asks again when the clock was set back`() {
        var source = SparkplugSource()
        source.take(data(1))
        #expect(source.replies.count == 1)
        source.take(data(3).received(after: -3600))
        #expect(source.replies.count == 1)
    }

    @Test func `asks with the command of the specification`() {
        var source = SparkplugSource()
        source.take(data(1))
        let stamp = SparkplugMessage.number(1, UInt64(receivedInTests.millisecondsSince1970))
        var metric = SparkplugMessage.text(1, Array("Node Control/Rebirth".utf8))
        metric += SparkplugMessage.number(3, UInt64(receivedInTests.millisecondsSince1970))
        metric += SparkplugMessage.number(4, 11) + SparkplugMessage.number(14, 1)
        #expect(source.replies.map(\.topic) == ["spBv1.0/G/NCMD/E"])
        #expect(source.replies.map(\.body) == [stamp + SparkplugMessage.text(2, metric)])
    }

    @Test func `asks for nothing while every message comes`() {
        var source = SparkplugSource()
        source.take(nodeBirth, deviceBirth)
        for round in 2..<600 {
            #expect(source.take(data(UInt64(round & 255))).faults == [])
            #expect(source.replies.isEmpty)
        }
    }

    // MARK: Dead letters

    @Test func `reads a dead letter by the births before and after it when they agree`() {
        var source = SparkplugSource()
        source.take(nodeBirth, deviceBirth)
        source.take(data(5).received(after: 5))
        #expect(source.last.readings.isEmpty)
        source.take(nodeBirth.received(after: 9), deviceBirth.received(after: 9))
        var replay = source.restarted()
        replay.decoder.prepareForReplay()
        #expect(replay.take(data(5).received(after: 5)).readings == [readingOfSeven])
        #expect(replay.replies.isEmpty)
        #expect(replay.memories == source.memories)
    }

    @Test func `reads no dead letter by aliases that have another meaning since`() {
        var source = SparkplugSource()
        source.take(nodeBirth, deviceBirth)
        source.take(data(5).received(after: 5))
        let other = SparkplugMessage("spBv1.0/G/DBIRTH/E/D", sequence: 1, [.init("NO2", alias: 2, 7)])
        source.take(nodeBirth.received(after: 9), other.received(after: 9))
        var replay = source.restarted(reversed: true)
        replay.decoder.prepareForReplay()
        #expect(replay.take(data(5).received(after: 5)).readings == [])
        #expect(replay.take(data(5).received(after: 10)).readings.count == 1)
    }

    // MARK: Deaths

    @Test func `makes records of silence as of a device that does not answer`() {
        var source = SparkplugSource()
        source.take(nodeBirth, deviceBirth)
        source.take(nodeDeath)
        let records = source.last.readings
        #expect(records.count == 2)
        #expect(
            records.allSatisfy {
                $0.isSilenceRecord && $0.hasOurTime && !$0.hasValue && $0.qualifiers == .noAnswer
            })
        #expect(source.take(nodeDeath).readings == [])
    }

    @Test
    func `makes 10,000 records of silence for a death at most, and says that there would be more`() {
        var source = SparkplugSource()
        source.take(nodeBirth)
        for device in 0..<2 {
            let metrics = (0..<6000).map { SparkplugTestMetric("m\($0)", 1) }
            source.take(
                SparkplugMessage("spBv1.0/G/DBIRTH/E/D\(device)", sequence: UInt64(device) + 1, metrics))
        }
        let outcome = source.take(nodeDeath)
        #expect(outcome.readings.count == 10_000)
        #expect(outcome.faults == ["10000 0 too-many-readings"])
    }

    // MARK: Limits

    @Test func `takes 10,000 metrics of a payload and no more`() {
        var source = SparkplugSource()
        let metrics = (0..<10_000).map { SparkplugTestMetric("m\($0)", alias: UInt64($0), 1) }
        #expect(
            source.take(SparkplugMessage("spBv1.0/G/NBIRTH/E", sequence: 0, metrics)).readings.count
                == 10_000)
        let more = SparkplugMessage("spBv1.0/G/NBIRTH/E", sequence: 0, metrics + [.init("more", 1)])
        #expect(source.take(more).faults.map { $0.hasSuffix("too-many-readings") } == [true])
    }

    @Test func `takes 100,000 metrics of an edge node and no more`() {
        var source = SparkplugSource()
        source.take(SparkplugMessage("spBv1.0/G/NBIRTH/E", sequence: 0))
        let metrics = (0..<10_000).map { SparkplugTestMetric("m\($0)", 1) }
        let births = (0..<10).map {
            SparkplugMessage("spBv1.0/G/DBIRTH/E/D\($0)", sequence: UInt64($0) + 1, metrics)
        }
        #expect(source.take(births).faults == [])
        let more = SparkplugMessage("spBv1.0/G/DBIRTH/E/D", sequence: 11, [.init("m", 1)])
        #expect(source.take(more).faults == ["all 0 too-many-readings"])
        #expect(source.take(births[0]).faults == [])
    }

    @Test func `takes 10,000 devices and no more`() {
        var source = SparkplugSource()
        let births = (0..<10_001).map {
            SparkplugMessage("spBv1.0/G/NBIRTH/E\($0)", sequence: 0, [.init("m", 1)])
        }
        let outcome = source.take(births)
        #expect(outcome.readings.count == 10_000)
        #expect(outcome.faults == ["all 0 too-many-readings"])
    }

    @Test func `keeps aliases apart when there are many of them, far from each other`() {
        var source = SparkplugSource()
        let aliases = (0..<1000).map { UInt64($0) &* 0x9e37_79b9_7f4a_7c15 }
        let names = aliases.indices.map { "m\($0)" }
        source.take(
            SparkplugMessage(
                "spBv1.0/G/NBIRTH/E", sequence: 0,
                aliases.indices.map { .init(names[$0], alias: aliases[$0], 0) }))
        let data = SparkplugMessage(
            "spBv1.0/G/NDATA/E", sequence: 1,
            aliases.indices.map { .init(alias: aliases[$0], UInt64($0)) })
        let readings = source.take(data).readings
        #expect(
            readings == names.enumerated().map { "E \($1) 1 2026-11-23T00:00:01.204Z \(Double($0)) - -" })
    }
}
