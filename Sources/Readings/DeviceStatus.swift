/// What an instrument says of itself, as far as the regulation knows the code.
///
/// Thông tư 10/2021/TT-BTNMT: `00` measuring, `01` calibrating, `02` error. `03` maintenance is written by loggers
/// in the field. The code itself is kept verbatim beside the reading.
public enum DeviceStatus: UInt8, Sendable, Hashable {
    case notTold, measuring, calibrating, error, maintenance, unknown

    /// The meaning of a code as it arrived.
    public init(code: Span<UInt8>) {
        guard code.count == 2, code[0] == UInt8(ascii: "0") else {
            self = code.isEmpty ? .notTold : .unknown
            return
        }
        switch code[1] {
        case UInt8(ascii: "0"): self = .measuring
        case UInt8(ascii: "1"): self = .calibrating
        case UInt8(ascii: "2"): self = .error
        case UInt8(ascii: "3"): self = .maintenance
        default: self = .unknown
        }
    }
}
