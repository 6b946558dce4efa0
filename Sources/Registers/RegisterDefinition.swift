/// One value of a device: where it stands, what it means.
public struct RegisterDefinition: Sendable, Hashable {
    /// Unique within its device.
    public var name: String
    /// What it measures; `nil`: it is read and makes no reading (a status register).
    public var parameter: String?
    public var kind: RegisterKind
    /// From 0, as it travels: holding register 40001 is address 0.
    public var address: UInt16
    public var type: RegisterType
    /// `nil`: the most significant byte first.
    public var order: ByteOrder?
    /// The bit of `bit`, the lowest of `bits`: 0 … 15, 0 is the least significant.
    public var bit = 0
    /// `bits`: how many bits, 1 … 16. `string`: how many registers, 1 … 125.
    public var width = 1
    /// value = raw × scale + offset, computed in decimals where raw is whole: 702 × 0.01 is 7.02.
    public var scale = 1.0 {
        didSet { scaling = DecimalScaling(scale: scale, offset: offset) }
    }
    public var offset = 0.0 {
        didSet { scaling = DecimalScaling(scale: scale, offset: offset) }
    }
    private(set) var scaling = DecimalScaling(scale: 1, offset: 0)
    /// Of the value.
    public var unit: String?
    /// Raw numbers that mean "no value", compared before anything is computed.
    public var missing: [RawNumber] = []
    /// The raw ends of the instrument's range.
    public var saturated: [RawNumber] = []
    /// Raw numbers and the device status each means; others keep their number.
    public var status: [Int64: String]?

    public init(name: String, parameter: String?, kind: RegisterKind, address: UInt16, type: RegisterType) {
        self.name = name
        self.parameter = parameter
        self.kind = kind
        self.address = address
        self.type = type
    }

    /// How many registers (or bits, for coils and discrete inputs) it occupies.
    public var count: Int {
        switch type {
        case .bool, .bit, .bits, .uint16, .int16, .bcd16: 1
        case .uint32, .int32, .float32, .bcd32: 2
        case .uint64, .int64, .float64: 4
        case .string: max(1, width)
        }
    }

    /// The addresses it occupies; may end at 65,536.
    public var addresses: Range<Int> { Int(address)..<(Int(address) + count) }
}
