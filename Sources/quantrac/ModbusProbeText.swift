import Modbus
import Registers

/// Which units answered, for people and for programs.
enum ModbusProbeText {
    /// How long it takes when nobody answers, where that is long enough to be told before.
    static func silenceEstimate(units: Int, _ patience: ModbusPatience) -> String? {
        let milliseconds = Int64(units) * Int64(1 + patience.retries) * patience.timeoutMilliseconds
        guard milliseconds >= 10_000 else { return nil }
        let seconds = (milliseconds + 999) / 1000
        let length = seconds < 120 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
        return "asking \(units) units: up to \(length) when they are silent; --timeout or --units make it shorter"
    }

    static func lines(_ scan: ModbusScan.UnitScan, asked: [UInt8]) -> [String] {
        var lines: [String] = []
        for (unit, presence) in scan.found {
            switch presence {
            case .answers(nil): lines.append("unit \(unit) answers")
            case .answers(let code?): lines.append("unit \(unit) answers (\(ModbusText.numbered(code)))")
            case .noise(let failure): lines.append("unit \(unit): \(ModbusText.short(failure))")
            case .silent, .refusedByGateway: break
            }
        }
        let silent = scan.found.filter { $0.presence == .silent }.map(\.unit)
        if !silent.isEmpty { lines.append("no answer from \(ModbusUnitList.text(silent))") }
        var refused: [UInt8: [UInt8]] = [:]
        for (unit, presence) in scan.found {
            if case .refusedByGateway(let code) = presence { refused[code, default: []].append(unit) }
        }
        for (code, units) in refused.sorted(by: { $0.key < $1.key }) {
            lines.append("\(ModbusText.numbered(code)): \(ModbusUnitList.text(units))")
        }
        if scan.found.count < asked.count, !scan.found.isEmpty {
            lines.append("not asked: \(ModbusUnitList.text(Array(asked.dropFirst(scan.found.count))))")
        }
        return lines
    }

    static func json(_ scan: ModbusScan.UnitScan) -> [String] {
        scan.found.map { unit, presence in
            var line = JSONLine()
            line.add("kind", "unit")
            line.add("unit_id", Int(unit))
            switch presence {
            case .answers(let code):
                line.add("answers", true)
                line.add("exception", code.map { Int($0) })
            case .refusedByGateway(let code):
                line.add("answers", false)
                line.add("exception", Int(code))
            case .silent:
                line.add("answers", false)
                line.add("error", ModbusText.short(.noAnswer))
            case .noise(let failure):
                line.add("answers", false)
                line.add("error", ModbusText.short(failure))
            }
            return line.finished
        }
    }

    /// Why there is nothing to look at; `nil` when a unit answers.
    static func failure(_ scan: ModbusScan.UnitScan, on address: BusAddress) -> CommandFailure? {
        if let failure = scan.failure {
            if failure.isStop { return nil }
            return CommandFailure(
                ModbusText.status(failure), "\(ModbusText.place(address)): \(ModbusText.advice(failure, on: address))")
        }
        guard scan.answering.isEmpty else { return nil }
        for (_, presence) in scan.found {
            switch presence {
            case .noise(let failure):
                return CommandFailure(
                    .unavailable,
                    "\(ModbusText.place(address)): bytes come, but no whole answer of a unit; "
                        + ModbusText.advice(failure, on: address))
            case .refusedByGateway(let code):
                return CommandFailure(
                    .unavailable,
                    "\(ModbusText.place(address)): a gateway is there and says \(ModbusText.numbered(code)); "
                        + "check its serial side")
            default: continue
            }
        }
        return CommandFailure(
            .unavailable, "\(ModbusText.place(address)): \(ModbusText.advice(.noAnswer, on: address))")
    }
}

/// What can be read of a table, for people and for programs.
struct ModbusRangeText {
    let unit: UInt8
    let scan: ModbusScan.RangeScan
    let requests: Int
    let address: BusAddress

    func lines() -> [String] {
        if case .noSuchTable(let code) = scan.ending {
            return ["\(scan.kind.rawValue): none (\(ModbusText.numbered(code)))"]
        }
        var table = Table("TABLE", "NUMBERS", "ADDRESSES", ">COUNT")
        for range in scan.readable {
            table.add(
                scan.kind.rawValue, ModbusNumber.text(scan.kind, range), ModbusNumber.addresses(range),
                "\(range.count)")
        }
        var lines = table.lines
        if lines.isEmpty { lines.append("\(scan.kind.rawValue): nothing can be read here") }
        for (code, ranges) in Dictionary(grouping: scan.refused, by: \.exception).sorted(by: { $0.key < $1.key }) {
            let places = ranges.map { ModbusNumber.addresses($0.addresses) }.joined(separator: ", ")
            lines.append("refused with \(ModbusText.numbered(code)): addresses \(places)")
        }
        if !scan.unanswered.isEmpty {
            let places = scan.unanswered.map(ModbusNumber.addresses).joined(separator: ", ")
            lines.append("without an answer: addresses \(places)")
        }
        switch scan.ending {
        case .complete, .noSuchTable, .failed: break
        case .silent(let failure):
            lines.append("stopped: unit \(unit) no longer answers (\(ModbusText.short(failure)))")
        case .tooManyUnanswered:
            lines.append("stopped: too many questions without an answer; look at fewer addresses, or shorten --timeout")
        }
        lines.append("(\(requests) \(requests == 1 ? "request" : "requests"))")
        return lines
    }

    func json() -> [String] {
        var lines: [String] = []
        for range in scan.readable { lines.append(line("range", range, nil)) }
        for refused in scan.refused { lines.append(line("refused", refused.addresses, refused.exception)) }
        for range in scan.unanswered { lines.append(line("unanswered", range, nil)) }
        if case .noSuchTable(let code) = scan.ending {
            var line = JSONLine()
            line.add("kind", "no_such_table")
            line.add("unit_id", Int(unit))
            line.add("table", scan.kind.rawValue)
            line.add("exception", Int(code))
            lines.append(line.finished)
        }
        return lines
    }

    private func line(_ kind: String, _ range: Range<Int>, _ exception: UInt8?) -> String {
        var line = JSONLine()
        line.add("kind", kind)
        line.add("unit_id", Int(unit))
        line.add("table", scan.kind.rawValue)
        line.add("first_number", ModbusNumber.text(scan.kind, range.lowerBound))
        line.add("last_number", ModbusNumber.text(scan.kind, range.upperBound - 1))
        line.add("first_address", range.lowerBound)
        line.add("last_address", range.upperBound - 1)
        line.add("count", range.count)
        if let exception { line.add("exception", Int(exception)) }
        return line.finished
    }
}
