import Registers

/// The registers of one model, or of one device with its model's before its own, seen together.
struct RegisterMap {
    /// The table of the model or device.
    let table: CheckedTable
    /// The model of a device, which has been checked by itself.
    let model: ModelEntry?
    /// The model's, then its own.
    let registers: [PlacedRegister]

    init(_ table: CheckedTable, own: [PlacedRegister], model: ModelEntry? = nil) {
        self.table = table
        self.model = model
        registers = (model?.registers ?? []) + own
    }

    var modelCount: Int { model?.registers.count ?? 0 }

    /// The definitions; `nil` when one of them has faults.
    var definitions: [RegisterDefinition]? {
        var present = registers.compactMap(\.definition)
        guard present.count == registers.count else { return nil }
        // Without a map every number is kept as it is.
        if let index = statusIndex { present[index].status = present[index].status ?? [:] }
        return present
    }

    var limits: RequestLimits {
        var limits = model?.model?.limits ?? RequestLimits()
        limits.apply(table)
        return limits
    }

    /// The name of the one that gives the status of all.
    var statusName: String? {
        table.textIfAny("status_register")
            ?? model?.model.flatMap { model in model.statusRegister.map { model.registers[$0].name } }
    }

    /// Of the one that gives the status of all.
    var statusIndex: Int? { statusName.flatMap { name in registers.firstIndex { $0.name == name } } }

    /// Notes what is wrong among them.
    func check(_ faults: inout FaultList) {
        checkNames(&faults)
        checkStatus(&faults)
        checkUse(&faults)
        checkPlaces(&faults)
    }

    /// A name that stands twice in one list is a fault of the list already.
    private func checkNames(_ faults: inout FaultList) {
        let inherited = Dictionary(registers.prefix(modelCount).map { ($0.name, $0) }) { first, _ in first }
        for own in registers.dropFirst(modelCount) {
            guard let first = inherited[own.name] else { continue }
            faults.add(
                .duplicate, at: own.table.place("name"), key: "\(own.key).name",
                "is already a register of the device's model at \(first.place), expected another name")
        }
    }

    private func checkStatus(_ faults: inout FaultList) {
        guard let statusName else { return }
        guard let index = statusIndex else {
            let names = registers.map(\.name).filter { !$0.isEmpty }
            faults.add(
                .badValue, at: table.place("status_register"), key: "\(table.path).status_register",
                "\"\(statusName)\" is no register of it, expected the name of one",
                suggestion: Spelling.nearest(to: statusName, in: names))
            return
        }
        guard let register = registers[index].definition else { return }
        if register.status == nil, !register.type.isInteger {
            faults.add(
                .conflict, at: table.place("status_register"), key: "\(table.path).status_register",
                "\"\(statusName)\" holds \(register.type.rawValue) and has no `status`, expected a register that holds an "
                    + "integer or says what its numbers mean")
        }
    }

    /// Who configures a register wants something of it.
    private func checkUse(_ faults: inout FaultList) {
        for own in registers.dropFirst(modelCount) where own.name != statusName {
            guard let register = own.definition else { continue }
            if register.parameter == nil {
                faults.add(
                    .missing, at: own.place, key: "\(own.key).parameter",
                    "is missing, and no status comes from this register: nothing would; expected a `parameter`, "
                        + "`status_register = \"\(own.name)\"`, or the register left out")
            } else if register.status != nil {
                faults.add(
                    .conflict, at: own.table.place("status"), key: "\(own.key).status",
                    "has no effect, because this is not the `status_register`; expected "
                        + "`status_register = \"\(own.name)\"`, or no `status`")
            }
        }
    }

    /// Overlaps, and what else the definitions say of each other.
    private func checkPlaces(_ faults: inout FaultList) {
        guard registers.count <= RegisterMap.registersMax else {
            faults.add(
                .outOfRange, at: table.place, key: "\(table.path).register",
                "has \(registers.count) registers, expected at most \(RegisterMap.registersMax) of one device")
            return
        }
        guard let all = definitions else { return }
        var device = DeviceDefinition(unit: 1, station: "any")
        device.registers = all
        device.limits = limits
        let modelLimits = model?.model?.limits ?? limits
        var names: Set<String> = []
        let isFirstOfName = registers.map { names.insert($0.name).inserted }
        for fault in device.placedFaults(after: modelCount) {
            guard let place = fault.register else {
                faults.add(.conflict, at: table.place, key: table.path, RegisterMap.sentence(fault.text))
                continue
            }
            if place >= modelCount {
                guard isFirstOfName[place] else { continue }
                let brought = registers[place]
                faults.add(.conflict, at: brought.place, key: brought.key, RegisterMap.sentence(fault.text))
            } else if all[place].count <= modelLimits.maxRegisters {
                // The model's own request would take it, the device's does not.
                faults.add(
                    .conflict, at: table.place("max_registers"), key: table.path, RegisterMap.sentence(fault.text))
            }
        }
    }

    /// Of one device, with those of its model.
    static let registersMax = 2000

    private static func sentence(_ fault: String) -> String {
        fault.contains("expected")
            ? fault : "\(fault), expected each address read once, in a request that the device takes"
    }
}

extension RegisterType {
    /// Holds whole numbers.
    fileprivate var isInteger: Bool {
        switch self {
        case .bool, .bit, .bits, .uint16, .int16, .uint32, .int32, .uint64, .int64, .bcd16, .bcd32: true
        case .float32, .float64, .string: false
        }
    }
}
