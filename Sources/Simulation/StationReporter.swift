public import Readings

/// Turns moments into messages: what each station would send, and now and then what it should not.
///
/// The same model, seed and moments give the same messages, byte for byte.
public struct StationReporter: Sendable {
    public let model: StationModel
    /// The share of messages that misbehave, 0 … 1.
    public let faultShare: Double
    private let topicPrefix: String
    private let topicSuffix: String
    private var sequences: [Int64]
    private var last: [StationMessage?]
    private var lastSamples: [[Sample]]
    private var count: Int64 = 0
    private var faults: Int64 = 0

    /// - Parameter topic: With `{station}` in it, as in the source's settings.
    /// - Parameter firstSequence: The first message number of every station.
    public init(
        model: StationModel, topic: String = "quantrac/v1/{station}/readings", firstSequence: Int64 = 1,
        faultShare: Double = 0
    ) {
        self.model = model
        self.faultShare = faultShare
        let parts = topic.split(separator: "{station}", maxSplits: 1, omittingEmptySubsequences: false)
        topicPrefix = String(parts[0])
        topicSuffix = parts.count > 1 ? String(parts[1]) : ""
        sequences = Array(repeating: firstSequence, count: model.stations.count)
        last = Array(repeating: nil, count: model.stations.count)
        lastSamples = Array(repeating: [], count: model.stations.count)
    }

    /// What a station sends at a moment; `nil` while it is silent.
    public mutating func message(station index: Int, at time: Timestamp) -> StationMessage? {
        count += 1
        guard let misbehaviour = nextMisbehaviour(), let message = wrong(misbehaviour, station: index, at: time) else {
            return good(station: index, at: time)
        }
        return message
    }

    /// What a station sends at a moment when all goes well.
    public mutating func good(station index: Int, at time: Timestamp) -> StationMessage? {
        let station = model.stations[index]
        guard let samples = station.sample(at: time, seed: model.seed) else { return nil }
        let message = compose(station: index, samples: samples, at: time, fault: nil)
        last[index] = message
        lastSamples[index] = samples
        return message
    }

    private mutating func nextMisbehaviour() -> Misbehaviour? {
        guard faultShare > 0, SmoothNoise.chance(seed: model.seed ^ 0xfa, index: count) < faultShare else { return nil }
        // One after the other, so that a short run shows every kind.
        faults += 1
        return Misbehaviour.allCases[Int((faults - 1) % Int64(Misbehaviour.allCases.count))]
    }

    /// `nil` when the station has nothing that could go wrong in this way yet.
    private mutating func wrong(
        _ misbehaviour: Misbehaviour, station index: Int, at time: Timestamp
    ) -> StationMessage? {
        switch misbehaviour {
        case .duplicate:
            guard let message = last[index] else { return nil }
            return StationMessage(
                station: message.station, topic: message.topic, payload: message.payload, time: message.time,
                misbehaviour: .duplicate, readings: 0, duplicates: message.readings, deadLetters: 0)
        case .correction:
            guard let message = last[index], let sample = lastSamples[index].first, let value = sample.value else {
                return nil
            }
            let corrected = Sample(channel: sample.channel, value: value + 1, status: sample.status)
            last[index] = nil  // one correction of a message is enough
            return compose(
                station: index, samples: [corrected], at: message.time,
                fault: PayloadFault(misbehaviour: .correction, channel: 0))
        default:
            break
        }
        var observed = time
        if misbehaviour == .late { observed = time.advanced(byMilliseconds: -20 * 60_000 - 7) }
        if misbehaviour == .future { observed = time.advanced(byMilliseconds: 10 * 60_000 + 7) }
        guard let samples = model.stations[index].sample(at: observed, seed: model.seed) else { return nil }
        let fault = PayloadFault(misbehaviour: misbehaviour, channel: Int(count % Int64(samples.count)))
        return compose(station: index, samples: samples, at: observed, fault: fault)
    }

    private mutating func compose(
        station index: Int, samples: [Sample], at time: Timestamp, fault: PayloadFault?
    ) -> StationMessage {
        let station = model.stations[index]
        let sequence = sequences[index]
        sequences[index] += 1
        let writer = PayloadWriter(station: station, samples: samples, time: time, sequence: sequence, fault: fault)
        let readings =
            switch fault?.misbehaviour {
            case .truncated, .empty, .notText, .nested, .wrongStation, .zonelessTime: 0
            case .wrongType: samples.count - 1
            default: samples.count
            }
        return StationMessage(
            station: station.id, topic: topicPrefix + station.id + topicSuffix, payload: writer.bytes, time: time,
            misbehaviour: fault?.misbehaviour, readings: readings, duplicates: 0,
            deadLetters: readings < samples.count ? 1 : 0)
    }
}
