/// How far a reading can be trusted: the primary flag of IOOS QARTOD.
public enum QualityFlag: Int, Sendable, Hashable, CaseIterable {
    case pass = 1
    case notEvaluated = 2
    case suspect = 3
    case fail = 4
    case missing = 9

    /// The rank in the roll-up, 9 < 2 < 1 < 3 < 4: the worst of several flags is the one that ranks highest.
    public var severity: Int {
        switch self {
        case .missing: 0
        case .notEvaluated: 1
        case .pass: 2
        case .suspect: 3
        case .fail: 4
        }
    }

    /// The worse of two flags by the roll-up order.
    public func worse(than other: QualityFlag) -> QualityFlag {
        severity >= other.severity ? self : other
    }
}
