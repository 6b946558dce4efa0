/// Why a reading's flag is what it is, beside the QARTOD tests: what the device, the clock or the registry said.
///
/// `docs/glossary.md` gives the meaning and the Vietnamese term of each code.
public struct Qualifiers: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The device was calibrating (status 01).
    public static let calibrating = Qualifiers(rawValue: 1 << 0)
    /// The device reported an error (status 02).
    public static let deviceError = Qualifiers(rawValue: 1 << 1)
    /// The device or a technician reported maintenance (status 03).
    public static let maintenance = Qualifiers(rawValue: 1 << 2)
    /// The device reported a status that the regulation does not know.
    public static let unknownStatus = Qualifiers(rawValue: 1 << 3)
    /// The raw value was one of the instrument's sentinels; the value is null.
    public static let sentinel = Qualifiers(rawValue: 1 << 4)
    /// The raw value was no finite number; the value is null.
    public static let notANumber = Qualifiers(rawValue: 1 << 5)
    /// The device did not answer; the value is null.
    public static let noAnswer = Qualifiers(rawValue: 1 << 6)
    /// The raw value stood at an end of the instrument's range.
    public static let saturated = Qualifiers(rawValue: 1 << 7)
    /// The value is below the method's detection limit.
    public static let belowDetectionLimit = Qualifiers(rawValue: 1 << 8)
    /// Observed further ahead of our clock than `future_limit` allows.
    public static let future = Qualifiers(rawValue: 1 << 9)
    /// Received later after its observation than `late_limit` allows.
    public static let late = Qualifiers(rawValue: 1 << 10)
    /// The time was due but missing, or our own clock was not synchronised.
    public static let clock = Qualifiers(rawValue: 1 << 11)
    /// The station or the parameter is not registered.
    public static let unregistered = Qualifiers(rawValue: 1 << 12)
    /// The unit cannot be converted to the parameter's own.
    public static let unitNotConvertible = Qualifiers(rawValue: 1 << 13)
    /// Another source gave another value for the same key.
    public static let conflict = Qualifiers(rawValue: 1 << 14)
    /// An average with too few valid values; the value is null.
    public static let averageIncomplete = Qualifiers(rawValue: 1 << 15)

    /// Every qualifier with the code that travels on the pull line, in the order in which they are written.
    public static let codes: [(qualifier: Qualifiers, code: String)] = [
        (.calibrating, "CAL"), (.deviceError, "ERR"), (.maintenance, "MNT"), (.unknownStatus, "STA"),
        (.sentinel, "SEN"), (.notANumber, "NAN"), (.noAnswer, "COM"), (.saturated, "SAT"),
        (.belowDetectionLimit, "MDL"), (.future, "FUT"), (.late, "LAT"), (.clock, "CLK"),
        (.unregistered, "UNR"), (.unitNotConvertible, "UNI"), (.conflict, "CON"), (.averageIncomplete, "AI"),
    ]

    /// The codes of the members, in the order of `codes`.
    public var names: [String] {
        Self.codes.filter { contains($0.qualifier) }.map(\.code)
    }

    /// The worst flag the members force on a reading that has a value; `nil` when none forces any.
    ///
    /// CAL, ERR, MNT, SAT and FUT fail; STA, CLK, UNI and CON make suspect.
    public var forcedFlag: QualityFlag? {
        if !isDisjoint(with: [.calibrating, .deviceError, .maintenance, .saturated, .future]) { return .fail }
        if !isDisjoint(with: [.unknownStatus, .clock, .unitNotConvertible, .conflict]) { return .suspect }
        return nil
    }
}
