import Readings
import Testing

@testable import quantrac

@Suite struct `Buses in the status` {
    private let time = LocalTime(zone: .utc)

    @Test func `are nothing where there is no document, no bus, or none that is understood`() {
        #expect(ModbusBusStatus.sources(in: nil).isEmpty)
        #expect(ModbusBusStatus.sources(in: "{}").isEmpty)
        #expect(ModbusBusStatus.sources(in: #"{"sources":[{"name":"mqtt:field"}]}"#).isEmpty)
        #expect(ModbusBusStatus.sources(in: #"{"sources":[{"name":"modbus:a","bus":7}]}"#).isEmpty)
    }

    @Test func `show a device a line, the silent ones in capitals`() throws {
        let document = #"""
            {"sources":[{"name":"modbus:plant-7","state":"connected","bus":{"address":"tcp://10.0.0.7:502",
            "utilisation":0.1234,"connects":1,"disconnects":0,"late_answers":2,"stray_bytes":0,"devices":[
            {"unit":1,"station":"HN-NT-07","sensor":1,"state":"answering","detail":null,
             "since":"2026-11-23T00:00:00.000Z","last_answer":"2026-11-23T07:00:00.000Z","polls":1200,
             "polls_failed":0,"polls_partial":0,"overruns":0,"polls_paused":0,"requests":1200,"retries":0,
             "errors":{},"breaker_opens":0,"latency_ms":4.25,"lateness_ms":0.5,"illegal_addresses":""},
            {"unit":2,"station":"HN-NT-08","sensor":2,"state":"silent","detail":"no answer",
             "since":"2026-11-23T06:00:00.000Z","last_answer":null,"polls":1200,"polls_failed":30,"polls_paused":77,
             "illegal_addresses":"holding 10-12"}]}}]}
            """#
        let buses = ModbusBusStatus.sources(in: document)
        #expect(buses.map(\.name) == ["modbus:plant-7"])
        let source = try #require(buses.first)
        let lines = try #require(source.bus).lines(of: source, time)
        #expect(lines[0] == "modbus:plant-7  tcp://10.0.0.7:502, in use 12.3 %, 2 late answers thrown away")
        #expect(lines[2].hasPrefix("   1  HN-NT-07     answering  2026-11-23 07:00:00.000  1,200"))
        #expect(lines[2].contains("4.3"))
        #expect(lines[3].contains("HN-NT-08 #2  SILENT     –"))
        #expect(lines[3].hasSuffix("no answer, since 2026-11-23 06:00:00.000, refuses holding 10-12"))
    }

    @Test func `say what is wrong with the whole bus once`() throws {
        let document = #"""
            {"sources":[{"name":"modbus:a","state":"waiting","detail":"no way","bus":{"devices":[
            {"unit":1,"station":"S","state":"paused","detail":"no way","since":"2026-11-23T06:00:00.000Z"}]}}]}
            """#
        let source = try #require(ModbusBusStatus.sources(in: document).first)
        let lines = try #require(source.bus).lines(of: source, time)
        #expect(lines[1] == "WAITING: no way")
        #expect(lines[3].contains("PAUSED"))
        #expect(lines[3].hasSuffix("  since 2026-11-23 06:00:00.000"))
    }

    @Test func `tell once what is refused, and how often a device was left alone`() throws {
        let document = #"""
            {"sources":[{"name":"modbus:a","state":"connected","bus":{"devices":[
            {"unit":1,"station":"S","state":"partial","detail":"refuses input 300","polls_paused":77,
             "illegal_addresses":"input 300"}]}}]}
            """#
        let source = try #require(ModbusBusStatus.sources(in: document).first)
        let lines = try #require(source.bus).lines(of: source, time)
        #expect(lines[1].contains("PAUSED") && lines[2].contains("  77  "))
        #expect(lines[2].hasSuffix("  refuses input 300"))
    }
}
