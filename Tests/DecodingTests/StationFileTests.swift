import Decoding
import Formats
import Testing

@Suite struct `A station file` {
    private func row(_ symbol: String, _ value: String?, _ unit: String, _ status: String)
        -> StationFileText.Row
    {
        // 2026-03-25 00:05:00 on the station's clock.
        StationFileText.Row(
            symbol: symbol, value: value, unit: unit, localMilliseconds: 1_774_397_100_000, status: status
        )
    }

    @Test func `that was written here is read here`() throws {
        let bytes = StationFileText.bytes(of: [
            row("PM2.5", "35.2", "ug/m3", "00"), row("m,p-Xylene", "0.1", "ug/m3", "00"),
            row("Nhiệtđộ", "-1.6", "", "00"), row("pH", nil, "", "00"), row("CO", "0.0", "mg/Nm3", "02"),
            row("NO", "9007199254740993", "mg/Nm3", "00"),
        ])
        let path = StationFileText.path(station: "HN_BKHN_KHIKXQ", localMilliseconds: 1_774_397_100_000)
        let outcome = try decode(bytes, by: "station-file", topic: path)
        let before = "HN_BKHN_KHIKXQ"
        let time = "1 2026-03-24T17:05:00.000Z"
        #expect(outcome.faults == [])
        #expect(
            outcome.readings == [
                "\(before) PM2.5 \(time) 35.2 ug/m3 00", "\(before) m,p-Xylene \(time) 0.1 ug/m3 00",
                "\(before) Nhiệtđộ \(time) -1.6 - 00", "\(before) pH \(time) null - 00",
                "\(before) CO \(time) 0.0 mg/Nm3 02",
                "\(before) NO \(time) 9007199254740992.0 mg/Nm3 00 integer=9007199254740993",
            ])
    }

    /// The queue is fed by what arrives: of a file that is cut anywhere nothing is another value or another status.
    @Test func `cut anywhere gives nothing that it does not say`() throws {
        let rows = [
            row("CO", "120.75", "mg/Nm3", "00"), row("NO2", "4.1", "mg/Nm3", "00"),
            row("O2", nil, "%V", "02"),
        ]
        let bytes = StationFileText.bytes(of: rows)
        let whole = try decode(bytes, by: "station-file", topic: "A_20260325000500.txt").readings
        for length in 0..<bytes.count {
            let cut = try decode(
                Array(bytes[..<length]), by: "station-file", topic: "A_20260325000500.txt"
            ).readings
            #expect(whole.starts(with: cut), "cut at \(length)")
        }
    }
}
