extension RegisterDefinition {
    /// What the words of its addresses say; a word is one register, or one bit (0 or 1).
    ///
    /// `words` begins at `first`, the address of the request, and must hold all of the register's; the definition must
    /// have no `faults`. Numbers are read without allocating. A NaN or an infinity is a sentinel where `missing` lists
    /// it; so are digits that are no BCD, listed as the plain number of their bits (65535 for `0xFFFF`).
    public func content(of words: [UInt16], from first: UInt16) -> RegisterContent {
        let start = Int(address) - Int(first)
        precondition(start >= 0 && start + count <= words.count, "the words do not hold the register")
        if type == .string { return content(ofText: words[start..<start + count]) }
        let bits = joined(words, at: start)
        switch type {
        case .bool:
            return unsigned(bits == 0 ? 0 : 1)
        case .bit:
            return unsigned(bits >> UInt64(bit) & 1)
        case .bits:
            return unsigned(bits >> UInt64(bit) & (1 << UInt64(width) - 1))
        case .uint16, .uint32, .uint64:
            return unsigned(bits)
        case .int16:
            return signed(Int64(Int16(truncatingIfNeeded: bits)))
        case .int32:
            return signed(Int64(Int32(truncatingIfNeeded: bits)))
        case .int64:
            return signed(Int64(bitPattern: bits))
        case .float32:
            return real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
        case .float64:
            return real(Double(bitPattern: bits))
        case .bcd16, .bcd32, .string:
            return decimalDigits(bits)
        }
    }

    private func unsigned(_ number: UInt64) -> RegisterContent {
        content(.unsigned(number), Double(number))
    }

    private func signed(_ number: Int64) -> RegisterContent {
        content(.signed(number), Double(number))
    }

    private func real(_ number: Double) -> RegisterContent {
        if number.isFinite { return content(.real(number), number) }
        let text = number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
        return noNumber(.text(text), comparedAs: .real(number))
    }

    private func decimalDigits(_ bits: UInt64) -> RegisterContent {
        guard let number = BinaryDecimal.number(of: bits, digits: 4 * count) else {
            return noNumber(.text(BinaryDecimal.hexadecimal(bits, digits: 4 * count)), comparedAs: .unsigned(bits))
        }
        return unsigned(number)
    }

    private func content(_ raw: RawContent, _ number: Double) -> RegisterContent {
        var content = RegisterContent(raw: raw, value: nil)
        if lists(missing, raw) {
            content.isSentinel = true
            return content
        }
        content.isSaturated = lists(saturated, raw)
        content.setValue(scaling.value(of: number))
        return content
    }

    private func noNumber(_ raw: RawContent, comparedAs number: RawContent) -> RegisterContent {
        var content = RegisterContent(raw: raw, value: nil)
        content.isSentinel = lists(missing, number)
        content.isNotANumber = !content.isSentinel
        return content
    }

    private func lists(_ numbers: [RawNumber], _ raw: RawContent) -> Bool {
        for number in numbers where number.means(raw, as: type) { return true }
        return false
    }

    private func content(ofText words: ArraySlice<UInt16>) -> RegisterContent {
        let swaps = order?.swapsBytes ?? false
        var bytes: [UInt8] = []
        for word in words {
            let word = swaps ? word.byteSwapped : word
            bytes.append(UInt8(truncatingIfNeeded: word >> 8))
            bytes.append(UInt8(truncatingIfNeeded: word))
        }
        if let end = bytes.firstIndex(of: 0) { bytes.removeSubrange(end...) }
        while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
        var content = RegisterContent(raw: .text(RegisterText.escaped(bytes)), value: nil)
        if let number = RegisterText.number(bytes) {
            content.setValue(scaling.value(of: number))
        } else {
            content.isNotANumber = true
        }
        return content
    }
}

extension RegisterContent {
    fileprivate mutating func setValue(_ number: Double) {
        value = number.isFinite ? number : nil
        isNotANumber = !number.isFinite
    }
}

extension RawNumber {
    /// It is that raw number.
    ///
    /// Integers are compared exactly; a negative one means the bits of an unsigned number of 64 (-1: all ones), as TOML
    /// has no numbers that large. A `float32` is also compared with what the number is in 32 bits: -999.9 travels as
    /// -999.9000244140625. A `float64` is not: 999999999 would be 1000000000.
    func means(_ raw: RawContent, as type: RegisterType) -> Bool {
        switch (raw, self) {
        case (.unsigned(let raw), .integer(let number)):
            number >= 0 || type == .uint64 ? raw == UInt64(bitPattern: number) : false
        case (.unsigned(let raw), .real(let number)): UInt64(exactly: number) == raw
        case (.signed(let raw), .integer(let number)): raw == number
        case (.signed(let raw), .real(let number)): Int64(exactly: number) == raw
        case (.real(let raw), .integer(let number)):
            raw == Double(number) || type == .float32 && raw == Double(Float(number))
        case (.real(let raw), .real(let number)):
            raw == number || (type == .float32 && raw.isFinite && raw == Double(Float(number)))
                || (raw.isNaN && number.isNaN)
        case (.text, _): false
        }
    }
}
