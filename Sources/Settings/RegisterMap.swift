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
        guard let all = definitions else { return }
        let known = RegisterMap.faults(all.prefix(modelCount), model?.model?.limits ?? limits)
        for fault in RegisterMap.faults(all[...], limits) where !known.contains(fault) {
            // It stands at the register that brought it: the last one of the shortest list that has the fault.
            var low = 1
            var high = all.count
            while low < high {
                let middle = (low + high) / 2
                let has = RegisterMap.faults(all.prefix(middle), limits).contains(fault)
                if has { high = middle } else { low = middle + 1 }
            }
            let brought = registers[low - 1]
            if low <= modelCount {
                faults.add(.conflict, at: table.place("max_registers"), key: table.path, RegisterMap.sentence(fault))
            } else if !registers.prefix(low - 1).contains(where: { $0.name == brought.name }) {
                faults.add(.conflict, at: brought.place, key: brought.key, RegisterMap.sentence(fault))
            }
        }
    }

    private static func sentence(_ fault: String) -> String {
        fault.contains("expected")
            ? fault : "\(fault), expected each address read once, in a request that the device takes"
    }

    private static func faults(_ registers: ArraySlice<RegisterDefinition>, _ limits: RequestLimits) -> [String] {
        var device = DeviceDefinition(unit: 1, station: "any")
        device.registers = Array(registers)
        device.limits = limits
        return device.faults
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
