/// What the command line asks for.
struct Options {
    var quantrac = ".build/release/quantrac"
    var folder = ""
    var python = ""
    var repetitions = 5
    /// Small counts, one repetition: whether everything runs, not how fast.
    var isQuick = false
    var isJSON = false
    var isHelp = false
    var only: [String] = []

    static let help = """
        Usage: Benchmarks/run [--quick] [--only 1,3] [--repeat 5] [--json]

        --quick     smaller counts, once: whether it runs, not how fast
        --only      these rows only
        --repeat    pairs a row; the median counts
        --json      one object a line
        --quantrac  the daemon to measure (.build/release/quantrac)
        --python    a Python that has ioos_qc, for row 4
        --folder    an empty folder for queues and logs, on the disk to measure

        Rows:
        """

    init(_ arguments: ArraySlice<String>) throws(UsageError) {
        var rest = arguments
        var repetitions: Int?
        while let argument = rest.popFirst() {
            switch argument {
            case "--quick": isQuick = true
            case "--json": isJSON = true
            case "--help", "-h": isHelp = true
            case "--quantrac": quantrac = try Self.value(of: argument, &rest)
            case "--python": python = try Self.value(of: argument, &rest)
            case "--folder": folder = try Self.value(of: argument, &rest)
            case "--only": only = try Self.value(of: argument, &rest).split(separator: ",").map(String.init)
            case "--repeat":
                guard let number = Int(try Self.value(of: argument, &rest)), (1...99).contains(number) else {
                    throw UsageError("--repeat takes a number from 1 to 99")
                }
                repetitions = number
            default: throw UsageError("unknown argument \(argument); --help lists them")
            }
        }
        self.repetitions = repetitions ?? (isQuick ? 1 : 5)
        if folder.isEmpty, !isHelp { throw UsageError("--folder is needed; Benchmarks/run makes one") }
    }

    private static func value(of name: String, _ rest: inout ArraySlice<String>) throws(UsageError) -> String {
        guard let value = rest.popFirst() else { throw UsageError("\(name) takes a value") }
        return value
    }
}

/// A command line that makes no sense.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A measurement that did not come about.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
