/// How much of a bus its schedule needs.
public struct BusLoad: Sendable, Hashable {
    /// Requests a second.
    public var requestsPerSecond: Double
    /// The share of the time in which the line is busy, 0 … ; for TCP 0, as the wire is no limit.
    public var utilisation: Double
    /// The same while its most expensive device is silent and its breaker not yet open.
    public var utilisationWithOneSilent: Double

    public init(requestsPerSecond: Double, utilisation: Double, utilisationWithOneSilent: Double) {
        self.requestsPerSecond = requestsPerSecond
        self.utilisation = utilisation
        self.utilisationWithOneSilent = utilisationWithOneSilent
    }

    /// What a slave is taken to need between a request and its answer: 5 ms.
    ///
    /// An assumption for the schedule only; devices need from less than 1 ms to some 100 ms, and none of them says it.
    public static let turnaroundNanoseconds: Int64 = 5_000_000
}

extension BusDefinition {
    /// What its polls need when nothing fails, and when one device says nothing.
    ///
    /// A silent device costs the timeout of one request and of its retries at each of its polls; the rest of that poll
    /// is not asked for. Of TCP, and of RTU through TCP, only the requests are counted.
    public var load: BusLoad {
        var load = BusLoad(requestsPerSecond: 0, utilisation: 0, utilisationWithOneSilent: 0)
        var dearest: Double?
        for device in devices {
            let plan = device.plan()
            guard !plan.isEmpty else { continue }
            let seconds = Double(max(1, device.everyMilliseconds ?? everyMilliseconds)) / 1000
            load.requestsPerSecond += Double(plan.count) / seconds
            guard case .rtu(_, let line) = address else { continue }
            let busy = plan.reduce(0) { $0 + $1.request.nanoseconds(on: line) }
            let share = Double(busy) / 1e9 / seconds
            let timeout = device.timeoutMilliseconds ?? timeoutMilliseconds
            let silentShare = Double((1 + Int64(retries)) * timeout) / 1000 / seconds
            load.utilisation += share
            dearest = max(dearest ?? -.infinity, silentShare - share)
        }
        load.utilisationWithOneSilent = load.utilisation + (dearest ?? 0)
        return load
    }
}

extension RegisterRequest {
    /// How long a serial line is busy with it and its answer.
    ///
    /// Out: unit, function, address, count, CRC: 8 characters. In: unit, function, byte count, CRC: 5, and the data. A
    /// silence before each of the two, and what the slave needs in between.
    func nanoseconds(on line: SerialLine) -> Int64 {
        let bytes = kind.isBit ? (Int64(count) + 7) / 8 : 2 * Int64(count)
        return (8 + 5 + bytes) * line.characterNanoseconds + 2 * line.frameSilenceNanoseconds
            + BusLoad.turnaroundNanoseconds
    }
}
