import Formats
import Testing

@Suite struct `A station file's text` {
    /// 2026-03-25 00:05:00 on the station's clock.
    private let time: Int64 = 1_774_397_100_000

    private func row(_ symbol: String, _ value: String?, _ unit: String, _ status: String)
        -> StationFileText.Row
    {
        StationFileText.Row(
            symbol: symbol, value: value, unit: unit, localMilliseconds: time, status: status)
    }

    private func text(_ rows: [StationFileText.Row]) -> String {
        String(decoding: StationFileText.bytes(of: rows), as: UTF8.self)
    }

    @Test func `has five fields a line, tabs between them and CR LF after them`() {
        #expect(
            text([row("PM2.5", "35.20", "ug/m3", "00"), row("Nhiệtđộ", "-1.6", "", "00")])
                == "PM2.5\t35.20\tug/m3\t20260325000500\t00\r\nNhiệtđộ\t-1.6\t\t20260325000500\t00\r\n")
        #expect(text([]) == "")
    }

    @Test(arguments: [("01", "3.1"), ("02", "0.0"), ("ERR", "5"), ("00", nil), ("02", nil)])
    func `has the value beside any status, and nothing for a gap`(status: String, value: String?) {
        #expect(
            text([row("CO", value, "mg/Nm3", status)])
                == "CO\t\(value ?? "")\tmg/Nm3\t20260325000500\t\(status)\r\n")
    }

    @Test func `gets further lines, and a symbol's new line in the place of its old one`() {
        let present = Array("CO\t1\t\t20260325000500\t00\r\nsome note\nNO\t2\t\t20260325000500\t00\r\n".utf8)
        let (added, further) = StationFileText.bytes(
            of: [
                (row("NO", "3", "", "02"), .replacesFirst), (row("O2", "8", "%", "00"), .replacesFirst),
                (row("O2", "9", "%", "00"), .replacesLast), (row("NO", "4", "", "00"), .isFurther),
                (row("NO", "4", "", "00"), .isFurther), (row("NO", "5", "", "00"), .replacesLast),
            ], addedTo: present)
        #expect(
            String(decoding: added, as: UTF8.self)
                == "CO\t1\t\t20260325000500\t00\r\nsome note\nNO\t3\t\t20260325000500\t02\r\n"
                + "O2\t9\t%\t20260325000500\t00\r\nNO\t5\t\t20260325000500\t00\r\n")
        #expect(further == 1)
        let rows: [(row: StationFileText.Row, placement: StationFileText.Placement)] = [
            (row("CO", "1", "", "00"), .isFurther), (row("CO", "2", "", "00"), .isFurther),
        ]
        let once = StationFileText.bytes(of: rows, addedTo: []).bytes
        #expect(StationFileText.bytes(of: rows, addedTo: once) == (once, 0))
    }

    @Test(arguments: ["..", ".", ".x"])
    func `stands in the folder, whatever the station is called`(station: String) {
        let path = StationFileText.path(station: station, localMilliseconds: time)
        #expect(path.split(separator: "/").allSatisfy { !$0.hasPrefix(".") }, "\(path)")
    }

    @Test(arguments: [
        (0, "19700101000000"), (1_774_397_100_999, "20260325000500"),
        (1_774_483_199_000, "20260325235959"),
        (1_709_164_800_000, "20240229000000"), (-1, "19691231235959"), (Int64.max, "99991231235959"),
        (Int64.min, "00000101000000"),
    ])
    func `is named by station and second`(milliseconds: Int64, digits: String) {
        let name = StationFileText.name(station: "HN_BKHN_KHIKXQ", localMilliseconds: milliseconds)
        #expect(name == "HN_BKHN_KHIKXQ_\(digits).txt")
    }

    @Test func `stands in the folder of its station and day`() {
        #expect(
            StationFileText.path(station: "HN_BKHN_KHIKXQ", localMilliseconds: time)
                == "HN_BKHN_KHIKXQ/2026/03/25/HN_BKHN_KHIKXQ_20260325000500.txt")
        #expect(StationFileText.folder(station: "A", localMilliseconds: time) == "A/2026/03/25")
    }
}
