public import Readings

/// One reading of a series, as far as a picture needs it.
public struct ChartPoint: Sendable, Hashable {
    public var time: Timestamp
    /// In the chart's unit; `nil` when there is none. NaN and infinities are drawn as if there were none.
    public var value: Double?
    public var flag: QualityFlag

    public init(time: Timestamp, value: Double?, flag: QualityFlag) {
        self.time = time
        self.value = value
        self.flag = flag
    }

    /// What the line runs through: a finite number which is not flagged as missing.
    var drawnValue: Double? {
        guard let value, value.isFinite, flag != .missing else { return nil }
        return value
    }
}
