extension DeviceDefinition {
    /// What is wrong among its registers, each a sentence: the same name twice, overlaps, a value longer than
    /// `limits.maxRegisters`, a status register that is none.
    ///
    /// Different bits of one register may share it, and with them a register that only tells the status.
    ///
    /// What is wrong with a register by itself it says itself.
    public var faults: [String] { placedFaults().map(\.text) }

    /// One of `faults`, and which register brought it.
    public struct PlacedFault: Sendable, Hashable {
        /// The last of those it is about, by its place in `registers`; `nil`: it is about the device.
        public let register: Int?
        /// A sentence.
        public let text: String
    }

    /// So many overlaps are told one by one; of the others only how many they are.
    public static let overlapsToldMax = 100

    /// The same with the register that brought each: of two that overlap the later one.
    ///
    /// - Parameter known: What the first so many registers have in common is known already and left out.
    public func placedFaults(after known: Int = 0) -> [PlacedFault] {
        var faults: [PlacedFault] = []
        var counts: [String: Int] = [:]
        for (place, register) in registers.enumerated() {
            counts[register.name, default: 0] += 1
            if counts[register.name] == 2, place >= known {
                faults.append(PlacedFault(register: place, text: "two registers have the name `\(register.name)`"))
            }
        }
        for (place, register) in registers.enumerated()
        where !register.kind.isBit && register.count > limits.maxRegisters {
            faults.append(
                PlacedFault(
                    register: place,
                    text: "`\(register.name)` takes \(register.count) registers, and one request of this device takes "
                        + "\(limits.maxRegisters)"))
        }
        faults += overlapFaults(after: known)
        if let statusRegister {
            if !registers.indices.contains(statusRegister) {
                faults.append(PlacedFault(register: nil, text: "the status register is not among its registers"))
            } else if registers[statusRegister].status == nil {
                faults.append(
                    PlacedFault(
                        register: nil,
                        text: "the status register `\(registers[statusRegister].name)` has no status map"))
            }
        }
        return faults
    }

    private func overlapFaults(after known: Int) -> [PlacedFault] {
        let sorted = registers.indices.sorted { registers[$0].address < registers[$1].address }
        var faults: [PlacedFault] = []
        var untold = 0
        for (index, place) in sorted.enumerated() {
            let one = registers[place]
            for otherPlace in sorted[(index + 1)...] {
                let other = registers[otherPlace]
                guard other.addresses.lowerBound < one.addresses.upperBound else { break }
                guard one.kind == other.kind, max(place, otherPlace) >= known, !one.mayShare(with: other) else {
                    continue
                }
                guard faults.count < Self.overlapsToldMax else {
                    untold += 1
                    continue
                }
                faults.append(
                    PlacedFault(
                        register: max(place, otherPlace), text: "\(one.title) and \(other.title) overlap"))
            }
        }
        if untold > 0 {
            faults.append(
                PlacedFault(register: nil, text: "and \(untold) more \(untold == 1 ? "overlap" : "overlaps")"))
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
