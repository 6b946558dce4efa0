import Readings

/// The metrics that a birth announced: what their aliases and names stand for in the data that follow.
///
/// It is built once and never changed, so that copies of the decoder share it.
final class SparkplugBirth: Sendable {
    let entries: [Entry]
    let texts: [UInt8]
    private let aliases: [Int32]
    private let names: [Int32]
    /// How many of them make readings.
    let readable: Int
    /// Of memory that it takes, to be held against `SparkplugState.birthBytesMax`; an estimate.
    let bytes: Int

    /// One metric.
    struct Entry: Sendable {
        enum Kind: UInt8, Sendable {
            case reading
            /// Control and metadata, or left out by the settings.
            case ignored
            case badParameter
            /// Its unit cannot be kept, and a value without its unit would be another value.
            case badUnit
            /// An alias of more than one metric.
            case ambiguous
        }

        var kind: Kind
        /// Of `SparkplugType`; 0 when the birth did not tell.
        var type: UInt8
        var alias: UInt64
        /// Ranges of `texts`.
        var name: Piece
        var symbol: Piece
        var unit: Piece

        /// Of a data type that a reading can have.
        var isReadable: Bool { kind == .reading && (type == 0 || SparkplugType(rawValue: type) != nil) }
    }

    struct Piece: Sendable {
        var start: UInt32 = 0
        var count: UInt32 = 0

        var range: Range<Int> { Int(start)..<Int(start + count) }
    }

    init(_ draft: consuming Draft) {
        readable = draft.entries.count { $0.isReadable }
        entries = Self.exactly(draft.entries)
        texts = Self.exactly(draft.texts)
        aliases = draft.aliases
        names = draft.names
        // The object and the heads of its arrays.
        let fixed = 256
        bytes =
            fixed + entries.count * MemoryLayout<Entry>.stride + texts.count
            + (aliases.count + names.count) * MemoryLayout<Int32>.stride
    }

    /// The same without the room to grow, which would be kept as long as the birth.
    private static func exactly<Element>(_ grown: [Element]) -> [Element] {
        var exact: [Element] = []
        exact.reserveCapacity(grown.count)
        exact.append(contentsOf: grown)
        return exact
    }

    /// The index in `entries`; -1 when there is none.
    @inline(__always)
    func index(ofAlias alias: UInt64) -> Int { Self.find(alias, in: aliases, entries) }

    /// The index in `entries`; -1 when there is none.
    @inline(__always)
    func index(ofName name: Span<UInt8>) -> Int { Self.find(name, in: names, entries, texts) }

    /// Whether each alias stands for the same metric of the same type and unit in both.
    func hasSameAliases(as other: SparkplugBirth) -> Bool {
        guard aliases.count(where: { $0 >= 0 }) == other.aliases.count(where: { $0 >= 0 }) else { return false }
        for slot in aliases where slot >= 0 {
            let ours = entries[Int(slot)]
            let index = other.index(ofAlias: ours.alias)
            guard index >= 0 else { return false }
            let theirs = other.entries[index]
            guard ours.kind == theirs.kind, ours.type == theirs.type,
                texts[ours.name.range] == other.texts[theirs.name.range],
                texts[ours.unit.range] == other.texts[theirs.unit.range]
            else { return false }
        }
        return true
    }

    @inline(__always)
    private static func find(_ alias: UInt64, in slots: [Int32], _ entries: [Entry]) -> Int {
        let mask = slots.count - 1
        var slot = SeededHash.of(alias) & mask
        while slots[slot] >= 0 {
            if entries[Int(slots[slot])].alias == alias { return Int(slots[slot]) }
            slot = (slot + 1) & mask
        }
        return -1
    }

