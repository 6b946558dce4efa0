/// The four tables of a Modbus device.
///
/// Modbus Application Protocol 1.1b3, 4.3 and 4.4.
public enum RegisterKind: String, Sendable, Hashable, CaseIterable {
    /// 16 bits, readable and writable; numbered from 40001.
    case holding
    /// 16 bits, read only; numbered from 30001.
    case input
    /// One bit, readable and writable; numbered from 1.
    case coil
    /// One bit, read only; numbered from 10001.
    case discrete

    /// The function code that reads it: 3, 4, 1, 2.
    public var readFunction: UInt8 {
        switch self {
        case .holding: 3
        case .input: 4
        case .coil: 1
        case .discrete: 2
        }
    }

    /// One bit an address, not 16.
    public var isBit: Bool { self == .coil || self == .discrete }
}
