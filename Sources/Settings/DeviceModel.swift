public import Registers

/// A `[model.NAME]`: the map of an instrument's registers, for any number of devices.
public struct DeviceModel: Sendable, Hashable {
    /// 1 to 64 of `A-Z a-z 0-9 . _ -`.
    public let name: String
    /// The instrument, for people.
    public let description: String?
    /// Where its register map was published.
    public let source: String?
    /// The file it stands in.
    public let file: String
    /// `nil`: the bus's.
    public let everyMilliseconds: Int64?
    public let limits: RequestLimits
    /// At least one.
    public let registers: [RegisterDefinition]
    /// The place in `registers` of the one whose `status` gives the status of all.
    public let statusRegister: Int?

    /// A device of this model, as `unit` on a bus.
    public func device(unit: UInt8, station: String) -> DeviceDefinition {
        var device = DeviceDefinition(unit: unit, station: station)
        device.model = name
        device.everyMilliseconds = everyMilliseconds
        device.limits = limits
        device.registers = registers
        device.statusRegister = statusRegister
        return device
    }
}
