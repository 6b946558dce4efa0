import Rules

/// A `[[quality]]` that was read, and where it stands.
struct PlacedEntry {
    let entry: RuleBook.Entry
    let table: CheckedTable
    let tests: [PlacedTest]

    /// Where the match stands, else the entry.
    var matchPlace: Place { table.children["match"]?.first?.place ?? table.place }
}

/// Makes the rule sets of the checked `[[quality]]` tables, and checks what only shows when they are seen together.
struct RuleReader {
    let zones: ZoneCatalog
    var faults: FaultList

    /// The entries in the order of the files; one that has faults may be incomplete.
    mutating func read(_ tables: [CheckedTable]) -> [PlacedEntry] {
        var entries: [PlacedEntry] = []
        var seen: [RuleMatch: PlacedEntry] = [:]
        for table in tables {
            let placed = entry(table)
            entries.append(placed)
            // What is left of a match with a fault is another match.
            if let matches = table.children["match"], matches.first?.isWhole != true { continue }
            let match = placed.entry.match
            if let first = seen[match] {
                faults.add(
                    .duplicate, at: placed.matchPlace, key: "\(table.path).match",
                    "fits the same series as \(first.table.path) at \(first.matchPlace), and one of the two would never count; "
                        + "expected another match, or all tests in one")
            }
            seen[match] = seen[match] ?? placed
        }
        return entries
    }

    private mutating func entry(_ table: CheckedTable) -> PlacedEntry {
        var reader = TestReader(zones: zones, faults: faults)
        let tests = reader.tests(of: table)
        let set = reader.set(table, name: table.text("name"), version: table.text("version"), tests: tests)
        faults = reader.faults
        reader.extensionFaults(set, table).forEach { faults.append($0) }
        let match = match(table.children["match"]?.first)
        for test in tests {
            for fault in test.rule.faults + RuleReader.faults(of: test.rule, match) {
                faults.append(test.settingsFault(fault))
            }
        }
        for fault in set.movementFaults {
            if let test = tests.first(where: { $0.rule.key == fault.test }) { faults.append(test.settingsFault(fault)) }
        }
        return PlacedEntry(entry: RuleBook.Entry(match: match, set: set), table: table, tests: tests)
    }

    private func match(_ table: CheckedTable?) -> RuleMatch {
        guard let table else { return RuleMatch() }
        return RuleMatch(
            station: table.textIfAny("station"), parameter: table.textIfAny("parameter").flatMap(TextRule.symbol),
            sensor: table.integerIfAny("sensor").map { Int($0) }, domain: table.textIfAny("domain"))
    }

    /// What is wrong with a test for the series that a match fits.
    static func faults(of test: TestRule, _ match: RuleMatch) -> [RuleFault] {
        switch test {
        case .multivariate(let rule):
            guard let parameter = match.parameter, rule.partner(of: parameter) == nil else { return [] }
            let message =
                switch rule.relation {
                case .order:
                    "\"\(rule.relation.text)\" does not speak of \(parameter), which the match names; expected it on one side"
                case .movesWith:
                    "\"\(rule.relation.text)\" compares \(parameter), which the match names, with itself; expected another "
                        + "parameter"
                }
            return [RuleFault(test.key, "rule", .idle, message)]
        case .neighbour(let rule):
            let isSameStation = rule.station == nil || rule.station == match.station
            let isSameSensor = rule.sensor == nil || rule.sensor == match.sensor
            guard isSameStation, isSameSensor, rule.station != nil || rule.sensor != nil else { return [] }
            return [
                RuleFault(
                    test.key, nil, .idle, "names the series that the match fits, expected another sensor or station")
            ]
        default: return []
        }
    }
}
