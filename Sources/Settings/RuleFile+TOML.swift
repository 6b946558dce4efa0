import Rules

extension RuleFile {
    /// The streams as `[[quality]]` tables for a file of `conf.d`: each for the parameter of its name.
    ///
    /// What `[[quality]]` would refuse stands in a comment, and in a warning.
    ///
    /// - Parameters:
    ///   - name: What the names of the rule sets begin with, `[a-z0-9-]{1,32}`.
    ///   - version: Of each rule set.
    ///   - domain: Of the stations that they are for; `nil`: of any.
    ///   - station: The station or glob that they are for; `nil`: all.
    /// - Throws: When a stream's name is no parameter symbol, an argument is not what it must be, or nothing would be left.
    public func toml(
        name: String, version: String, domain: String? = nil, station: String? = nil
    ) throws(SettingsFaults) -> (text: String, warnings: [SettingsWarning]) {
        var writer = RuleWriter(file: path, base: RuleMatch(station: station, domain: domain), version: version)
        writer.checkArguments(name: name)
        if isOfSettings {
            writer.faults.add(
                .conflict, at: Place(file: path), key: Schema.quality.name,
                "is a list of rules for the settings already, expected a file of ioos_qc; this one belongs into conf.d")
        }
        var taken: Set<String> = []
        for stream in streams {
            writer.add(stream, named: RuleName.derived(from: [name, stream.name].compactMap(\.self), taken: &taken))
        }
        let faults = writer.allFaults
        guard faults.isEmpty else { throw SettingsFaults(faults: faults) }
        return (writer.text, writer.warnings)
    }
}

/// Writes rule sets as `[[quality]]` tables.
private struct RuleWriter {
    let file: String
    let base: RuleMatch
    let version: String
    var faults = FaultList()
    private(set) var warnings: [SettingsWarning] = []
    private(set) var text: String
    private var hasAny = false
    /// What stands against the tests that were left out.
    private var refused: [SettingsFault] = []

    init(file: String, base: RuleMatch, version: String) {
        self.file = file
        self.base = base
        self.version = version
        let name = (file.split(separator: "/").last ?? "").filter { !$0.isNewline }
        text = "# Quality rules from \(name), made by `quantrac quality import`.\n"
    }

    /// Where nothing is left, the reasons are faults.
    var allFaults: [SettingsFault] {
        let all = faults.sorted(files: [file])
        return all.isEmpty && !hasAny ? refused : all
    }

    mutating func checkArguments(name: String) {
        let checks: [(key: String, text: String?, rule: TextRule)] = [
            ("name", name, .name), ("version", version, .version), ("domain", base.domain, .domain),
            ("station", base.station, .stationGlob),
        ]
        for (key, text, rule) in checks {
            guard let text else { continue }
            do throws(Misfit) {
                if text.isEmpty { throw Misfit("is empty, expected \(rule.description)") }
                try rule.check(text, zones: ZoneCatalog(directory: ""))
            } catch {
                faults.add(.badValue, at: Place(file: file), key: key, "\"\(text)\" \(error.reason)")
            }
        }
    }

    mutating func add(_ stream: RuleFile.Stream, named name: String) {
        guard let match = match(of: stream) else { return }
        var lines: [String] = []
        var kept = 0
        for (test, testName) in zip(stream.placed, stream.testNames) {
            let line = "\(test.rule.key) = \(test.rule.toml)"
            let faults = test.rule.faults + RuleReader.faults(of: test.rule, match)
            guard let fault = faults.first else {
                lines.append(line)
                kept += 1
                continue
            }
            let location = test.location(of: fault.argument)
            warnings.append(
                SettingsWarning(
                    at: location.place, key: location.key, "\(fault.message); `\(testName)` is left out, as a comment"))
            refused.append(test.settingsFault(fault))
            let argument = fault.argument.map { "\(test.rule.key).\($0)" } ?? test.rule.key
            lines.append("# Left out: \(argument) \(fault.message).")
            lines += line.split(separator: "\n").map { "# \($0)" }
        }
        hasAny = hasAny || kept > 0
        // A set without tests would take the place of another one that fits less closely.
        let head = ["[[quality]]", "name = \"\(name)\"", "version = \(Value.quoted(version))"] + matchLine(match)
        text +=
            "\n"
            + (head + lines + stream.set.ownLines).map { line in
                kept > 0 || line.hasPrefix("#") ? "\(line)\n" : "# \(line)\n"
            }.joined()
    }

    private mutating func match(of stream: RuleFile.Stream) -> RuleMatch? {
        var match = base
        guard let name = stream.name else {
            guard match.domain != nil || match.station != nil else {
                faults.add(
                    .conflict, at: stream.place, key: stream.key,
                    "names no stream, and its rules would fit every series; expected a domain or a station, or `streams`"
                )
                return nil
            }
            warnings.append(
                SettingsWarning(
                    at: stream.place, key: stream.key,
                    "names no stream, and its rules fit every parameter of \(match); a `parameter` in `match` is recommended"
                ))
            return match
        }
        guard let symbol = TextRule.symbol(name) else {
            faults.add(
                .badValue, at: stream.place, key: stream.key,
                "\"\(name)\" is no parameter symbol, expected 1 to 64 bytes without control characters")
            return nil
        }
        match.parameter = symbol
        return match
    }

    private func matchLine(_ match: RuleMatch) -> [String] {
        let parts = [
            match.domain.map { "domain = \(Value.quoted($0))" }, match.station.map { "station = \(Value.quoted($0))" },
            match.parameter.map { "parameter = \(Value.quoted($0))" },
        ].compactMap(\.self)
        return parts.isEmpty ? [] : ["match = { \(parts.joined(separator: ", ")) }"]
    }
}
