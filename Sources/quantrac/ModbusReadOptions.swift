import ArgumentParser
import Registers

/// Which registers are read, and what they hold.
struct ModbusReadOptions: ParsableArguments {
    @Option(help: "The unit id, 0 … 255.")
    var unit: UInt8 = 1

    @Option(help: ArgumentHelp("Which table. (default: holding)", valueName: "table"))
    var table: RegisterKind?

    @Option(help: "The first address, from 0 as it travels: 40001 is holding 0. (default: 0)")
    var address: ModbusAddress?

    @Option(
        name: .customLong("register"),
        help: ArgumentHelp("Instead of --table and --address: the number in the manual, as 40001.", valueName: "number")
    )
    var number: String?

    @Option(help: "How many values, one after the other.")
    var count = 1

    @Option(
        help: ArgumentHelp(
            "What a value is. (default: uint16; bool for coil and discrete)", valueName: "type"))
    var type: RegisterType?

    @Option(
        help: ArgumentHelp(
            "The order of its bytes as they travel, A is the most significant. (default: A first)",
            valueName: "order"))
    var order: ByteOrder?

    @Option(help: "The bit of type bit, the lowest one of bits, 0 … 15.")
    var bit: Int?

    @Option(help: "Bits of type bits, registers of type string.")
    var width: Int?

    @Option(parsing: .unconditional, help: "value = raw x scale + offset.")
    var scale = 1.0

    @Option(parsing: .unconditional, help: "See --scale.")
    var offset = 0.0

    @Option(help: "Registers in one request, 1 … 125.")
    var maxRegisters = 125

    @Option(
        help: ArgumentHelp("Instead of all these: every register of a model file.", valueName: "file"),
        completion: .file(extensions: ["toml", "csv"]))
    var model: String?

    @Option(help: ArgumentHelp("Which model of the file, when it has several.", valueName: "model"))
    var name: String?

    func validate() throws {
        guard (1...125).contains(maxRegisters) else { throw ValidationError("--max-registers is 1 … 125.") }
        if model == nil {
            if name != nil { throw ValidationError("--name chooses a model of --model FILE.") }
            _ = try registers
        } else if address != nil || number != nil || table != nil || type != nil || order != nil || count != 1
            || bit != nil || width != nil || scale != 1 || offset != 0
        {
            throw ValidationError("--model has its own registers: leave the options about one register out.")
        }
    }

    /// The device as it is asked.
    ///
    /// - Throws: `CommandFailure` when the model file cannot be used.
    func device() throws -> DeviceDefinition {
        if let model {
            var device = try ModbusModel.device(unit: unit, file: model, name: name)
            device.limits.maxRegisters = min(maxRegisters, device.limits.maxRegisters)
            if let fault = device.faults.first { throw CommandFailure(.usage, "\(model): \(fault)") }
            return device
        }
        var device = DeviceDefinition(unit: unit, station: "")
        device.limits.maxRegisters = maxRegisters
        device.registers = try registers
        return device
    }

    /// - Throws: `ValidationError` with what does not fit together.
    private var registers: [RegisterDefinition] {
        get throws {
            let (kind, first) = try place
            guard (1...65_536).contains(count) else { throw ValidationError("--count is 1 … 65536, not \(count).") }
            var pattern = RegisterDefinition(
                name: "", parameter: nil, kind: kind, address: first, type: type ?? (kind.isBit ? .bool : .uint16))
            pattern.name = pattern.number
            pattern.order = order
            pattern.bit = bit ?? 0
            pattern.width = width ?? 1
            pattern.scale = scale
            pattern.offset = offset
            guard pattern.type != .string || (1...125).contains(pattern.width) else {
                throw ValidationError("--width of a string is 1 … 125 registers, not \(pattern.width).")
            }
            guard pattern.count <= maxRegisters || kind.isBit else {
                throw ValidationError("one value takes \(pattern.count) registers, --max-registers is \(maxRegisters).")
            }
            guard Int(first) + count * pattern.count <= 65_536 else {
                throw ValidationError(
                    "\(count) values of \(pattern.count) registers from address \(first) end beyond 65535.")
            }
            if let fault = pattern.faults.first { throw ValidationError("\(pattern.number) \(fault)") }
            return (0..<count).map { index in
                var register = pattern
                register.address += UInt16(index * pattern.count)
                register.name = register.number
                return register
            }
        }
    }

    private var place: (RegisterKind, UInt16) {
        get throws {
            guard var number else { return (table ?? .holding, address?.value ?? 0) }
            guard address == nil else { throw ValidationError("--register and --address say the same: give one.") }
            if number.hasPrefix("0x"), let plain = Int(number.dropFirst(2), radix: 16) { number = "\(plain)" }
            guard let place = RegisterNumber(text: number) else {
                throw ValidationError(
                    "`\(number)` is no register number; write 40001 (holding), 30001 (input), 10001 (discrete) or "
                        + "00001 (coil), or --table and --address.")
            }
            if place.kind == .coil, !number.hasPrefix("0"), table != .coil {
                let holding = RegisterNumber(kind: .holding, address: place.address)
                let input = RegisterNumber(kind: .input, address: place.address)
                throw ValidationError(
                    "\(number) is the number of a coil: write \(holding) (holding register), \(input) (input register), "
                        + "or --table coil beside it; or --address \(place.address).")
            }
            if let table, table != place.kind {
                throw ValidationError(
                    "--register \(number) is of the table \(place.kind.rawValue), not \(table.rawValue).")
            }
            return (place.kind, place.address)
        }
    }
}
