import ArgumentParser

/// Unit ids as a person lists them: `1`, `1-247`, `1,3,10-12`.
struct ModbusUnitList: ExpressibleByArgument, Equatable {
    /// In the order in which they were named, each once.
    let units: [UInt8]

    init?(argument: String) {
        var units: [UInt8] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count <= 2, let first = Self.unit(ends[0]), let last = Self.unit(ends[ends.count - 1]),
                first <= last
            else { return nil }
            for unit in first...last where !units.contains(unit) { units.append(unit) }
        }
        self.units = units
    }

    private static func unit(_ text: Substring) -> UInt8? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt8(text)
    }

    /// `1-3, 7`: runs of ids, for people.
    static func text(_ units: [UInt8]) -> String {
        var runs: [ClosedRange<UInt8>] = []
        for unit in units.sorted() {
            if let last = runs.last, Int(last.upperBound) + 1 == Int(unit) {
                runs[runs.count - 1] = last.lowerBound...unit
            } else {
                runs.append(unit...unit)
            }
        }
        return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ", ")
    }
}
