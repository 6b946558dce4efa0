import Queue
import Readings

/// Readings as a technician looks at them.
struct ReadingTable {
    private var table: Table
    private let localTime: LocalTime

    init(localTime: LocalTime) {
        self.localTime = localTime
        table = Table(
            ">SEQUENCE", "TIME (\(localTime.zone.name))", "STATION", "PARAMETER", ">VALUE", "UNIT", "STATUS", "FLAG",
            "WHY", ">REV")
    }

    mutating func add(_ reading: Reading) {
        table.add(
            "\(reading.sequence)", localTime.text(reading.time), reading.station,
            reading.sensor == 1 ? reading.parameter : "\(reading.parameter) #\(reading.sensor)",
            Self.value(of: reading), reading.unit ?? "", reading.status ?? "", Self.flag(reading.flag),
            reading.qualifiers.names.joined(separator: " "), reading.revision == 0 ? "" : "\(reading.revision)")
    }

    var lines: [String] { table.lines }

    /// The value, or what stood there instead of one.
    static func value(of reading: Reading) -> String {
        if let value = reading.value { return number(value) }
        switch reading.rawValue {
        case .sameAsValue: return "–"
        case .text(let text), .number(let text): return "(\(text))"
        case .integer(let integer): return "(\(integer))"
        case .real(let real): return "(\(real))"
        }
    }

    /// The shortest form, without the `.0` of a whole number.
    static func number(_ value: Double) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    static func flag(_ flag: QualityFlag) -> String {
        switch flag {
        case .pass: "1 pass"
        case .notEvaluated: "2 not evaluated"
        case .suspect: "3 suspect"
        case .fail: "4 fail"
        case .missing: "9 missing"
        }
    }
}
