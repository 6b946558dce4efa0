import Readings
import Testing

@Suite struct `Topic patterns` {
    private func match(_ pattern: String, _ topic: String) throws -> [String]? {
        let bytes = Array(topic.utf8)
        guard let match = try TopicPattern(pattern).match(bytes.span) else { return nil }
        return [match.station, match.parameter, match.sensor].map { range in
            range.map { String(decoding: bytes[$0], as: UTF8.self) } ?? "-"
        }
    }

    @Test(arguments: [
        ("quantrac/v1/{station}/readings", "quantrac/v1/HN-KK-01/readings", ["HN-KK-01", "-", "-"]),
        ("{station}/{parameter}/{sensor}", "S/PM2.5/2", ["S", "PM2.5", "2"]),
        ("{parameter}/+/{station}", "pH/x/S", ["S", "pH", "-"]),
        ("a/{station}/#", "a/S", ["S", "-", "-"]),
        ("a/{station}/#", "a/S/b/c", ["S", "-", "-"]),
        ("#", "a/b", ["-", "-", "-"]),
        ("a/b", "a/b", ["-", "-", "-"]),
        ("a/{station}/b", "a//b", ["", "-", "-"]),
        ("/{station}/", "/S/", ["S", "-", "-"]),
        ("$SYS/#", "$SYS/broker", ["-", "-", "-"]),
        ("$share/group/a/{station}", "a/S", ["S", "-", "-"]),
        ("trạm/{station}", "trạm/S", ["S", "-", "-"]),
    ])
    func `give the names of a topic that matches`(pattern: String, topic: String, expected: [String]) throws {
        #expect(try match(pattern, topic) == expected)
    }

    @Test(arguments: [
        ("quantrac/v1/{station}/readings", "quantrac/v1/HN-KK-01/reading"),
        ("quantrac/v1/{station}/readings", "quantrac/v1/HN-KK-01/readings/x"),
        ("quantrac/v1/{station}/readings", "quantrac/v1/HN/KK/readings"),
        ("quantrac/v1/{station}/readings", "quantrac/v1/HN-KK-01"), ("a/+", "a"), ("a/b", "a"), ("a", ""),
        ("{station}/b", "$SYS/b"), ("+/b", "$SYS/b"), ("#", "$SYS/b"), ("a/b/#", "a"), ("a/", "a"),
    ])
    func `match no other topic`(pattern: String, topic: String) throws {
        #expect(try match(pattern, topic) == nil)
    }

    @Test(arguments: [
        ("quantrac/v1/{station}/readings", "quantrac/v1/+/readings"), ("{station}/{parameter}/#", "+/+/#"),
        ("$share/g/a/{station}", "$share/g/a/+"), ("a//b", "a//b"),
    ])
    func `subscribe with plus signs`(pattern: String, filter: String) throws {
        #expect(try TopicPattern(pattern).filter == filter)
    }

    @Test(arguments: [
        ("", "is empty"), ("a/#/b", "# before its last level"), ("a/b#", "stand alone"), ("a/+b", "stand alone"),
        ("a/{place}", "{place}"), ("a/x{station}", "fills its level"), ("{station}/{station}", "twice"),
        ("$share/g", "$share/GROUP/FILTER"), ("$share//a", "$share/GROUP/FILTER"), ("$share/+/a", "$share/GROUP"),
        ("$share/g/", "nothing after"), ("a\u{0}b", "control"), (String(repeating: "a", count: 65_536), "65,535"),
    ])
    func `are refused with a sentence that names the fault`(pattern: String, words: String) {
        let error = #expect(throws: TopicPatternError.self) { try TopicPattern(pattern) }
        #expect(error?.description.contains(words) == true)
    }

    @Test func `tell which names they give`() throws {
        let pattern = try TopicPattern("a/{station}/{parameter}")
        #expect(pattern.namesStation && pattern.namesParameter && !pattern.namesSensor)
    }
}
