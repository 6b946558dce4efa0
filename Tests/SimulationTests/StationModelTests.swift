import Readings
import Simulation
import Testing

@Suite struct `Station model` {
    let day = Timestamp(millisecondsSince1970: 1_795_366_800_000)  // 2026-11-23T00:00:00+07:00, a Monday

    @Test func `has a dozen stations with ids and parameters that the rules allow`() {
        let stations = StationModel.dozen
        #expect(stations.count == 12)
        #expect(Set(stations.map(\.id)).count == 12)
        for station in stations {
            #expect(StationID.isValid(station.id), "\(station.id)")
            let keys = station.channels.map { "\($0.parameter)#\($0.sensor)" }
            #expect(Set(keys).count == keys.count, "\(station.id) measures a thing twice")
        }
    }

    @Test func `grows beyond a dozen with further ids`() {
        let stations = StationModel(count: 30).stations
        #expect(Set(stations.map(\.id)).count == 30)
        #expect(stations[12].id == "HN-KK-01-2")
    }

    @Test func `says the same for the same moment and seed, and something else for another seed`() throws {
        let time = day.advanced(byMilliseconds: 9 * 3_600_000)
        let first = StationModel(seed: 7).stations[0].sample(at: time, seed: 7)?.map(\.value)
        let again = StationModel(seed: 7).stations[0].sample(at: time, seed: 7)?.map(\.value)
        let other = StationModel(seed: 8).stations[0].sample(at: time, seed: 8)?.map(\.value)
        #expect(try #require(first) == #require(again))
        #expect(first != other)
    }

    @Test func `stays within every instrument's span for a whole week`() {
        for station in StationModel.dozen {
            for minute in stride(from: 0, to: 7 * 1440, by: 7) {
                let time = day.advanced(byMilliseconds: Int64(minute) * 60_000)
                for sample in station.sample(at: time, seed: 1) ?? [] {
                    guard let value = sample.value else { continue }
                    #expect(sample.channel.span.contains(value), "\(station.id) \(sample.channel.parameter)")
                }
            }
        }
    }

    @Test func `has more nitrogen dioxide in the rush hour than at night, and ozone at noon`() throws {
        let station = StationModel.dozen[0]
        func mean(_ parameter: String, around hour: Double) throws -> Double {
            var values: [Double] = []
            for minute in stride(from: -30, through: 30, by: 5) {
                let time = day.advanced(byMilliseconds: Int64((hour * 60 + Double(minute)) * 60_000))
                let samples = station.sample(at: time, seed: 1) ?? []
                for sample in samples where sample.channel.parameter == parameter && sample.status == "00" {
                    values.append(try #require(sample.value))
                }
            }
            return values.reduce(0, +) / Double(values.count)
        }
        #expect(try mean("NO2", around: 7.5) > mean("NO2", around: 3) + 20)
        #expect(try mean("O3", around: 12) > mean("O3", around: 3) + 20)
        #expect(try mean("Temp", around: 14) > mean("Temp", around: 4))
    }

    @Test func `has one tide a day at Hon Dau`() throws {
        let station = try #require(StationModel.dozen.first { $0.id == "HP-HV-01" })
        let samples = (0..<25).compactMap { hour in
            station.sample(at: day.advanced(byMilliseconds: hour * 3_600_000), seed: 1)?.first
        }
        let levels = samples.filter { $0.status == "00" }.compactMap(\.value)
        let range = try #require(levels.max()) - #require(levels.min())
        #expect(range > 1)
        #expect(range < 4)
    }

    @Test func `calibrates, fails and falls silent now and then`() {
        var counts: [String: Int] = [:]
        for station in StationModel.dozen {
            for slot in 0..<2000 {
                guard let samples = station.sample(at: day.advanced(byMilliseconds: Int64(slot) * 300_000), seed: 1)
                else {
                    counts["silent", default: 0] += 1
                    continue
                }
                for sample in samples { counts[sample.status, default: 0] += 1 }
            }
        }
        let samples = Double(counts["00", default: 0] + counts["01", default: 0] + counts["02", default: 0])
        #expect(Double(counts["00", default: 0]) / samples > 0.98)
        #expect(counts["01", default: 0] > 0)
        #expect(counts["02", default: 0] > 0)
        #expect((50...500).contains(counts["silent", default: 0]))
    }
}
