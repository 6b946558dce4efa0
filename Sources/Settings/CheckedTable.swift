import Registers
import Rules

/// A table whose keys have been checked against the schema, with the defaults filled in.
///
/// A key that was wrong is absent here; what the accessors give for it is never used, because the fault stands already.
struct CheckedTable: Sendable {
    /// A value as the schema's kind gives it: durations in milliseconds, sizes in bytes.
    enum Checked: Sendable {
        case text(String)
        case flag(Bool)
        case integer(Int64)
        case number(Double)
        case numbers([Double])
        case timeSpan(TimeSpan)
        /// In nanoseconds since 1970.
        case moment(Int64)
        case rawNumbers([RawNumber])
        case statuses([Int64: String])
        case map([String: String])
        case texts([(text: String, place: Place)])
    }

    /// Two numbers of a part of the calendar, or two moments in nanoseconds since 1970, in the order of the file.
    enum TimeSpan: Sendable {
        case numbers(Double, Double)
        case moments(Int64, Int64)
    }

    /// `queue`, `mqtt[field]`.
    let path: String
    let place: Place
    var values: [String: Checked] = [:]
    /// Of the keys that stand in a file or the environment.
    var places: [String: Place] = [:]
    /// The tables inside it that stand in a file, by name, in the order of the file.
    var children: [String: [CheckedTable]] = [:]

    func isSet(_ key: String) -> Bool { places[key] != nil }

    /// Whether each key that is set has a value, and so no fault of its own.
    var isWhole: Bool { places.keys.allSatisfy { values[$0] != nil } }

    /// Where the key stands, else where its table begins.
    func place(_ key: String) -> Place { places[key] ?? place }

    func text(_ key: String) -> String {
        if case .text(let text) = values[key] { text } else { "" }
    }

    /// The text, or `nil` where it is absent or empty.
    func textIfAny(_ key: String) -> String? {
        let text = text(key)
        return text.isEmpty ? nil : text
    }

    func flag(_ key: String) -> Bool {
        if case .flag(let flag) = values[key] { flag } else { false }
    }

    func integer(_ key: String) -> Int64 { integerIfAny(key) ?? 0 }

    /// The integer, or `nil` where there is none.
    func integerIfAny(_ key: String) -> Int64? {
        if case .integer(let integer) = values[key] { integer } else { nil }
    }

    /// The number, or `nil` where there is none.
    func numberIfAny(_ key: String) -> Double? {
        if case .number(let number) = values[key] { number } else { nil }
    }

    func numbers(_ key: String) -> [Double] {
        if case .numbers(let numbers) = values[key] { numbers } else { [] }
    }

    /// The span of two numbers, or `nil` where there is none.
    func spanIfAny(_ key: String) -> NumberSpan? {
        let numbers = numbers(key)
        return numbers.count == 2 ? NumberSpan(numbers[0], numbers[1]) : nil
    }

    func timeSpanIfAny(_ key: String) -> TimeSpan? {
        if case .timeSpan(let span) = values[key] { span } else { nil }
    }

    /// Nanoseconds since 1970, or `nil` where there is no time.
    func momentIfAny(_ key: String) -> Int64? {
        if case .moment(let nanoseconds) = values[key] { nanoseconds } else { nil }
    }

    func rawNumbers(_ key: String) -> [RawNumber] {
        if case .rawNumbers(let numbers) = values[key] { numbers } else { [] }
    }

    /// The statuses, or `nil` where there are none.
    func statusesIfAny(_ key: String) -> [Int64: String]? {
        if case .statuses(let statuses) = values[key] { statuses } else { nil }
    }

    /// The texts under their names; none where there is no such table.
    func map(_ key: String) -> [String: String] {
        if case .map(let map) = values[key] { map } else { [:] }
    }

    func texts(_ key: String) -> [String] { placedTexts(key).map(\.text) }

    func placedTexts(_ key: String) -> [(text: String, place: Place)] {
        if case .texts(let texts) = values[key] { texts } else { [] }
    }
}
