/// The data types of metrics that a reading can have (Eclipse Sparkplug 3.0, 6.4.16).
enum SparkplugType: UInt8, Sendable {
    case int8 = 1
    case int16, int32, int64, uint8, uint16, uint32, uint64, float, double, boolean, string, dateTime,
        text, uuid

    /// In bits; `nil` for those that are no signed integers.
    var signedWidth: UInt64? {
        switch self {
        case .int8: 8
        case .int16: 16
        case .int32: 32
        case .int64: 64
        default: nil
        }
    }

    /// In bits; `nil` for those that are no unsigned integers. A `DateTime` is milliseconds since 1970.
    var unsignedWidth: UInt64? {
        switch self {
        case .uint8: 8
        case .uint16: 16
        case .uint32: 32
        case .uint64, .dateTime: 64
        default: nil
        }
    }
}
