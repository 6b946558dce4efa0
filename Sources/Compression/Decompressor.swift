/// Decodes one body, piece by piece, up to a limit.
public struct Decompressor: ~Copyable {
    private var gzip: GzipStream?
    private var zstd: ZstdStream?

    /// - Throws: when the library has no memory.
    public init(_ coding: ContentCoding) throws(CompressionError) {
        switch coding {
        case .gzip:
            gzip = try GzipStream.decompressing()
            zstd = nil
        case .zstd:
            gzip = nil
            zstd = try ZstdStream.decompressing()
        }
    }

    /// Decodes the next bytes into `output`, which may not become longer than `limit`.
    ///
    /// - Throws: when the bytes are damaged or would become too long; the decoder is of no use afterwards.
    public mutating func append(
        _ bytes: Span<UInt8>, to output: inout [UInt8], limit: Int
    ) throws(CompressionError) {
        try gzip?.decompress(bytes, into: &output, limit: limit)
        try zstd?.decompress(bytes, into: &output, limit: limit)
    }

    /// Checks that the coded body was whole.
    public mutating func finish() throws(CompressionError) {
        if gzip?.isAtEnd == false { throw CompressionError(coding: .gzip, reason: .truncated) }
        if zstd?.isAtEnd == false { throw CompressionError(coding: .zstd, reason: .truncated) }
    }

    /// Decodes a whole body.
    public static func decode(
        _ bytes: Span<UInt8>, as coding: ContentCoding, limit: Int
    ) throws(CompressionError) -> [UInt8] {
        var decompressor = try Decompressor(coding)
        var output: [UInt8] = []
        try decompressor.append(bytes, to: &output, limit: limit)
        try decompressor.finish()
        return output
    }
}
