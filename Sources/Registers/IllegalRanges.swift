/// Addresses that a device refuses to read.
public struct IllegalRanges: Sendable, Hashable, CustomStringConvertible {
    /// Of each kind in ascending order, apart from each other; never an empty list, so that equal sets are equal.
    private var ranges: [RegisterKind: [Range<Int>]] = [:]

    public init() {}

    /// Adds addresses; those that touch others become one range with them.
    public mutating func insert(_ addresses: Range<Int>, of kind: RegisterKind) {
        guard !addresses.isEmpty else { return }
        var merged = addresses
        var others: [Range<Int>] = []
        for range in ranges[kind] ?? [] {
            if range.upperBound < merged.lowerBound || merged.upperBound < range.lowerBound {
                others.append(range)
            } else {
                merged = min(merged.lowerBound, range.lowerBound)..<max(merged.upperBound, range.upperBound)
            }
        }
        let place = others.firstIndex { $0.lowerBound > merged.lowerBound } ?? others.count
        others.insert(merged, at: place)
        ranges[kind] = others
    }

    /// One of the addresses is refused.
    public func overlap(_ addresses: Range<Int>, of kind: RegisterKind) -> Bool {
        (ranges[kind] ?? []).contains { $0.overlaps(addresses) }
    }

    /// Nothing is refused.
    public var isEmpty: Bool { ranges.isEmpty }

    /// The refused addresses of a kind, ascending, no two of them touching.
    public func ranges(of kind: RegisterKind) -> [Range<Int>] { ranges[kind] ?? [] }

    /// `holding 10-12, holding 20, input 3`, for people.
    public var description: String {
        RegisterKind.allCases.flatMap { kind in ranges(of: kind).map { kind.text(of: $0) } }.joined(separator: ", ")
    }
}

extension RegisterKind {
    /// `holding 10-12`, or `input 3`: addresses from 0, for people.
    public func text(of addresses: Range<Int>) -> String {
        addresses.count == 1
            ? "\(rawValue) \(addresses.lowerBound)" : "\(rawValue) \(addresses.lowerBound)-\(addresses.upperBound - 1)"
    }
}
