import Crypto

/// The digest under which a dead letter is known: SHA-256 over the whole payload.
public enum PayloadDigest {
    /// 32 bytes.
    public static func sha256(_ payload: Span<UInt8>) -> [UInt8] {
        // Crypto takes no spans; a copy costs less than the hash.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(payload.count)
        for index in payload.indices { bytes.append(payload[index]) }
        return Array(SHA256.hash(data: bytes))
    }
}
