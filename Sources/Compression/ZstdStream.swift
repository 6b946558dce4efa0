import CZstd

/// A zstd stream in one direction: one owner, freed when its life ends.
@safe struct ZstdStream: ~Copyable {
    // Exactly one of the two is there.
    private let compressor: OpaquePointer?
    private let decompressor: OpaquePointer?
    private(set) var isAtEnd = false

    private init(compressor: OpaquePointer?, decompressor: OpaquePointer?) {
        unsafe self.compressor = compressor
        unsafe self.decompressor = decompressor
    }

    deinit {
        unsafe ZSTD_freeCCtx(compressor)
        unsafe ZSTD_freeDCtx(decompressor)
    }

    static func compressing() throws(CompressionError) -> ZstdStream {
        guard let context = unsafe ZSTD_createCCtx() else {
            throw CompressionError(coding: .zstd, reason: .outOfMemory)
        }
        let stream = unsafe ZstdStream(compressor: context, decompressor: nil)
        let result = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1)
        if ZSTD_isError(result) != 0 { throw CompressionError(coding: .zstd, reason: .outOfMemory) }
        return stream
    }

    static func decompressing() throws(CompressionError) -> ZstdStream {
        guard let context = unsafe ZSTD_createDCtx() else {
            throw CompressionError(coding: .zstd, reason: .outOfMemory)
        }
        let stream = unsafe ZstdStream(compressor: nil, decompressor: context)
        // 8 MiB of window: what every decoder must support (RFC 8878, 3.1.1.1.2); more would be the sender's choice of
        // our memory.
        let result = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 23)
        if ZSTD_isError(result) != 0 { throw CompressionError(coding: .zstd, reason: .outOfMemory) }
        return stream
    }

    mutating func compress(_ bytes: Span<UInt8>, isLast: Bool, into output: inout [UInt8]) throws(CompressionError) {
        let mode = isLast ? ZSTD_e_end : ZSTD_e_continue
        let context = unsafe compressor
        var failure: CompressionError?
        unsafe bytes.withUnsafeBytes { source in
            var input = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            var isDone = false
            while !isDone && failure == nil {
                output.append(addingCapacity: 65_536) { span in
                    unsafe span.withUnsafeMutableBufferPointer { buffer, count in
                        var target = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
                        let rest = unsafe ZSTD_compressStream2(context, &target, &input, mode)
                        count = unsafe target.pos
                        if ZSTD_isError(rest) != 0 {
                            failure = CompressionError(coding: .zstd, reason: .outOfMemory)
                        }
                        // With e_continue the rest is only a hint; all input taken is what counts (zstd.h).
                        isDone = unsafe isLast ? rest == 0 : input.pos == input.size
                    }
                }
            }
        }
        if let failure { throw failure }
        isAtEnd = isLast
    }

    mutating func decompress(_ bytes: Span<UInt8>, into output: inout [UInt8], limit: Int) throws(CompressionError) {
        guard bytes.count > 0 else { return }
        if isAtEnd { throw CompressionError(coding: .zstd, reason: .damaged) }
        let context = unsafe decompressor
        var failure: CompressionError?
        var hasEnded = false
        unsafe bytes.withUnsafeBytes { source in
            var input = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            var isDone = false
            while !isDone && failure == nil {
                output.append(addingCapacity: 65_536) { span in
                    unsafe span.withUnsafeMutableBufferPointer { buffer, count in
                        var target = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
                        let rest = unsafe ZSTD_decompressStream(context, &target, &input)
                        count = unsafe target.pos
                        hasEnded = rest == 0
                        if ZSTD_isError(rest) != 0 {
                            failure = CompressionError(coding: .zstd, reason: .damaged)
                        }
                        // A full target may hold more back; a frame's end leaves nothing.
                        isDone = unsafe hasEnded || (input.pos == input.size && target.pos < target.size)
                    }
                }
                if output.count > limit { failure = CompressionError(coding: .zstd, reason: .tooLarge) }
            }
            // One frame is one body; what follows was not announced.
            if hasEnded, unsafe input.pos < input.size {
                failure = CompressionError(coding: .zstd, reason: .damaged)
            }
        }
        if let failure { throw failure }
        isAtEnd = hasEnded
    }
}
