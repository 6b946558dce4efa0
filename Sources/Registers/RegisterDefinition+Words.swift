extension RegisterDefinition {
    /// The words that say `raw`: the inverse of `content`, for the simulator; `nil` when it does not fit.
    ///
    /// A whole number fits in whichever case says it; a real number is rounded to the nearest `float32` where that is
    /// the type, and `NaN`, `Infinity` and `-Infinity` fit both floats. Of `bit` and `bits` only their own bits are set:
    /// a register that several share is the union of all. A string is filled up with zero bytes.
    public func words(of raw: RawContent) -> [UInt16]? {
        switch type {
        case .string:
            return words(ofText: raw)
        case .float32:
            return real(raw).flatMap { number in
                let single = Float(number)
                return single.isFinite == number.isFinite ? split(UInt64(single.bitPattern)) : nil
            }
        case .float64:
            return real(raw).map { split($0.bitPattern) }
        case .bcd16, .bcd32:
            if let bits = hexadecimal(raw) { return split(bits) }
            return integer(raw).map { split(BinaryDecimal.bits(of: UInt64($0), digits: 4 * count)) }
        case .bit, .bits:
            return integer(raw).map { split(UInt64($0) << UInt64(bit)) }
        case .bool, .uint16, .int16, .uint32, .int32, .uint64, .int64:
            return integer(raw).map { split(UInt64(truncatingIfNeeded: $0)) }
        }
    }

    /// The raw number nearest to a value in `unit`: (value - offset) / scale, clamped to the type's range.
    ///
    /// Halves are rounded away from zero. A string gets the decimals that it has room for, six at most. NaN is the text
    /// `NaN` where the type is a float or a string, else 0. The result may happen to be one of `missing` or `saturated`.
    public func raw(of value: Double) -> RawContent {
        let number = scale == 1 && offset == 0 ? value : (value - offset) / scale
        switch type {
        case .float32:
            if number.isNaN { return .text("NaN") }
            let largest = Float.greatestFiniteMagnitude
            return .real(Double(max(-largest, min(largest, Float(number)))))
        case .float64:
            if number.isNaN { return .text("NaN") }
            let largest = Double.greatestFiniteMagnitude
            return .real(max(-largest, min(largest, number)))
        case .string:
            return .text(RegisterText.decimal(number, bytes: 2 * count))
        case .bool, .bit, .bits, .uint16, .int16, .uint32, .int32, .uint64, .int64, .bcd16, .bcd32:
            let nearest = nearestInteger(to: number)
            return integers.lowerBound < 0
                ? .signed(Int64(truncatingIfNeeded: nearest)) : .unsigned(UInt64(truncatingIfNeeded: nearest))
        }
    }

    /// The raw numbers of a type that holds whole ones; of the others 0 only.
    var integers: ClosedRange<Int128> {
        switch type {
        case .bool, .bit: 0...1
        case .bits: 0...(1 << Int128(max(1, min(width, 16))) - 1)
        case .uint16: 0...Int128(UInt16.max)
        case .int16: Int128(Int16.min)...Int128(Int16.max)
        case .uint32: 0...Int128(UInt32.max)
        case .int32: Int128(Int32.min)...Int128(Int32.max)
        case .uint64: 0...Int128(UInt64.max)
        case .int64: Int128(Int64.min)...Int128(Int64.max)
        case .bcd16: 0...9999
        case .bcd32: 0...99_999_999
        case .float32, .float64, .string: 0...0
        }
    }

    private func nearestInteger(to number: Double) -> Int128 {
        let (lowest, highest) = (integers.lowerBound, integers.upperBound)
        if number.isNaN { return 0 }
        if number >= Double(highest) { return highest }
        if number <= Double(lowest) { return lowest }
        return Int128(number.rounded(.toNearestOrAwayFromZero))
    }

    private func integer(_ raw: RawContent) -> Int128? {
        let number: Int128? =
            switch raw {
            case .unsigned(let number): Int128(number)
            case .signed(let number): Int128(number)
            case .real(let number): Int128(exactly: number)
            case .text: nil
            }
        return number.flatMap { integers.contains($0) ? $0 : nil }
    }

    private func real(_ raw: RawContent) -> Double? {
        switch raw {
        case .unsigned(let number): Double(exactly: number)
        case .signed(let number): Double(exactly: number)
        case .real(let number): number
        case .text("NaN"): .nan
        case .text("Infinity"): .infinity
        case .text("-Infinity"): -.infinity
        case .text: nil
        }
    }

    /// The bits of digits that are no BCD.
    private func hexadecimal(_ raw: RawContent) -> UInt64? {
        guard case .text(let text) = raw, text.hasPrefix("0x"), text.utf8.count == 2 + 4 * count else { return nil }
        return UInt64(text.dropFirst(2), radix: 16)
    }

    private func words(ofText raw: RawContent) -> [UInt16]? {
        guard case .text(let text) = raw, let bytes = RegisterText.bytes(of: text), bytes.count <= 2 * count else {
            return nil
        }
        let swaps = order?.swapsBytes ?? false
        return (0..<count).map { place in
            let high = 2 * place < bytes.count ? bytes[2 * place] : 0
            let low = 2 * place + 1 < bytes.count ? bytes[2 * place + 1] : 0
            let word = UInt16(high) << 8 | UInt16(low)
            return swaps ? word.byteSwapped : word
        }
    }
}

extension RegisterDefinition {
    /// The device status that a raw number means, by `status`; others keep their number.
    ///
    /// `nil` when the register says no status. What is no number stays as it is.
    public func statusCode(of raw: RawContent) -> String? {
        guard let status else { return nil }
        let number: Int64? =
            switch raw {
            case .unsigned(let number): Int64(exactly: number)
            case .signed(let number): number
            case .real(let number): Int64(exactly: number)
            case .text: nil
            }
        if let number { return status[number] ?? String(number) }
        return type.text(of: raw)
    }
}
