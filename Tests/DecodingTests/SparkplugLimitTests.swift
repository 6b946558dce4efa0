import Decoding
import Formats
import Readings
import Testing

/// What a source keeps of edge nodes and devices, whatever is published.
@Suite struct `Sparkplug limits` {
    private func birth(_ edge: String, group: String = "G", _ metrics: [SparkplugTestMetric] = [])
        -> SparkplugMessage
    {
        SparkplugMessage(
            "spBv1.0/\(group)/NBIRTH/\(edge)", sequence: 0, metrics + [.init("Load", alias: 1, 3)])
    }

    private func data(_ edge: String, alias: UInt64 = 1) -> SparkplugMessage {
        SparkplugMessage("spBv1.0/G/NDATA/\(edge)", sequence: 1, [.init(alias: alias, 7)])
    }

    private func death(_ edge: String) -> SparkplugMessage {
        SparkplugMessage("spBv1.0/G/NDEATH/\(edge)", sequence: nil)
    }

    private func keys(_ source: SparkplugSource) -> Set<String> {
        Set(source.memories.keys.map { String(decoding: $0, as: UTF8.self) })
    }

    // MARK: Strangers

    @Test func `gives no place to who sends data without a birth`() {
        var source = SparkplugSource()
        let strangers = (0..<10_001).map { SparkplugMessage("spBv1.0/G/NDATA/X\($0)", sequence: 0) }
        #expect(source.take(strangers).faults == [])
        #expect(source.memories.isEmpty)
        #expect(source.take(birth("E"), data("E")).readings.count == 2)
    }

    @Test func `takes no place from what an earlier run remembered without a birth, and forgets it`() {
        var poisoned = SparkplugSource()
        poisoned.take(birth("E"))
        let kept = keys(poisoned)
        poisoned.remember((0..<10_001).map { (Array("seq/G/X\($0)".utf8), [UInt8](repeating: 0, count: 10)) })
        poisoned.remember([
            (Array("since/G/X".utf8), [UInt8](repeating: 0, count: 8)), (Array("dead/G/X/D".utf8), [1]),
        ])
        for isReversed in [false, true] {
            var source = poisoned.restarted(reversed: isReversed)
            #expect(source.take(data("E")).readings.count == 1)
            #expect(keys(source) == kept)
        }
    }

    @Test func `reads what a stranger names, and asks for its births with pauses`() {
        var source = SparkplugSource()
        let named = SparkplugMessage(
            "spBv1.0/G/DDATA/X/D", sequence: 4, [.init("pH", 7), .init(alias: 5, 7)])
        let outcome = source.take(named)
        #expect(outcome.readings == ["D pH 1 2026-11-23T00:00:01.204Z 7.0 - -"])
        #expect(outcome.faults.map { $0.hasSuffix("unknown-alias") } == [true])
        #expect(source.replies.map(\.topic) == ["spBv1.0/G/NCMD/X"])
        #expect(source.memories.isEmpty)
        // The edge node is asked once, whichever of its devices sends.
        source.take(SparkplugMessage("spBv1.0/G/DDATA/X/D2", sequence: 5).received(after: 9), named)
        #expect(source.replies.isEmpty)
        source.take(named.received(after: 10))
        #expect(source.replies.count == 1)
        source.take(named.received(after: 20))
        #expect(source.replies.isEmpty)
        // What it was asked is known on when one of its devices is born.
        source.take(
            SparkplugMessage("spBv1.0/G/DBIRTH/X/D", sequence: 6, [.init("pH", alias: 2, 7)]).received(after: 21))
        #expect(source.replies.isEmpty)
    }

    @Test func `remembers the last 1,024 strangers that were asked`() {
        var source = SparkplugSource()
        source.take((0..<1024).map { data("X\($0)") })
        #expect(source.replies.count == 1024)
        source.take(data("X0"))
        #expect(source.replies.isEmpty)
        source.take(data("Y"), data("X1"), data("X0"))
        #expect(source.replies.map(\.topic) == ["spBv1.0/G/NCMD/Y", "spBv1.0/G/NCMD/X0"])
    }

    @Test func `does not mix the readings of strangers in one station, and a birth comes before them`() {
        func named(_ edge: String) -> SparkplugMessage {
            SparkplugMessage("spBv1.0/G/DDATA/\(edge)/D", sequence: 4, [.init("pH", 7)])
        }
        var source = SparkplugSource()
        #expect(source.take(named("X")).readings.count == 1)
        #expect(source.take(named("Y")).faults == ["all 0 station-mismatch"])
        let born = SparkplugMessage("spBv1.0/G/DBIRTH/Z/D", sequence: 1, [.init("pH", alias: 2, 7)])
        #expect(source.take(born).readings.count == 1)
        #expect(source.take(named("X")).faults == ["all 0 station-mismatch"])
    }

    // MARK: Places

