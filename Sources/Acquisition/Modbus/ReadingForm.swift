import Readings
import Registers

/// How the content of a register becomes the value and the raw value of a reading.
struct ReadingForm {
    /// The value is the raw number.
    private let isUnscaled: Bool

    init(of register: RegisterDefinition) {
        isUnscaled = register.scale == 1 && register.offset == 0
    }

    /// Sets value, raw value and qualifiers; text is laid into `intake`.
    func fill(_ reading: inout DraftReading, with content: RegisterContent, in intake: inout Intake) {
        if let value = content.value {
            reading.value = value
            reading.hasValue = true
        }
        reading.raw = raw(of: content, in: &intake)
        if content.isSentinel { reading.qualifiers.insert(.sentinel) }
        if content.isNotANumber { reading.qualifiers.insert(.notANumber) }
        if content.isSaturated { reading.qualifiers.insert(.saturated) }
    }

    private func raw(of content: RegisterContent, in intake: inout Intake) -> DraftReading.Raw {
        switch content.raw {
        case .unsigned(let number):
            if isUnscaled, let value = content.value, UInt64(exactly: value) == number { return .sameAsValue }
            if let integer = Int64(exactly: number) { return .integer(integer) }
            return .number(intake.intern(String(number)))
        case .signed(let number):
            if isUnscaled, let value = content.value, Int64(exactly: value) == number { return .sameAsValue }
            return .integer(number)
        case .real(let number):
            if isUnscaled, content.value == number { return .sameAsValue }
            return .real(number)
        case .text(let text):
            return .text(intake.intern(text))
        }
    }
}
