extension DeviceDefinition {
    /// What is wrong among its registers, each a sentence: the same name twice, overlaps, a value longer than
    /// `limits.maxRegisters`, a status register that is none.
    ///
    /// Different bits of one register may share it, and with them a register that only tells the status.
    ///
    /// What is wrong with a register by itself it says itself.
    public var faults: [String] {
        var faults: [String] = []
        var counts: [String: Int] = [:]
        for register in registers {
            counts[register.name, default: 0] += 1
            if counts[register.name] == 2 { faults.append("two registers have the name `\(register.name)`") }
        }
        for register in registers where !register.kind.isBit && register.count > limits.maxRegisters {
            faults.append(
                "`\(register.name)` takes \(register.count) registers, and one request of this device takes "
                    + "\(limits.maxRegisters)")
        }
        faults += overlapFaults
        if let statusRegister {
            if !registers.indices.contains(statusRegister) {
                faults.append("the status register is not among its registers")
            } else if registers[statusRegister].status == nil {
                faults.append("the status register `\(registers[statusRegister].name)` has no status map")
            }
        }
        return faults
    }

    private var overlapFaults: [String] {
        let sorted = registers.sorted { $0.address < $1.address }
        var faults: [String] = []
        for (place, one) in sorted.enumerated() {
            for other in sorted[(place + 1)...] {
                guard other.addresses.lowerBound < one.addresses.upperBound else { break }
                guard one.kind == other.kind, !one.mayShare(with: other) else { continue }
                faults.append("\(one.title) and \(other.title) overlap")
            }
        }
        return faults
    }
}

extension RegisterDefinition {
    /// `cod` (holding 0-1).
    fileprivate var title: String { "`\(name)` (\(kind.text(of: addresses)))" }

    /// Bits of one register that are not the same ones, or bits of a register that only tells the status.
    fileprivate func mayShare(with other: RegisterDefinition) -> Bool {
        switch (mask, other.mask) {
        case (let mask?, let otherMask?):
            mask & otherMask == 0 || tellsStatusOnly || other.tellsStatusOnly
        case (.some, nil): other.tellsStatusOnly
        case (nil, .some): tellsStatusOnly
        case (nil, nil): false
        }
    }

    private var tellsStatusOnly: Bool { parameter == nil && status != nil }

    /// Its bits as they travel; `nil` when it takes whole registers.
    private var mask: UInt16? {
        let width: Int
        switch type {
        case .bit: width = 1
        case .bits: width = max(0, min(self.width, 16))
        default: return nil
        }
        let bits = UInt16(truncatingIfNeeded: (1 << width - 1) << max(0, min(bit, 15)))
        return order?.swapsBytes ?? false ? bits.byteSwapped : bits
    }
}
