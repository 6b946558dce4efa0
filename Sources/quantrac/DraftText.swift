import Readings

/// Readings that were decoded and nothing more, as people and programs read them.
enum DraftText {
    /// The members of the pull line that are known before a reading is judged and stored.
    static func json(_ reading: DraftReading, in intake: Intake) -> String {
        var line = JSONLine()
        line.add("kind", "reading")
        line.add("station", intake.string(reading.station))
        line.add("parameter", intake.string(reading.parameter))
        line.add("sensor", Int(reading.sensor))
        line.add("time", reading.time)
        line.add("value", reading.hasValue ? reading.value : nil)
        line.add("unit", intake.string(reading.unit))
        switch reading.raw {
        case .sameAsValue: line.add("raw_value", nil as String?)
        case .integer(let integer): line.add("raw_value", integer)
        case .real(let real): line.add("raw_value", real)
        case .text(let text): line.add("raw_value", intake.string(text))
        case .number(let text): line.raw("raw_value", intake.string(text) ?? "null")
        }
        line.add("raw_unit", intake.string(reading.rawUnit))
        line.add("status", intake.string(reading.status))
        line.add("qualifiers", reading.qualifiers.names)
        line.add("station_sequence", reading.hasStationSequence ? reading.stationSequence : nil)
        return line.finished
    }

    static func json(_ fault: Fault) -> String {
        var line = JSONLine()
        line.add("kind", "fault")
        line.add("index", fault.index.map { Int64($0) })
        line.add("offset", Int64(fault.offset))
        line.add("reason", fault.reason.rawValue)
        return line.finished
    }

    /// One reading in columns that fit most stations.
    static func line(_ reading: DraftReading, in intake: Intake) -> String {
        let name = intake.string(reading.parameter) ?? ""
        let cells = [
            reading.time.description, intake.string(reading.station) ?? "",
            reading.sensor == 1 ? name : "\(name) #\(reading.sensor)",
            "\(value(of: reading, in: intake)) \(intake.string(reading.unit) ?? "")",
            intake.string(reading.status) ?? "", reading.qualifiers.names.joined(separator: " "),
        ]
        let padded = zip(cells, [24, 12, 12, 18, 2, 0]).map { cell, width in
            let printable = Table.printable(cell)
            return printable + String(repeating: " ", count: max(0, width - printable.count))
        }
        return padded.joined(separator: "  ").trimmedEnd
    }

    static func table(_ intake: Intake) -> [String] {
        var table = Table("TIME (UTC)", "STATION", "PARAMETER", ">VALUE", "UNIT", "STATUS", "WHY")
        for reading in intake.readings {
            let name = intake.string(reading.parameter) ?? ""
            table.add(
                reading.time.description, intake.string(reading.station) ?? "",
                reading.sensor == 1 ? name : "\(name) #\(reading.sensor)", value(of: reading, in: intake),
                intake.string(reading.unit) ?? "", intake.string(reading.status) ?? "",
                reading.qualifiers.names.joined(separator: " "))
        }
        return table.lines
    }

    private static func value(of reading: DraftReading, in intake: Intake) -> String {
        if reading.hasValue { return ReadingTable.number(reading.value) }
        switch reading.raw {
        case .sameAsValue: return "–"
        case .integer(let integer): return "(\(integer))"
        case .real(let real): return "(\(real))"
        case .text(let text), .number(let text): return "(\(intake.string(text) ?? ""))"
        }
    }
}
