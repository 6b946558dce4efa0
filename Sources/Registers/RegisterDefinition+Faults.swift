extension RegisterDefinition {
    /// What is wrong with it by itself, each the end of a sentence that begins with its name; empty: nothing.
    public var faults: [String] {
        var faults: [String] = []
        if name.isEmpty { faults.append("has no name") }
        if kind.isBit != (type == .bool) {
            faults.append(
                kind.isBit
                    ? "has type \(type.rawValue); expected: bool, as a \(kind.title) is one bit"
                    : "has type bool; expected: one of 16 bits or more, as for one bit of a \(kind.title) `bit`")
        }
        faults += placeFaults
        if let fault = orderFault { faults.append(fault) }
        faults += numberFaults
        return faults
    }

    private var placeFaults: [String] {
        var faults: [String] = []
        switch type {
        case .bit where !(0...15).contains(bit):
            faults.append("has bit \(bit); expected: 0 … 15")
        case .bits where !(0...15).contains(bit) || !(1...16).contains(width):
            faults.append("has bit \(bit) and width \(width); expected: bit 0 … 15, width 1 … 16")
        case .bits where bit + width > 16:
            faults.append("has bits \(bit) … \(bit + width - 1); expected: bits 0 … 15 of one register")
        case .string where !(1...125).contains(width):
            faults.append("has width \(width); expected: 1 … 125 registers of a string")
        default:
            break
        }
        if type != .bit, type != .bits, bit != 0 {
            faults.append("has bit \(bit), which type \(type.rawValue) does not have; expected: type bit or bits")
        }
        if type != .bits, type != .string, width != 1 {
            faults.append(
                "has width \(width), which type \(type.rawValue) does not have; expected: type bits or string")
        }
        if addresses.upperBound > 65_536 {
            faults.append("ends at address \(addresses.upperBound - 1); expected: 65535 at most")
        }
        return faults
    }

    private var orderFault: String? {
        guard let order else { return nil }
        let expected: String
        switch type {
        case .bool:
            return "has order \(order.rawValue); expected: none, as type bool is one bit"
        case .string:
            // Whether CDAB swaps registers, the characters in them, or both, each vendor's manual says differently.
            if order == .abcd || order == .badc { return nil }
            expected = "ABCD (the first character in the high byte) or BADC"
        case .uint64, .int64, .float64:
            if order.isOfEightBytes { return nil }
            expected = "ABCDEFGH, GHEFCDAB, BADCFEHG or HGFEDCBA"
        case .bit, .bits, .uint16, .int16, .bcd16:
            if !order.isOfEightBytes { return nil }
            expected = "ABCD or BADC"
        case .uint32, .int32, .float32, .bcd32:
            if !order.isOfEightBytes { return nil }
            expected = "ABCD, CDAB, BADC or DCBA"
        }
        return "has order \(order.rawValue), which type \(type.rawValue) does not have; expected: \(expected)"
    }

    private var numberFaults: [String] {
        var faults: [String] = []
        if !scale.isFinite || scale == 0 { faults.append("has scale \(scale); expected: a number other than 0") }
        if !offset.isFinite { faults.append("has offset \(offset); expected: a number") }
        if status != nil, type == .float32 || type == .float64 || type == .string {
            faults.append("has a status map; expected: a type of whole numbers, not \(type.rawValue)")
        }
        faults += listFaults("missing", missing)
        faults += listFaults("saturated", saturated)
        return faults
    }

    /// A raw number that the type never says would never be found, and nobody would learn why.
    private func listFaults(_ key: String, _ numbers: [RawNumber]) -> [String] {
        if type == .string {
            return numbers.isEmpty ? [] : ["has `\(key)`; expected: none, as a string is no raw number"]
        }
        if type == .float32 || type == .float64 { return [] }
        // What is no BCD is compared as plain bits.
        let highest = type == .bcd16 ? Int128(UInt16.max) : type == .bcd32 ? Int128(UInt32.max) : integers.upperBound
        let lowest = integers.lowerBound
        return numbers.compactMap { number in
            let text: String
            switch number {
            case .integer(let number):
                text = "\(number)"
                // A negative one means bits of 64.
                if type == .uint64 || (lowest...highest).contains(Int128(number)) { return nil }
            case .real(let number):
                text = "\(number)"
                if let whole = Int128(exactly: number), (lowest...highest).contains(whole) { return nil }
            }
            return
                "has \(text) in `\(key)`; expected: a whole number, \(lowest) … \(highest), as type "
                + "\(type.rawValue) says"
        }
    }
}

extension RegisterKind {
    /// `holding register`, `coil`.
    var title: String {
        switch self {
        case .holding: "holding register"
        case .input: "input register"
        case .coil: "coil"
        case .discrete: "discrete input"
        }
    }
}
