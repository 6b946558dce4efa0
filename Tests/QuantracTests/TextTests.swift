import Readings
import Testing

@testable import quantrac

@Suite struct `Tables for people` {
    @Test func `have columns as wide as their widest cell, numbers to the right`() {
        var table = Table("STATION", ">VALUE", "UNIT")
        table.add("HN-KK-01", "35.2", "ug/m3")
        table.add("Trạm", "1200", "")
        #expect(table.lines == ["STATION   VALUE  UNIT", "HN-KK-01   35.2  ug/m3", "Trạm       1200"])
    }

    @Test func `say nothing at all without rows`() {
        #expect(Table("A", "B").lines.isEmpty)
    }

    @Test func `do not let a station move the cursor`() {
        #expect(Table.printable("a\u{1b}[2Jb\nc\u{202e}d") == "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d")
        #expect(Table.printable("Nhiệtđộ µg/m³") == "Nhiệtđộ µg/m³")
    }
}

@Suite struct `JSON lines of listings` {
    @Test func `escape what JSON must escape and nothing else`() {
        var line = JSONLine()
        line.add("text", "a\"b\\c\nd\u{1}Trạm")
        line.add("none", nil as String?)
        line.add("number", 42)
        line.add("real", 0.1)
        line.add("infinite", Double.infinity)
        line.add("flag", true)
        line.add("list", ["x", "y"])
        line.add("time", Timestamp(millisecondsSince1970: 0))
        #expect(
            line.finished == #"{"text":"a\"b\\c\nd\u0001Trạm","none":null,"number":42,"real":0.1,"infinite":null,"#
                + #""flag":true,"list":["x","y"],"time":"1970-01-01T00:00:00.000Z"}"#)
    }

    @Test func `may be empty`() {
        #expect(JSONLine().finished == "{}")
    }
}

@Suite struct `Hexadecimal dumps` {
    @Test func `put a caret under the byte and under its letter`() {
        let lines = Hexadecimal.dump(Array("{\"station\":1}".utf8), marks: [11])
        #expect(
            lines == [
                "00000000: 7b22 7374 6174 696f 6e22 3a31 7d         {\"station\":1}",
                "                                     ^^                       ^",
            ])
        let row = Array(lines[0])
        let carets = Array(lines[1])
        let places = carets.indices.filter { carets[$0] == "^" }
        #expect(String(row[places[0]]) + String(row[places[1]]) == "31")
        #expect(row[places[2]] == "1")
    }

    @Test func `point behind the end when something is missing there`() {
        #expect(Hexadecimal.dump(Array("{".utf8), marks: [1]).last == "^ at the end (offset 1)")
        #expect(Hexadecimal.dump([], marks: [0]) == ["^ at the end (offset 0)"])
    }

    @Test func `show the neighbourhood of the marks of a long payload`() {
        let lines = Hexadecimal.dump([UInt8](repeating: 65, count: 65_536), marks: [40_000])
        #expect(lines.count < 20)
        #expect(lines.contains { $0.hasPrefix("00009c40") })
        #expect(lines.contains("…"))
    }

    @Test(arguments: [0, 1, 15, 16, 17, 1023, 1024, 1025, 5000])
    func `take every length`(length: Int) {
        let lines = Hexadecimal.dump([UInt8](repeating: 0xff, count: length), marks: [0, length / 2, length])
        #expect(!lines.isEmpty)
    }
}

@Suite struct `Faults in words` {
    @Test func `show the text around the place with a caret`() {
        let fault = FaultPlace(Fault(payload: 0, index: 2, offset: 9, reason: .badValue))
        #expect(FaultText.excerpt(Array("{\"value\":{}}".utf8), faults: [fault]) == ["{\"value\":{}}", "         ^"])
        #expect(
            FaultText.lines([fault]) == ["  reading 2, offset 9: bad-value, no number, null, nor text that is kept"])
    }

    @Test func `do not cut a letter in two`() {
        let text = String(repeating: "ạ", count: 100)
        for offset in stride(from: 0, through: 300, by: 3) {
            let fault = FaultPlace(Fault(payload: 0, index: nil, offset: offset, reason: .syntax))
            let lines = FaultText.excerpt(Array(text.utf8), faults: [fault])
            #expect(!lines.joined().contains("\u{fffd}"))
        }
    }

    @Test func `have words for every reason`() {
        for reason in Fault.Reason.allCases {
            #expect(FaultText.meaning(reason.rawValue) != FaultText.meaning("other"))
        }
        for (_, code) in Qualifiers.codes { #expect(QualifierText.meaning(code) != QualifierText.meaning("other")) }
    }
}

@Suite struct `Numbers for people` {
    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")] as [(Int64, String)])
    func `are grouped by thousands`(number: Int64, text: String) {
        #expect(Grouped.text(number) == text)
    }

    @Test(arguments: [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (5_767_168, "5.5 MiB")] as [(Int64, String)])
    func `are sizes`(number: Int64, text: String) {
        #expect(Grouped.bytes(number) == text)
    }

    @Test func `lose the zero of a whole number`() {
        #expect(ReadingTable.number(80_000) == "80000")
        #expect(ReadingTable.number(-0.5) == "-0.5")
    }
}
