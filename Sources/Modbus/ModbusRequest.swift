public import Registers

/// A read request to a unit.
public struct ModbusRequest: Sendable, Hashable {
    /// 0 … 255; a read of unit 0 is answered by nobody on a serial line.
    public var unit: UInt8
    public var registers: RegisterRequest

    /// Makes one.
    public init(unit: UInt8, registers: RegisterRequest) {
        self.unit = unit
        self.registers = registers
    }
}
