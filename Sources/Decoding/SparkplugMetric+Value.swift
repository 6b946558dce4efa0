import Readings

extension SparkplugMetric {
    /// Gives the reading the metric's value; else why it has none that can be kept.
    ///
    /// Integers may stand in `int_value` or `long_value`, since encoders differ for UInt32; a member of another kind
    /// than the data type is a fault.
    /// - Parameter base: Where the payload begins in `Intake.bytes`.
    @inline(__always)
    func fill(
        _ reading: inout DraftReading, type: SparkplugType, _ bytes: Span<UInt8>, base: Int,
        _ intake: inout Intake
    ) -> Fault.Reason? {
        if isNull { return nil }
        switch (type, member) {
        case (.double, .double), (.float, .double): reading.setReal(Double(bitPattern: bits), &intake)
        case (.float, .float), (.double, .float):
            reading.setReal(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))), &intake)
        case (.boolean, .boolean):
            reading.value = bits == 0 ? 0 : 1
            reading.hasValue = true
        case (_, .none): return .missingMember
        case (_, .other): return .unsupported
        default: return fillRarer(&reading, type, bytes, base, &intake)
        }
        return nil
    }

    private func fillRarer(
        _ reading: inout DraftReading, _ type: SparkplugType, _ bytes: Span<UInt8>, _ base: Int,
        _ intake: inout Intake
    ) -> Fault.Reason? {
        if let width = type.signedWidth, member == .int || member == .long {
            guard let integer = signed(width) else { return .badValue }
            reading.setInteger(integer)
            return nil
        }
        if let width = type.unsignedWidth, member == .int || member == .long {
            guard bits >> min(width, member == .int ? 32 : 64) == 0 else { return .badValue }
            if let integer = Int64(exactly: bits) {
                reading.setInteger(integer)
            } else {
                reading.value = Double(bits)
                reading.hasValue = true
                reading.raw = .number(intake.intern(String(bits)))
            }
            return nil
        }
        guard type == .string || type == .text || type == .uuid, member == .string else {
            return .wrongType
        }
        let content = bytes.extracting(text)
        guard text.count <= JSONTextReader.rawTextMax else { return .badValue }
        guard (try? UTF8Span(validating: content)) != nil else { return .notText }
        guard !TextRules.hasControl(content) else { return .badValue }
        reading.setText(TextRange(inBytes: (text.lowerBound + base)..<(text.upperBound + base)))
        return nil
    }

    /// A signed integer of so many bits in two's complement; `nil` when it has none of this width.
    ///
    /// Narrow ones are also written with the sign in all of 32 or 64 bits, as C converts them.
    private func signed(_ width: UInt64) -> Int64? {
        if width == 64 {
            // 32 bits without the rest do not tell the sign.
            return member == .int && bits >> 31 != 0 ? nil : Int64(bitPattern: bits)
        }
        if bits >> width == 0 {
            let unused = 64 - Int64(width)
            return (Int64(bitPattern: bits) << unused) >> unused
        }
        let integer = bits >> 32 == 0 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
        return integer < 0 && integer >= -1 << Int64(width - 1) ? integer : nil
    }
}

extension DraftReading {
    /// An integer as the value; exactly as the raw value where a double does not hold it.
    fileprivate mutating func setInteger(_ integer: Int64) {
        value = Double(integer)
        hasValue = true
        let isExact = integer.magnitude <= 1 << 53 || value < 0x1p63 && Int64(value) == integer
        if !isExact { raw = .integer(integer) }
    }

    /// A finite number as the value; else the text that JSON readings have for it.
    @inline(__always)
    fileprivate mutating func setReal(_ real: Double, _ intake: inout Intake) {
        guard real.isFinite else {
            setText(intake.intern(real.isNaN ? "NaN" : real < 0 ? "-Infinity" : "Infinity"))
            return
        }
        value = real
        hasValue = true
    }
}
