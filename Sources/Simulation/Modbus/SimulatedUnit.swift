public import Modbus
public import Readings
public import Registers

/// One unit of a simulated slave: a device as its model describes it, with values that drift as real ones do.
public struct SimulatedUnit: Sendable {
    /// 0 … 255.
    public let unit: UInt8
    /// As in the model.
    public let registers: [RegisterDefinition]
    /// Larger requests are refused with exception 3.
    public let limits: RequestLimits
    /// What is not in the model reads as 0 instead of exception 2.
    public let isFilled: Bool
    private var signals: [RegisterSignal]
    /// The places in `registers` of each kind.
    private let places: [RegisterKind: [Int]]

    /// - Parameter seed: of the whole simulator; each unit has its own course.
    public init(
        unit: UInt8, registers: [RegisterDefinition], statusRegister: Int? = nil,
        limits: RequestLimits = RequestLimits(),
        isFilled: Bool = false, seed: UInt64 = 1
    ) {
        self.unit = unit
        self.registers = registers
        self.limits = limits
        self.isFilled = isFilled
        let deviceSeed = SmoothNoise.seed(of: "unit \(unit)", with: seed)
        signals = registers.enumerated().map { place, register in
            RegisterSignal(register, deviceSeed: deviceSeed, isStatus: place == statusRegister)
        }
        places = Dictionary(grouping: registers.indices) { registers[$0].kind }
    }

    /// What a request brings.
    public enum Answer: Sendable, Hashable {
        /// Registers, or one bit each (0 or 1).
        case words([UInt16])
        /// Its code.
        case exception(UInt8)
    }

    /// Holds a register at one content from here on; `false` when it is not there, or cannot say that.
    public mutating func hold(_ setting: RegisterSetting) -> Bool {
        guard setting.unit == nil || setting.unit == unit,
            let place = registers.firstIndex(where: { $0.name == setting.name }),
            let words = setting.words(for: registers[place])
        else { return false }
        signals[place] = RegisterSignal(registers[place], fixed: words)
        return true
    }

    /// What a read request brings.
    ///
    /// Modbus Application Protocol 1.1b3, 6.1 to 6.4: function, then count, then addresses are looked at.
    public func answer(to request: ServedRequest, at time: Timestamp) -> Answer {
        guard RegisterKind.allCases.contains(where: { $0.readFunction == request.function }) else {
            return .exception(1)
        }
        guard let request = request.registers else { return .exception(3) }
        let places = places[request.kind] ?? []
        guard isFilled || !places.isEmpty else { return .exception(1) }
        let most = request.kind.isBit ? limits.maxBits : limits.maxRegisters
        guard request.count >= 1, Int(request.count) <= most else { return .exception(3) }
        guard request.addresses.upperBound <= 65_536 else { return .exception(2) }

        let first = Int(request.address)
        var words = [UInt16](repeating: 0, count: Int(request.count))
        var isKnown = [Bool](repeating: isFilled, count: Int(request.count))
        for place in places where registers[place].addresses.overlaps(request.addresses) {
            let said = signals[place].words(at: time)
            for address in registers[place].addresses.clamped(to: request.addresses) {
                let word = said[address - Int(registers[place].address)]
                // Bits of one register are registers of their own in a model.
                words[address - first] |= word
                isKnown[address - first] = true
            }
        }
        return isKnown.allSatisfy(\.self) ? .words(words) : .exception(2)
    }
}
