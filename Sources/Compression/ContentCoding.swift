/// A way to code a body, by its name in `Content-Encoding`.
public enum ContentCoding: String, Sendable, CaseIterable {
    /// RFC 8878, level 1: 1.2 GB/s of NDJSON to 7 % of its size on one core.
    case zstd
    /// RFC 1952, level 1: 0.4 GB/s to 13 %.
    case gzip
}

/// Why bytes could not be coded or decoded.
public struct CompressionError: Error, Sendable, Equatable {
    /// What is wrong.
    public enum Reason: Sendable, Equatable {
        /// The library had no memory.
        case outOfMemory
        /// The bytes are not of this coding, or damaged.
        case damaged
        /// The bytes end before the coded body does.
        case truncated
        /// Decoded, there would be more than the limit.
        case tooLarge
    }

    public let coding: ContentCoding
    public let reason: Reason

    /// What happened, for a person.
    public var message: String {
        switch reason {
        case .outOfMemory: "there is no memory for \(coding.rawValue)"
        case .damaged: "the bytes are no \(coding.rawValue) data, or damaged"
        case .truncated: "the \(coding.rawValue) data ends too early"
        case .tooLarge: "the \(coding.rawValue) data would be larger than the limit when decoded"
        }
    }
}
