/// Codes one body, piece by piece.
public struct Compressor: ~Copyable {
    private var gzip: GzipStream?
    private var zstd: ZstdStream?

    /// - Throws: when the library has no memory.
    public init(_ coding: ContentCoding) throws(CompressionError) {
        switch coding {
        case .gzip:
            gzip = try GzipStream.compressing()
            zstd = nil
        case .zstd:
            gzip = nil
            zstd = try ZstdStream.compressing()
        }
    }

    /// Takes the next bytes and appends what is ready of the coded body to `output`.
    public mutating func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) throws(CompressionError) {
        try gzip?.compress(bytes, isLast: false, into: &output)
        try zstd?.compress(bytes, isLast: false, into: &output)
    }

    /// Appends the rest of the coded body to `output`; nothing may be appended afterwards.
    public mutating func finish(to output: inout [UInt8]) throws(CompressionError) {
        let nothing: [UInt8] = []
        try gzip?.compress(nothing.span, isLast: true, into: &output)
        try zstd?.compress(nothing.span, isLast: true, into: &output)
    }
}
