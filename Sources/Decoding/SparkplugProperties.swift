import Readings

/// What the property set of a metric says of its readings: the unit, and what the device thinks of the value.
///
/// The unit goes by several names in the field: `engUnit`, `Engineering Units`, `unit`, in any case. `Quality` is
/// of the specification (Eclipse Sparkplug 3.0, 6.4.8): 192 good, 0 bad, 500 stale.
struct SparkplugProperties: Sendable {
    /// Empty text is no unit.
    var unit = 0..<0
    var quality: Int64?

    /// What the value of one property is.
    private struct Value {
        var start: Int
        var isNull = false
        var integer: Int64?
        var text: Range<Int>?
    }

    init() {}

    /// - Returns: `nil` and the failure when the metric cannot be understood for them.
    static func read(
        _ range: Range<Int>, _ bytes: Span<UInt8>
    ) throws(DecodingFailure) -> Result<SparkplugProperties, DecodingFailure> {
        var unitIndex = -1
        var qualityIndex = -1
        var keys = 0
        var values = 0
        var scanner = ProtobufScanner(range)
        while !scanner.isAtEnd {
            let field = try scanner.readField(bytes)
            switch field.number {
            case 1:
                try field.expect(.bytes)
                let key = bytes.extracting(try scanner.readBytes(bytes))
                if unitIndex < 0, isUnit(key) { unitIndex = keys }
                if qualityIndex < 0, isWord(key, "quality") { qualityIndex = keys }
                keys += 1
            case 2:
                try field.expect(.bytes)
                _ = try scanner.readBytes(bytes)
                values += 1
            default: try scanner.skip(field.wire, bytes)
            }
        }
        var properties = SparkplugProperties()
        // Keys and values belong together by their place: where one is missing, nobody knows which.
        guard keys == values else {
            return .failure(DecodingFailure(.missingMember, at: range.lowerBound))
        }
        guard unitIndex >= 0 || qualityIndex >= 0 else { return .success(properties) }
        scanner = ProtobufScanner(range)
        var index = 0
        while !scanner.isAtEnd {
            let field = try scanner.readField(bytes)
            guard field.number == 2 else {
                try scanner.skip(field.wire, bytes)
                continue
            }
            let place = try scanner.readBytes(bytes)
            if index == unitIndex || index == qualityIndex {
                let value = try value(place, bytes)
                if let failure = properties.keep(value, isUnit: index == unitIndex, bytes) {
                    return .failure(failure)
                }
            }
            index += 1
        }
        return .success(properties)
    }

    private mutating func keep(_ value: Value, isUnit: Bool, _ bytes: Span<UInt8>) -> DecodingFailure? {
        if value.isNull { return nil }
        if isUnit {
            guard let text = value.text, text.count <= TextRules.lengthMax,
                (try? UTF8Span(validating: bytes.extracting(text))) != nil,
                !TextRules.hasControl(bytes.extracting(text))
            else { return DecodingFailure(.badText, at: value.start) }
            unit = text
        } else {
            guard let integer = value.integer else { return DecodingFailure(.badText, at: value.start) }
            quality = integer
        }
        return nil
    }

    private static func value(_ range: Range<Int>, _ bytes: Span<UInt8>) throws(DecodingFailure)
        -> Value
    {
        var value = Value(start: range.lowerBound)
        var scanner = ProtobufScanner(range)
        while !scanner.isAtEnd {
            let field = try scanner.readField(bytes)
            switch field.number {
            case 2:
                try field.expect(.varint)
                value.isNull = try scanner.readVarint(bytes) != 0
            case 3:
                try field.expect(.varint)
                value.integer = Int64(Int32(truncatingIfNeeded: try scanner.readVarint(bytes)))
            case 4:
                try field.expect(.varint)
                value.integer = Int64(bitPattern: try scanner.readVarint(bytes))
            case 8:
                try field.expect(.bytes)
                value.text = try scanner.readBytes(bytes)
            default: try scanner.skip(field.wire, bytes)
            }
        }
        return value
    }

    private static func isUnit(_ key: Span<UInt8>) -> Bool {
        isWord(key, "engunit") || isWord(key, "engineering units") || isWord(key, "engineering unit")
            || isWord(key, "engunits") || isWord(key, "unit") || isWord(key, "units")
    }

    /// Whether it is the word, which is in lower case, in any case.
    private static func isWord(_ key: Span<UInt8>, _ word: String) -> Bool {
        guard key.count == word.utf8.count else { return false }
        var index = 0
        for byte in word.utf8 {
            let isUpper = key[index] &- 65 < 26
            guard (isUpper ? key[index] | 0x20 : key[index]) == byte else { return false }
            index += 1
        }
        return true
    }

    /// The device status that the quality is.
    func status(in intake: inout Intake) -> TextRange {
        switch quality {
        case nil: .none
        case 192: intake.intern("00")
        case 0: intake.intern("02")
        case .some(let code): intake.intern(String(code))
        }
    }
}
