/// What holds between two parameters of a station.
///
/// IOOS QARTOD, test 9 (multi-variate): what does not hold is suspect; the manual names no fail.
public struct MultivariateRule: Sendable, Hashable {
    public var relation: Relation
    /// How far an order may be broken, in the unit of the left side.
    public var tolerance: Double
    /// How much later the other reading may be received.
    public var waitMilliseconds: Int64

    public init(relation: Relation, tolerance: Double = 0, waitMilliseconds: Int64 = 120_000) {
        self.relation = relation
        self.tolerance = tolerance
        self.waitMilliseconds = waitMilliseconds
    }

    /// The two sides of the rule.
    public enum Relation: Sendable, Hashable {
        /// `PM2.5 <= PM10`: at one observed time the left value is not above the right one.
        case order(left: String, Comparison, right: String)
        /// `moves with Flow`: a change that is too fast is suspect unless the other one changed too fast as well.
        case movesWith(String)
    }

    /// Between left and right.
    public enum Comparison: String, Sendable, Hashable, CaseIterable {
        case lessOrEqual = "<="
        case less = "<"
        case greaterOrEqual = ">="
        case greater = ">"

        /// Whether `left` and `right` keep the order, but for `tolerance`.
        public func holds(_ left: Double, _ right: Double, tolerance: Double) -> Bool {
            switch self {
            case .lessOrEqual: left <= right + tolerance
            case .less: left < right + tolerance
            case .greaterOrEqual: left >= right - tolerance
            case .greater: left > right - tolerance
            }
        }
    }

    /// The other parameter, for a series of `parameter`; `nil` when the rule does not speak of that one.
    public func partner(of parameter: String) -> String? {
        switch relation {
        case .order(let left, _, let right):
            parameter == left ? right : parameter == right ? left : nil
        case .movesWith(let other): other == parameter ? nil : other
        }
    }

    var faults: [RuleFault] {
        let key = "multivariate_test"
        var faults = RuleFault.negative(key, [("tolerance", tolerance)])
        if case .order(let left, _, let right) = relation, left == right {
            faults.append(RuleFault(key, "rule", .error, "compares \(left) with itself, expected two parameters"))
        }
        return faults
    }
}

extension MultivariateRule.Relation {
    /// Reads `A <= B` (also `<`, `>=`, `>`; spaces around the sign) or `moves with A`.
    public init?(text: String) {
        let prefix = "moves with "
        if text.hasPrefix(prefix) {
            let other = Self.trimmed(text.dropFirst(prefix.count))
            guard !other.isEmpty else { return nil }
            self = .movesWith(other)
            return
        }
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let signs = words.indices.filter { MultivariateRule.Comparison(rawValue: words[$0]) != nil }
        guard signs.count == 1, let sign = signs.first,
            let comparison = MultivariateRule.Comparison(rawValue: words[sign])
        else { return nil }
        let left = Self.trimmed(words[..<sign].joined(separator: " "))
        let right = Self.trimmed(words[(sign + 1)...].joined(separator: " "))
        guard !left.isEmpty, !right.isEmpty else { return nil }
        self = .order(left: left, comparison, right: right)
    }

    /// Spaces at the ends belong to no symbol.
    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = text[...]
        while text.last == " " { text.removeLast() }
        return String(text.drop { $0 == " " })
    }

    /// As `init(text:)` reads it.
    public var text: String {
        switch self {
        case .order(let left, let comparison, let right): "\(left) \(comparison.rawValue) \(right)"
        case .movesWith(let other): "moves with \(other)"
        }
    }
}

/// How far two instruments that measure the same may differ.
///
/// IOOS QARTOD, test 11 (neighbour): a larger difference is suspect; the manual names no fail.
public struct NeighbourRule: Sendable, Hashable {
    /// The station of the other instrument; `nil`: the same one.
    public var station: String?
    /// Its index; `nil`: the same as ours.
    public var sensor: Int?
    /// In the parameter's unit.
    public var maxDifference: Double
    /// How much later the other reading may be received.
    public var waitMilliseconds: Int64

    public init(station: String?, sensor: Int?, maxDifference: Double, waitMilliseconds: Int64 = 120_000) {
        self.station = station
        self.sensor = sensor
        self.maxDifference = maxDifference
        self.waitMilliseconds = waitMilliseconds
    }

    var faults: [RuleFault] {
        let key = "neighbour_test"
        var faults = RuleFault.negative(key, [("max_difference", maxDifference)])
        if station == nil, sensor == nil {
            faults.append(RuleFault(key, nil, .error, "names no neighbour, expected sensor or station"))
        }
        return faults
    }
}
