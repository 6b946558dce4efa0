/// Which requests a simulated slave answers wrongly, and how: by shares, by the time, or request by request.
///
/// Where a script speaks of a unit, it alone decides; else a rule does. Rules that name the unit come before those for
/// all, and the shares of several rules add up. The same seed and the same requests give the same faults.
public struct FaultPlan: Sendable {
    /// A fault for a share of the requests.
    public struct Rule: Sendable, Hashable {
        /// `nil`: all.
        public var units: Set<UInt8>?
        public var fault: SlaveFault
        /// Of the requests, 0 … 1.
        public var share = 1.0
        /// `nil`: always.
        public var period: Period?

        public init(
            _ fault: SlaveFault, units: Set<UInt8>? = nil, share: Double = 1, period: Period? = nil
        ) {
            self.units = units
            self.fault = fault
            self.share = share
            self.period = period
        }
    }

    /// A time in which a rule holds, counted from the start of the simulator.
    public struct Period: Sendable, Hashable {
        public var milliseconds: Range<Int64>
        /// Begins again every so many milliseconds; `nil`: once.
        public var every: Int64?

        public init(_ milliseconds: Range<Int64>, every: Int64? = nil) {
            self.milliseconds = milliseconds
            self.every = every
        }

        func contains(_ elapsed: Int64) -> Bool {
            milliseconds.contains(every.map { elapsed % $0 } ?? elapsed)
        }
    }

    /// What happens to one request after the other, from the beginning again at its end.
    public struct Script: Sendable, Hashable {
        /// `nil`: all; the requests of all of them are counted together.
        public var units: Set<UInt8>?
        /// `nil`: a good answer. Not empty.
        public var steps: [SlaveFault?]

        public init(_ steps: [SlaveFault?], units: Set<UInt8>? = nil) {
            precondition(!steps.isEmpty, "a script has a step")
            self.units = units
            self.steps = steps
        }
    }

    public let rules: [Rule]
    public let scripts: [Script]
    public let seed: UInt64
    private var requests: Int64 = 0
    private var places: [Int]

    /// A plan without rules and scripts: everything is answered as it should be.
    public init(rules: [Rule] = [], scripts: [Script] = [], seed: UInt64 = 1) {
        self.rules = rules.filter { $0.units != nil } + rules.filter { $0.units == nil }
        self.scripts = scripts.filter { $0.units != nil } + scripts.filter { $0.units == nil }
        self.seed = seed
        places = Array(repeating: 0, count: scripts.count)
    }

    /// What happens to the next request, which is to this unit; `nil`: a good answer.
    ///
    /// - Parameter elapsed: Milliseconds since the start of the simulator.
    public mutating func next(for unit: UInt8, elapsedMilliseconds elapsed: Int64) -> SlaveFault? {
        requests += 1
        if let script = scripts.firstIndex(where: { $0.units?.contains(unit) ?? true }) {
            defer { places[script] += 1 }
            return scripts[script].steps[places[script] % scripts[script].steps.count]
        }
        var chance = SmoothNoise.chance(seed: seed ^ 0xfa17, index: requests)
        for rule in rules where rule.units?.contains(unit) ?? true {
            guard rule.period?.contains(elapsed) ?? true else { continue }
            if chance < rule.share { return rule.fault }
            chance -= rule.share
        }
        return nil
    }

    /// Every fault that may happen.
    public var faults: [SlaveFault] {
        rules.map(\.fault) + scripts.flatMap { $0.steps.compactMap(\.self) }
    }
}
