import Readings
import Simulation
import Testing

@Suite struct `Station reporter` {
    let time = Timestamp(millisecondsSince1970: 1_795_392_000_000)

    private func texts(_ reporter: inout StationReporter, count: Int) -> [StationMessage] {
        (0..<count).compactMap { index in
            reporter.message(
                station: index % reporter.model.stations.count, at: time.advanced(byMilliseconds: Int64(index) * 100))
        }
    }

    @Test func `writes the JSON of the contract`() throws {
        var reporter = StationReporter(model: StationModel(count: 1), firstSequence: 1234)
        let made = reporter.message(station: 0, at: time)
        let message = try #require(made)
        let text = String(decoding: message.payload, as: UTF8.self)
        #expect(message.topic == "quantrac/v1/HN-KK-01/readings")
        let start =
            #"{"station":"HN-KK-01","time":"2026-11-23T07:00:00.000+07:00","sequence":1234,"status":"00","readings":["#
        #expect(text.hasPrefix(start + #"{"parameter":"PM2.5","value":"#))
        #expect(text.hasSuffix("}]}"))
        #expect(message.readings == 8)
        #expect(message.deadLetters == 0)
    }

    @Test func `says the same messages again with the same seed`() {
        var first = StationReporter(model: StationModel(seed: 3), faultShare: 0.3)
        var second = StationReporter(model: StationModel(seed: 3), faultShare: 0.3)
        #expect(texts(&first, count: 200).map(\.payload) == texts(&second, count: 200).map(\.payload))
    }

    @Test func `misbehaves in every way when a share of it does`() {
        var reporter = StationReporter(model: StationModel(), faultShare: 0.5)
        let kinds = Set(texts(&reporter, count: 400).compactMap(\.misbehaviour))
        #expect(kinds == Set(Misbehaviour.allCases))
    }

    @Test func `behaves when no share of it misbehaves`() {
        var reporter = StationReporter(model: StationModel())
        let messages = texts(&reporter, count: 400)
        #expect(messages.allSatisfy { $0.misbehaviour == nil && $0.deadLetters == 0 && $0.duplicates == 0 })
    }

    @Test func `repeats a duplicate byte for byte and says that it is known`() throws {
        var reporter = StationReporter(model: StationModel(count: 1), faultShare: 0.5)
        var last: StationMessage?
        for message in texts(&reporter, count: 100) {
            if message.misbehaviour == .duplicate {
                let earlier = try #require(last)
                #expect(message.payload == earlier.payload)
                #expect(message.readings == 0)
                #expect(message.duplicates == earlier.readings)
                return
            }
            if message.misbehaviour == nil { last = message }
        }
        Issue.record("no duplicate in a hundred messages")
    }

    @Test func `takes the topic from its pattern`() {
        var reporter = StationReporter(model: StationModel(count: 1), topic: "vn/{station}/data")
        let message = reporter.message(station: 0, at: time)
        #expect(message?.topic == "vn/HN-KK-01/data")
    }
}
