public import Modbus
public import Readings

/// A slave, or a gateway with several, that is not there: it answers as the protocol asks, and wrongly where told to.
///
/// It knows no socket and no clock: the same units, plan and requests at the same times give the same answers.
public struct SimulatedSlave: Sendable {
    /// What it has done so far.
    public private(set) var counts = SlaveCounts()
    public let units: [SimulatedUnit]
    private let places: [UInt8: Int]
    private var plan: FaultPlan

    /// - Parameter units: No two with the same number.
    public init(units: [SimulatedUnit], plan: FaultPlan = FaultPlan()) {
        self.units = units
        self.plan = plan
        places = Dictionary(units.indices.map { (units[$0].unit, $0) }) { first, _ in first }
    }

    /// What leaves the slave for a request, in this order; nothing for units that are not ours, and for broadcasts.
    ///
    /// - Parameter elapsed: Milliseconds since the start, for faults that come and go.
    public mutating func answers(
        to request: ServedRequest, elapsedMilliseconds elapsed: Int64, at time: Timestamp
    ) -> [SlaveAnswer] {
        counts.requests += 1
        // A broadcast on a serial line is answered by nobody. // Modbus over Serial Line 1.02, 2.1
        guard let place = places[request.unit], request.framing == .tcp || request.unit != 0 else {
            counts.otherUnits += 1
            return []
        }
        counts.requestsByUnit[request.unit, default: 0] += 1
        let fault = plan.next(for: request.unit, elapsedMilliseconds: elapsed)
        if let fault { counts.faults[fault.kind, default: 0] += 1 }
        if case .exception(let code) = fault {
            return [SlaveAnswer(unit: request.unit, pieces: [request.exception(code)])]
        }
        let frame: [UInt8]
        switch units[place].answer(to: request, at: time) {
        case .words(let words):
            counts.answers += 1
            let other = request.unit == 247 ? 1 : request.unit &+ 1
            frame = request.answer(words, unit: fault == .wrongUnit ? other : nil)
        case .exception(let code):
            counts.exceptions[code, default: 0] += 1
            frame = request.exception(code)
        }
        return spoilt(SlaveAnswer(unit: request.unit, pieces: [frame]), by: fault)
    }

    /// A master has connected.
    mutating func noteConnection() { counts.connections += 1 }

    private func spoilt(_ good: SlaveAnswer, by fault: SlaveFault?) -> [SlaveAnswer] {
        var answer = good
        let frame = good.pieces[0]
        switch fault {
        case nil, .exception?, .wrongUnit?: break
        case .silence?: return []
        case .late(let range)?: answer.delayMilliseconds = chosen(from: range)
        case .hold(let range)?:
            answer.delayMilliseconds = chosen(from: range)
            answer.holdsLine = true
        case .badChecksum?: answer.pieces = [frame.dropLast() + [frame[frame.count - 1] ^ 1]]
        case .halfFrame?: answer.pieces = [Array(frame.prefix(frame.count / 2))]
        case .noise?: answer.pieces = [noise(count: 7) + frame]
        case .trailing?: answer.pieces = [frame + [0x00, 0xff, 0x55]]
        case .slowBytes(let gap)?:
            answer.pieces = frame.map { [$0] }
            answer.gapMilliseconds = gap
        case .duplicate(let delay)?:
            var second = good
            second.delayMilliseconds = delay
            second.isRepeat = true
            return [good, second]
        case .close?:
            answer.pieces = []
            answer.closes = true
        }
        return [answer]
    }

    private func chosen(from range: ClosedRange<Int64>) -> Int64 {
        let chance = SmoothNoise.chance(seed: plan.seed ^ 0x1a7e, index: counts.requests)
        return range.lowerBound + Int64(chance * Double(range.upperBound - range.lowerBound + 1))
    }

    private func noise(count: Int) -> [UInt8] {
        let word = SmoothNoise.mix(plan.seed ^ SmoothNoise.mix(UInt64(bitPattern: counts.requests)))
        return (0..<count).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
    }
}
