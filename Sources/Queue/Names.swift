public import Readings

/// What the numbers of series and contexts stand for, as of one read transaction.
public struct Names: Sendable {
    var seriesByNumber: [SeriesName] = []
    var contextsByNumber: [ReadingContext] = []

    public init() {}

    /// The series with this number; one without names when the number is not known.
    public func series(_ number: Int32) -> SeriesName {
        let index = Int(number)
        return index > 0 && index < seriesByNumber.count ? seriesByNumber[index] : .unknown
    }

    /// The context with this number; an empty one when the number is not known.
    public func context(_ number: Int32) -> ReadingContext {
        let index = Int(number)
        return index > 0 && index < contextsByNumber.count ? contextsByNumber[index] : .unknown
    }

    /// One more than the highest number of a series: what an encoder's own cache is sized by.
    public var seriesEnd: Int { seriesByNumber.count }
    public var contextsEnd: Int { contextsByNumber.count }
}

/// One instrument's measurement of one thing at one station.
public struct SeriesName: Sendable, Hashable {
    public var number: Int32
    public var station: String
    public var parameter: String
    public var sensor: Int
    /// Its row matches its checksum.
    var isIntact: Bool

    static let unknown = SeriesName(number: 0, station: "", parameter: "", sensor: 0, isIntact: false)
}

/// What many readings have in common.
public struct ReadingContext: Sendable, Hashable {
    public var number: Int32
    public var status: String?
    public var unit: String?
    public var rawUnit: String?
    public var source: String
    public var qualifiers: Qualifiers
    public var rules: String?
    public var cause: Cause?
    var isIntact: Bool

    static let unknown = ReadingContext(
        number: 0, status: nil, unit: nil, rawUnit: nil, source: "", qualifiers: [], rules: nil, cause: nil,
        isIntact: false)
}

extension SeriesName {
    /// Over every column but `newest_ms`, which moves.
    static func checksum(_ number: Int32, _ station: String, _ parameter: String, _ sensor: Int64) -> Int64 {
        var checksum = Checksum()
        checksum.mix(Int64(number))
        checksum.mix(station)
        checksum.mix(parameter)
        checksum.mix(sensor)
        return checksum.value
    }
}

extension ReadingContext {
    /// Over every column.
    var checksum: Int64 {
        var checksum = Checksum()
        checksum.mix(Int64(number))
        for text in [status, unit, rawUnit, source] { checksum.mix(text) }
        checksum.mix(Int64(qualifiers.rawValue))
        checksum.mix(rules)
        checksum.mix(cause?.rawValue)
        return checksum.value
    }
}
