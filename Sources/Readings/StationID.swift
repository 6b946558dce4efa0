/// The rules of a station's id: 1-64 of `A-Z a-z 0-9 . _ -`.
public enum StationID {
    public static let lengthMax = 64

    /// Whether the bytes are a station id.
    public static func isValid(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 1, bytes.count <= lengthMax else { return false }
        for index in 0..<bytes.count {
            let byte = bytes[index]
            let allowed = byte < 64 ? allowedBelow64 : allowedFrom64
            if byte >= 128 || allowed &>> UInt64(byte & 63) & 1 == 0 { return false }
        }
        return true
    }

    /// Whether the text is a station id.
    public static func isValid(_ text: String) -> Bool {
        isValid(Array(text.utf8).span)
    }

    /// A bit for `-`, `.` and each digit.
    private static let allowedBelow64: UInt64 = 0x03ff_6000_0000_0000
    /// A bit for each letter and `_`, counted from 64.
    private static let allowedFrom64: UInt64 = 0x07ff_fffe_87ff_fffe
}