    @Test func `lets the dead give way to the living, with their memories and stations`() {
        var source = SparkplugSource()
        source.take((0..<10_000).map { birth("E\($0)") })
        #expect(source.take(birth("F0")).faults == ["all 0 too-many-readings"])
        #expect(source.take(birth("E0", group: "H")).faults == ["all 0 too-many-readings"])
        source.take((0..<10_000).map { death("E\($0)") })
        #expect(source.memories.count == 30_000)
        #expect(source.take(birth("E0", group: "H")).readings.count == 1)
        let born = (0..<3000).map { "F\($0)" }
        #expect(source.take(born.map { birth($0) }).faults == [])
        // Of the dead their birth, its time and the death; of the living the birth, its time and the number.
        #expect(source.memories.count == 30_000)
        #expect(keys(source).isDisjoint(with: ["spBv1.0/G/NBIRTH/E0", "since/G/E0", "dead/G/E0"]))
        let readings = source.take(born.map { data($0) }).readings
        #expect(readings == born.map { "\($0) Load 1 2026-11-23T00:00:01.204Z 7.0 - -" })
        // The others are still known.
        let before = keys(source)
        #expect(source.take((4000..<10_000).map { birth("E\($0)") }).faults == [])
        #expect(before.filter { $0.hasPrefix("spB") } == keys(source).filter { $0.hasPrefix("spB") })
        var restarted = source.restarted()
        #expect(restarted.take((4000..<10_000).map { data("E\($0)") }).readings.count == 6000)
    }

    @Test func `lets an edge node without a birth go with the last of its devices`() {
        func message(_ verb: String, _ edge: Int, _ sequence: UInt64) -> SparkplugMessage {
            SparkplugMessage("spBv1.0/G/\(verb)/E\(edge)/D\(edge)", sequence: sequence, [.init("pH", alias: 2, 7)])
        }
        var source = SparkplugSource()
        source.take((0..<5000).map { message("DBIRTH", $0, 1) })
        #expect(source.take(message("DBIRTH", 5000, 1)).faults == ["all 0 too-many-readings"])
        source.take(message("DDEATH", 7, 2))
        #expect(source.take(message("DBIRTH", 5000, 1)).faults == [])
        #expect(!keys(source).contains { $0.hasSuffix("/E7") || $0.hasSuffix("/E7/D7") })
        #expect(source.take(message("DBIRTH", 7, 3)).faults == ["all 0 too-many-readings"])
    }

    @Test func `keeps a shared station for the devices that are left`() throws {
        var options = FormatOptions()
        options.texts[.station] = "{edge}"
        let definition = try FormatDefinition(name: "shared", kind: .sparkplugB, options: options)
        var source = SparkplugSource(definition)
        let devices = ["D1", "D2"].map {
            SparkplugMessage("spBv1.0/G/DBIRTH/E/\($0)", sequence: 1, [.init("pH", alias: 2, 7)])
        }
        #expect(source.take(devices).readings.count == 2)
        source.take((0..<9997).map { birth("E\($0)") })
        source.take(SparkplugMessage("spBv1.0/G/DDEATH/E/D1", sequence: 2))
        #expect(source.take(birth("F")).readings.count == 1)
        #expect(!keys(source).contains("spBv1.0/G/DBIRTH/E/D1"))
        source.take(death("E5"))
        #expect(source.take(birth("E", group: "H")).faults == ["all 0 station-mismatch"])
    }

    // MARK: Memory

    /// A source with as many births of 4 MiB as it keeps; metrics that are never read take memory too.
    private static let full: SparkplugSource = {
        var source = SparkplugSource()
        source.take(SparkplugMessage("spBv1.0/G/NBIRTH/E", sequence: 0, [.init("Load", alias: 1, 3)]))
        for edge in 0..<15 { source.take(large("NBIRTH/E\(edge)")) }
        return source
    }()

    private static func large(_ rest: String) -> SparkplugMessage {
        SparkplugMessage("spBv1.0/G/\(rest)", sequence: 0, [.init(longName, 1), .init("Load", alias: 1, 3)])
    }

    private static let longName =
        "Properties/" + String(decoding: Array(repeating: UInt8(ascii: "x"), count: 4 << 20), as: UTF8.self)

    @Test func `reads births beyond 64 MiB, but keeps none of them`() {
        var source = Self.full
        #expect(source.memories.count == 16 * 3)
        let more = source.take(Self.large("NBIRTH/F"))
        #expect(more.readings.count == 1)
        #expect(more.faults == ["2 0 too-many-readings"])
        #expect(source.memories.count == 16 * 3)
        #expect(keys(source).filter { $0.hasSuffix("/F") } == [])
        #expect(source.take(data("F")).faults.map { $0.hasSuffix("unknown-alias") } == [true])
        // Small ones still fit.
        #expect(source.take(data("E0"), birth("S"), data("S")).readings.count == 3)
    }

    @Test func `lets births of the dead give way to one for which there is no memory`() {
        var source = Self.full
        source.take(death("E1"))
        #expect(source.take(Self.large("NBIRTH/F")).faults == [])
        #expect(keys(source).filter { $0.hasSuffix("/E1") } == [])
        #expect(source.take(data("F"), data("E0")).readings.count == 2)
        #expect(source.take(data("E1")).readings == [])
    }

    @Test func `forgets the birth that a larger one follows for which there is no room`() {
        var source = Self.full
        #expect(source.take(Self.large("NBIRTH/E")).faults == ["2 0 too-many-readings"])
        #expect(source.take(data("E")).readings == [])
        #expect(keys(source).filter { $0.hasSuffix("/E") } == [])
    }

    @Test func `asks ever more seldom for births for which there is no room`() {
        var source = Self.full
        let device = Self.large("DBIRTH/E/D")
        let data = SparkplugMessage("spBv1.0/G/DDATA/E/D", sequence: 1, [.init(alias: 1, 7)])
        var asked: [Int64] = []
        for second in stride(from: Int64(0), to: 100, by: 10) {
            source.take(data.received(after: second))
            guard !source.replies.isEmpty else { continue }
            asked.append(second)
            source.take(birth("E").received(after: second), device.received(after: second))
        }
        #expect(asked == [0, 10, 20, 40, 80])
    }
}