    @inline(__always)
    private static func find(
        _ name: Span<UInt8>, in slots: [Int32], _ entries: [Entry], _ texts: [UInt8]
    ) -> Int {
        let mask = slots.count - 1
        var slot = SeededHash.of(name) & mask
        while slots[slot] >= 0 {
            let known = entries[Int(slots[slot])].name
            if known.count == name.count, texts.span.extracting(known.range).isEqual(to: name) {
                return Int(slots[slot])
            }
            slot = (slot + 1) & mask
        }
        return -1
    }

    /// A birth that is being read.
    struct Draft: Sendable {
        fileprivate(set) var entries: [Entry] = []
        fileprivate(set) var texts: [UInt8] = []
        fileprivate var aliases: [Int32]
        fileprivate var names: [Int32]

        /// - Parameter metrics: As many as there are at most.
        init(metrics: Int) {
            var capacity = 4
            // An alias of several metrics needs an entry of its own.
            while capacity < metrics * 4 { capacity *= 2 }
            aliases = Array(repeating: -1, count: capacity)
            names = aliases
            entries.reserveCapacity(metrics)
        }

        /// Adds a metric; its entry, or why there is none.
        mutating func add(
            _ metric: SparkplugMetric, _ properties: Result<SparkplugProperties, DecodingFailure>,
            _ bytes: Span<UInt8>, _ naming: SparkplugNaming
        ) -> Result<Int, DecodingFailure> {
            let name = bytes.extracting(metric.name)
            guard !name.isEmpty else {
                return .failure(DecodingFailure(.missingMember, at: metric.start))
            }
            let isRepeated = SparkplugBirth.find(name, in: names, entries, texts) >= 0
            let other = metric.hasAlias ? SparkplugBirth.find(metric.alias, in: aliases, entries) : -1
            if isRepeated || other >= 0 {
                if metric.hasAlias { confuse(metric.alias) }
                return .failure(DecodingFailure(.duplicateMember, at: metric.start))
            }
            var entry = Entry(
                kind: .reading, type: UInt8(clamping: metric.type), alias: metric.alias, name: keep(name),
                symbol: Piece(), unit: Piece())
            switch naming.meaning(of: name) {
            case .itself: entry.symbol = entry.name
            case .symbol(let symbol): entry.symbol = keep(symbol.span)
            case .ignored: entry.kind = .ignored
            case .invalid: entry.kind = .badParameter
            }
            if case .success(let properties) = properties {
                entry.unit = keep(bytes.extracting(properties.unit))
            } else if entry.kind == .reading {
                entry.kind = .badUnit
            }
            if entry.kind == .reading, entry.unit.count == 0,
                let unit = naming.unit(of: texts.span.extracting(entry.symbol.range))
            {
                entry.unit = keep(Array(unit.utf8).span)
            }
            entries.append(entry)
            insert(entries.count - 1, into: \.names, SeededHash.of(name))
            if metric.hasAlias { insert(entries.count - 1, into: \.aliases, SeededHash.of(metric.alias)) }
            return .success(entries.count - 1)
        }

        /// From now on nobody knows what the alias stands for.
        private mutating func confuse(_ alias: UInt64) {
            entries.append(
                Entry(
                    kind: .ambiguous, type: 0, alias: alias, name: Piece(), symbol: Piece(), unit: Piece()))
            let mask = aliases.count - 1
            var slot = SeededHash.of(alias) & mask
            while aliases[slot] >= 0, entries[Int(aliases[slot])].alias != alias {
                slot = (slot + 1) & mask
            }
            aliases[slot] = Int32(entries.count - 1)
        }

        private mutating func insert(
            _ entry: Int, into table: WritableKeyPath<Draft, [Int32]>, _ hash: Int
        ) {
            let mask = self[keyPath: table].count - 1
            var slot = hash & mask
            while self[keyPath: table][slot] >= 0 { slot = (slot + 1) & mask }
            self[keyPath: table][slot] = Int32(entry)
        }

        private mutating func keep(_ text: Span<UInt8>) -> Piece {
            let start = texts.count
            for index in text.indices { texts.append(text[index]) }
            return Piece(start: UInt32(start), count: UInt32(text.count))
        }
    }
}
