import Foundation

/// Measures the rows of docs/benchmarks.md, each beside its reference, and prints them.
@main struct Bench {
    /// In the order in which they are run: what a row needs of an earlier one is made once.
    private static let rows: [(name: String, about: String, run: @Sendable (Workplace) throws -> [Row])] = [
        ("1", "drain, 1 reading a message", { try DrainRows(workplace: $0).oneReading() }),
        ("2", "drain, 10 readings a message", { try DrainRows(workplace: $0).tenReadings() }),
        ("3", "decode, judge and commit in process", { try InProcessRow(workplace: $0).emptyQueue() }),
        ("3q", "row 3 with six quality tests", { try InProcessRow(workplace: $0).judged() }),
        ("3f", "decoding of each format beside json", { try FormatRows(workplace: $0).rows() }),
        ("4", "six quality tests beside ioos_qc", { try QualityRow(workplace: $0).rows() }),
        ("5", "pull over loopback HTTP", { try PullRows(workplace: $0).rows() }),
        ("7", "Modbus polls", { try ModbusRows(workplace: $0).rows() }),
        ("8", "resident memory", { try MemoryRows(workplace: $0).rows() }),
        ("9", "start and rate with rows kept", { try KeptRows(workplace: $0).rows() }),
    ]

    static func main() {
        do {
            let options = try Options(CommandLine.arguments.dropFirst())
            if options.isHelp {
                print(Options.help)
                for row in rows { print("  \(row.name)  \(row.about)") }
                return
            }
            try run(options)
        } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            exit(error is UsageError ? 64 : 1)
        }
    }

    private static func run(_ options: Options) throws {
        if let unknown = options.only.first(where: { name in !rows.contains { $0.name == name } }) {
            throw UsageError("there is no row \(unknown): \(rows.map(\.name).joined(separator: ", "))")
        }
        let workplace = try Workplace(options)
        let machine = try Machine(workplace)
        let report = Report(isJSON: options.isJSON)
        report.begin(machine, options)
        var failed: [String] = []
        for row in rows where options.only.isEmpty || options.only.contains(row.name) {
            workplace.tell("row \(row.name): \(row.about)")
            do {
                for measured in try row.run(workplace) { report.print(measured) }
            } catch {
                failed.append("row \(row.name): \(error)")
            }
            workplace.empty()
        }
        if !failed.isEmpty { throw BenchError(failed.joined(separator: "\n")) }
    }
}
