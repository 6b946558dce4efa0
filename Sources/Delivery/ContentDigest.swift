import Foundation

/// Digests as text: RFC 9530 for the body, hexadecimal for people.
enum ContentDigest {
    /// `sha-256=:BASE64:`
    static func header(_ digest: [UInt8]) -> String {
        "sha-256=:\(Data(digest).base64EncodedString()):"
    }

    /// The SHA-256 in a `Content-Digest` header; `nil` when it has none that can be read.
    static func sha256(in header: String) -> [UInt8]? {
        for member in header.split(separator: ",") {
            let text = member.filter { $0 != " " }
            guard text.hasPrefix("sha-256=:"), text.hasSuffix(":"), text.count > 10 else { continue }
            return Data(base64Encoded: String(text.dropFirst(9).dropLast())).map { Array($0) }
        }
        return nil
    }

    /// Two hexadecimal digits in lower case a byte.
    static func hexadecimal(_ bytes: [UInt8]) -> String {
        String(bytes.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] })
    }

    /// The bytes of hexadecimal text; `nil` when it is none.
    static func bytes(hexadecimal text: String) -> [UInt8]? {
        let values = text.compactMap(\.hexDigitValue)
        guard values.count == text.count, values.count % 2 == 0 else { return nil }
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] * 16 + values[$0 + 1]) }
    }

    private static let digits = Array("0123456789abcdef")
}
