public import Decoding
public import Readings

/// What every payload decoder must keep, whatever its format: run it at the head of a decoder's own tests.
///
/// Each function returns sentences about what was broken; an empty array is a pass.
public struct PayloadDecoderContract: Sendable {
    private let make: @Sendable () -> any PayloadDecoder
    private let context: DecodingContext
    private let topic: String
    /// Payloads that the decoder takes without a fault.
    private let valid: [[UInt8]]

    /// - Parameters:
    ///   - topic: One that `context.topics` match, if there are any.
    ///   - valid: Payloads that the decoder takes without a fault; at least one.
    public init(
        context: DecodingContext, topic: String, valid: [[UInt8]], make: @escaping @Sendable () -> any PayloadDecoder
    ) {
        self.make = make
        self.context = context
        self.topic = topic
        self.valid = valid
    }

    /// A batch of payloads, all received at the same moment on the same topic.
    public static func intake(topic: String, payloads: [[UInt8]], received: Timestamp) -> Intake {
        var intake = Intake(source: "test:contract")
        for payload in payloads {
            let start = intake.bytes.count
            intake.bytes.append(contentsOf: topic.utf8)
            let middle = intake.bytes.count
            intake.bytes.append(contentsOf: payload)
            intake.payloads.append(
                Payload(
                    topic: TextRange(inBytes: start..<middle), body: TextRange(inBytes: middle..<intake.bytes.count),
                    received: received, fullLength: payload.count))
        }
        return intake
    }

    private func decoded(_ payloads: [[UInt8]]) -> Intake {
        let received = Timestamp(millisecondsSince1970: 1_795_392_001_204)
        var intake = Self.intake(topic: topic, payloads: payloads, received: received)
        var decoder = IntakeDecoder(decoder: make(), context: context)
        decoder.decode(&intake)
        return intake
    }

    /// All of the below.
    public func violations(seed: UInt64) -> [String] {
        var found: [String] = []
        if valid.isEmpty { found.append("the contract needs a payload that is taken without a fault") }
        for payload in valid {
            let intake = decoded([payload])
            if intake.readings.isEmpty || !intake.faults.isEmpty {
                found.append("a payload said to be valid gave \(intake.faults.map(\.reason))")
            }
            found += self.damage(payload, seed: seed)
        }
        return found + emptiness() + neighbours() + repetition() + extremes(seed: seed) + oversize()
    }

    /// An empty payload is one fault for the payload as a whole.
    public func emptiness() -> [String] {
        let intake = decoded([[]])
        let isOneFault = intake.readings.isEmpty && intake.faults.count == 1 && intake.faults[0].index == nil
        return isOneFault && intake.faults[0].reason == .empty ? [] : ["an empty payload is not one fault, empty"]
    }

    /// A payload that is refused costs those before and after it nothing.
    public func neighbours() -> [String] {
        guard let payload = valid.first else { return [] }
        let alone = decoded([payload])
        let among = decoded([payload, [], payload, [0xff, 0xfe], payload])
        var found = ranges(of: among)
        if among.readings.count != alone.readings.count * 3 { found.append("a refused payload cost its neighbours") }
        if Set(among.faults.map(\.payload)) != [1, 3] { found.append("faults do not name their payloads") }
        return found
    }

    /// A decoder that has seen other payloads answers as a new one does.
    public func repetition() -> [String] {
        let payloads = valid + [[], [0]] + valid
        let received = Timestamp(millisecondsSince1970: 1_795_392_001_204)
        var intake = Self.intake(topic: topic, payloads: payloads, received: received)
        var decoder = IntakeDecoder(decoder: make(), context: context)
        decoder.decode(&intake)
        let first = (intake.readings.map(Self.summary), intake.faults)
        intake.removeDecoded()
        decoder.decode(&intake)
        let second = (intake.readings.map(Self.summary), intake.faults)
        return first == second ? [] : ["the same payloads decoded again gave another answer"]
    }

