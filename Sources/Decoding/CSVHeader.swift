import Formats
import Readings

/// What the columns of a payload are, by the cells of its header.
struct CSVHeader: Sendable {
    /// A column of the wide form, each cell of which is a value.
    struct Column: Sendable {
        var place: Int
        var symbol: TextRange
        /// `.none` when neither the header nor the format names one.
        var unit: TextRange
    }

    /// Where the columns that we know stand; `nil` when there is none.
    struct Places: Sendable {
        var station: Int?
        var time: Int?
        var parameter: Int?
        var value: Int?
        var unit: Int?
        var status: Int?
        var sensor: Int?

        subscript(key: FormatOptions.Key) -> Int? {
            get {
                switch key {
                case .station: station
                case .time: time
                case .parameter: parameter
                case .value: value
                case .unit: unit
                case .status: status
                case .sensor: sensor
                default: nil
                }
            }
            set {
                switch key {
                case .station: station = newValue
                case .time: time = newValue
                case .parameter: parameter = newValue
                case .value: value = newValue
                case .unit: unit = newValue
                case .status: status = newValue
                case .sensor: sensor = newValue
                default: break
                }
            }
        }
    }

    private(set) var places = Places()
    /// Of the wide form; empty in the long form, in which a row has a parameter and a value.
    private(set) var columns: [Column] = []
    private(set) var count = 0
    private let definition: FormatDefinition
    private var names = DistinctKeys()

    /// The columns that we know, and what the format calls those that it names.
    private let roles: [(key: FormatOptions.Key, name: String?)]

    init(_ definition: FormatDefinition) {
        self.definition = definition
        let keys: [FormatOptions.Key] = [.station, .time, .parameter, .value, .unit, .status, .sensor]
        roles = keys.map { key in
            // The topic names the station; a column of ours may, too.
            let name = definition.options[key]
            return (key, key == .station && name == "{station}" ? nil : name)
        }
    }

    /// Whether a row is one reading.
    var isLong: Bool { places.value != nil }

    /// No column is one that we know.
    var isStrange: Bool {
        let known = [
            places.station, places.time, places.parameter, places.value, places.unit, places.status, places.sensor,
        ]
        return known.allSatisfy { $0 == nil }
    }

    /// Takes the cells of a header; what they mean depends on nothing else.
    mutating func read(
        _ cells: [CSVCell], _ bytes: Span<UInt8>, _ topic: TopicNames, _ texts: inout CSVTextReader,
        _ intake: inout Intake
    ) throws(DecodingFailure) {
        places = Places()
        columns.removeAll(keepingCapacity: true)
        names.removeAll()
        count = cells.count
        let start = cells[0].start
        for place in cells.indices where !cells[place].isEmpty {
            guard names.insert(cells[place].range, of: bytes) else {
                throw DecodingFailure(.duplicateMember, at: cells[place].start)
            }
            if let role = role(of: cells[place], bytes, &texts) {
                guard places[role] == nil else { throw DecodingFailure(.duplicateMember, at: cells[place].start) }
                places[role] = place
            } else {
                // Until the whole header is known it may yet be one of the long form, which is ignored there.
                columns.append(Column(place: place, symbol: .none, unit: .none))
            }
        }
        for (key, name) in roles where name != nil && places[key] == nil {
            throw DecodingFailure(.missingMember, at: start)
        }
        if isLong {
            columns.removeAll(keepingCapacity: true)
            guard places.parameter != nil || !topic.parameter.isNone else {
                throw DecodingFailure(.missingMember, at: start)
            }
            return
        }
        guard places.parameter == nil, !columns.isEmpty else { throw DecodingFailure(.missingMember, at: start) }
        try nameColumns(cells, bytes, topic, &texts, &intake)
        guard !columns.isEmpty else { throw DecodingFailure(.missingMember, at: start) }
    }

    /// Gives the columns of the wide form their symbols and units, and drops those that the format leaves out.
    private mutating func nameColumns(
        _ cells: [CSVCell], _ bytes: Span<UInt8>, _ topic: TopicNames, _ texts: inout CSVTextReader,
        _ intake: inout Intake
    ) throws(DecodingFailure) {
        var named = 0
        // Two names may have one symbol; the symbols stand in `text` or in `bytes`, so they are compared where they
        // are.
        var seen: Set<[UInt8]> = []
        for column in columns {
            let cell = cells[column.place]
            guard let found = try texts.heading(cell, bytes, &intake, definition) else { continue }
            if !topic.parameter.isNone, !intake.isEqual(found.symbol, topic.parameter) {
                throw DecodingFailure(.topicMismatch, at: cell.start)
            }
            if found.isChanged || !seen.isEmpty {
                if seen.isEmpty { for other in columns[..<named] { seen.insert(intake.copy(of: other.symbol)) } }
                guard seen.insert(intake.copy(of: found.symbol)).inserted else {
                    throw DecodingFailure(.duplicateMember, at: cell.start)
                }
            }
            columns[named] = Column(place: column.place, symbol: found.symbol, unit: found.unit)
            named += 1
        }
        columns.removeSubrange(named...)
    }

    /// What a column is: the one that the format names, else one of our own names in any case.
    private func role(
        of cell: CSVCell, _ bytes: Span<UInt8>, _ texts: inout CSVTextReader
    ) -> FormatOptions.Key? {
        for (key, name) in roles {
            if let name {
                if texts.isEqual(cell, name, bytes) { return key }
            } else if bytes.isEqual(cell.range, ignoringCaseOf: key.rawValue) {
                return key
            }
        }
        return nil
    }
}

extension Span<UInt8> {
    /// Whether a piece is this word of lower-case ASCII letters, in any case.
    func isEqual(_ range: Range<Int>, ignoringCaseOf word: String) -> Bool {
        guard range.count == word.utf8.count else { return false }
        var index = range.lowerBound
        for byte in word.utf8 {
            guard self[index] | 0x20 == byte else { return false }
            index += 1
        }
        return true
    }
}

extension Intake {
    /// The bytes of a text.
    func copy(of range: TextRange) -> [UInt8] {
        range.isInText ? Array(text[range.indices]) : Array(bytes[range.indices])
    }
}
