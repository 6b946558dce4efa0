import Readings
import SQLite

/// What makes two readings of one key the same: raw value, raw unit and device status, never what was derived.
struct Content: Equatable {
    var status: Int32
    var rawUnit: Int32
    var raw: Raw

    enum Raw: Equatable {
        case nothing
        case integer(Int64)
        case real(Double)
        case text([UInt8])
        case literal([UInt8])

        /// Numbers compare by their exact value, whatever type they came in.
        static func == (left: Raw, right: Raw) -> Bool {
            switch (left, right) {
            case (.nothing, .nothing): true
            case (.integer(let left), .integer(let right)): left == right
            case (.real(let left), .real(let right)): left == right
            case (.integer(let integer), .real(let real)), (.real(let real), .integer(let integer)):
                Int64(exactly: real) == integer
            case (.text(let left), .text(let right)): left == right
            case (.literal(let left), .literal(let right)): left == right
            default: false
            }
        }
    }

    /// SQLite stores -0.0 in a REAL column as the integer 0; its sign is kept as a literal beside it.
    static let negativeZero = Array("-0.0".utf8)
}

extension DraftReading {
    /// The value without the sign of a zero; `nil` when there is none.
    var storedValue: Double? {
        guard hasValue, value.isFinite else { return nil }
        return value == 0 ? 0 : value
    }

    /// The raw value where it is not the value, in the one form in which it is stored and compared.
    @inline(__always)
    var storedRaw: StoredRaw {
        switch raw {
        case .sameAsValue: hasValue && value == 0 && value.sign == .minus ? .negativeZero : .sameAsValue
        case .integer(let integer):
            hasValue && Int64(exactly: value) == integer ? .sameAsValue : .integer(integer)
        case .real(let real):
            real.isFinite ? (hasValue && real == value ? .sameAsValue : .real(real)) : .sameAsValue
        case .text(let range): .text(range)
        case .number(let range): .literal(range)
        }
    }

    /// The raw value of a number that is the instrument's word for none.
    var storedSentinel: StoredRaw {
        switch storedRaw {
        case .sameAsValue: .real(value)
        case let raw: raw
        }
    }

    enum StoredRaw {
        case sameAsValue
        case negativeZero
        case integer(Int64)
        case real(Double)
        case text(TextRange)
        case literal(TextRange)
    }

    /// The raw value as content: of a new reading, cold path.
    func rawContent(in intake: Intake) -> Content.Raw {
        switch storedRaw {
        case .sameAsValue: storedValue.map { .real($0) } ?? .nothing
        case .negativeZero: .literal(Content.negativeZero)
        case .integer(let value): .integer(value)
        case .real(let value): .real(value)
        case .text(let range): .text(intake.copy(range))
        case .literal(let range): .literal(intake.copy(range))
        }
    }
}

extension Intake {
    /// The bytes of a range, copied.
    func copy(_ range: TextRange) -> [UInt8] {
        range.isInText ? Array(text[range.indices]) : Array(bytes[range.indices])
    }
}

extension Statement {
    /// The raw content of a stored row from its `value` and `raw` columns.
    func rawContent(value: Int32, raw: Int32) -> Content.Raw {
        switch type(raw) {
        case .null: isNull(value) ? .nothing : .real(double(value))
        case .integer: .integer(int64(raw))
        case .real: .real(double(raw))
        case .text: .text(bytes(raw))
        case .blob: .literal(bytes(raw))
        }
    }
}