    /// What binary formats begin a thing with that holds another: CBOR's arrays, maps and tags, the fields of Protocol
    /// Buffers that are messages. As many as these overflow the stack of a decoder that calls itself for each.
    private static let openingBytes: [UInt8] = [0x81, 0x9f, 0xa1, 0xc2, 0xc4, 0xd8, 0x0a, 0x12, 0x4a]

    /// Bytes of every kind and megabytes of one kind end in readings or faults.
    public func extremes(seed: UInt64) -> [String] {
        var generator = ContractGenerator(state: seed)
        var payloads: [[UInt8]] = [[0], [0xff], [0xef, 0xbb, 0xbf]]
        for byte in "[{\"-0.eE\\ ,:nN+\n".utf8 { payloads.append(Array(repeating: byte, count: 1 << 20)) }
        for byte in Self.openingBytes { payloads.append(Array(repeating: byte, count: 1 << 17)) }
        for _ in 0..<500 {
            let count = Int.random(in: 1...200, using: &generator)
            payloads.append((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
        return ranges(of: decoded(payloads))
    }

    /// Valid payloads, cut at every place and with bytes changed, end in readings or faults.
    public func damage(_ payload: [UInt8], seed: UInt64) -> [String] {
        var found: [String] = []
        let whole = decoded([payload]).readings.count
        for length in 0..<payload.count {
            let intake = decoded([Array(payload[..<length])])
            if whole > 0, intake.faults.isEmpty, intake.readings.count > whole {
                found.append("cut at byte \(length) the payload gave more readings than it has")
            }
            found += ranges(of: intake)
        }
        var generator = ContractGenerator(state: seed)
        for _ in 0..<300 where !payload.isEmpty {
            var changed = payload
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<changed.count, using: &generator)
                changed[place] = UInt8.random(in: 0...255, using: &generator)
            }
            found += ranges(of: decoded([changed]))
        }
        return found
    }

    /// Of an oversize payload only the beginning is here: it is refused, and its beginning is not read.
    public func oversize() -> [String] {
        guard let payload = valid.first else { return [] }
        var intake = Self.intake(topic: topic, payloads: [payload], received: Timestamp(millisecondsSince1970: 0))
        intake.payloads[0].fullLength += 1
        var decoder = IntakeDecoder(decoder: make(), context: context)
        decoder.decode(&intake)
        let isRefused = intake.readings.isEmpty && intake.faults.map(\.reason) == [.oversize]
        return isRefused ? [] : ["an oversize payload was read"]
    }

    /// Every range lies in the batch, every value is finite, every fault lies in its payload, in the payloads' order.
    private func ranges(of intake: Intake) -> [String] {
        var found: [String] = []
        for reading in intake.readings {
            var texts = [reading.station, reading.parameter, reading.unit, reading.rawUnit, reading.status]
            switch reading.raw {
            case .text(let range), .number(let range): texts.append(range)
            case .sameAsValue, .integer, .real: break
            }
            for range in texts where !range.isNone {
                let limit = range.isInText ? intake.text.count : intake.bytes.count
                if range.indices.upperBound > limit { found.append("a text lies outside the batch") }
            }
            if reading.station.count == 0 || reading.parameter.count == 0 { found.append("a reading has no name") }
            if !intake.payloads.indices.contains(Int(reading.payload)) { found.append("a reading has no payload") }
            if !reading.value.isFinite { found.append("a value is not finite") }
            if reading.sensor == 0 { found.append("a sensor is 0") }
            let time = reading.time.millisecondsSince1970
            if !Timestamp.plausible.contains(time) { found.append("a time is not plausible") }
        }
        var last: Int32 = 0
        for fault in intake.faults {
            guard fault.payload >= last, intake.payloads.indices.contains(Int(fault.payload)) else {
                found.append("a fault does not name its payload")
                continue
            }
            last = fault.payload
            let length = intake.payloads[Int(fault.payload)].body.count
            if fault.offset < 0 || fault.offset > length { found.append("a fault lies outside its payload") }
        }
        return found
    }

    private static func summary(_ reading: DraftReading) -> String { "\(reading)" }
}

/// SplitMix64: the same numbers for the same seed on every run and machine.
private struct ContractGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
