import CZlib

/// A zlib stream in one direction: one owner, freed when its life ends.
@safe struct GzipStream: ~Copyable {
    // zlib keeps a pointer to the stream in its state and refuses a moved one, so it has a place of its own.
    private let stream: UnsafeMutablePointer<z_stream>
    private let isDeflating: Bool
    private(set) var isAtEnd = false

    private init(adopting stream: UnsafeMutablePointer<z_stream>, isDeflating: Bool) {
        unsafe self.stream = stream
        self.isDeflating = isDeflating
    }

    deinit {
        if isDeflating { unsafe deflateEnd(stream) } else { unsafe inflateEnd(stream) }
        unsafe stream.deallocate()
    }

    static func compressing() throws(CompressionError) -> GzipStream {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 15 bits of window, 16 for a gzip header instead of a zlib one (zlib.h, deflateInit2).
        let result = unsafe deflateInit2_(
            stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else {
            unsafe stream.deallocate()
            throw CompressionError(coding: .gzip, reason: .outOfMemory)
        }
        return unsafe GzipStream(adopting: stream, isDeflating: true)
    }

    static func decompressing() throws(CompressionError) -> GzipStream {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let result = unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else {
            unsafe stream.deallocate()
            throw CompressionError(coding: .gzip, reason: .outOfMemory)
        }
        return unsafe GzipStream(adopting: stream, isDeflating: false)
    }

    mutating func compress(_ bytes: Span<UInt8>, isLast: Bool, into output: inout [UInt8]) throws(CompressionError) {
        let flush = isLast ? Z_FINISH : Z_NO_FLUSH
        try unsafe run(bytes, into: &output, limit: .max) { unsafe deflate($0, flush) }
        if isLast && !isAtEnd { throw CompressionError(coding: .gzip, reason: .damaged) }
    }

    mutating func decompress(_ bytes: Span<UInt8>, into output: inout [UInt8], limit: Int) throws(CompressionError) {
        if isAtEnd && bytes.count > 0 { throw CompressionError(coding: .gzip, reason: .damaged) }
        try unsafe run(bytes, into: &output, limit: limit) { unsafe inflate($0, Z_NO_FLUSH) }
    }

    /// Feeds all of `bytes` and takes all the library gives for them, in pieces of 64 KiB.
    private mutating func run(
        _ bytes: Span<UInt8>, into output: inout [UInt8], limit: Int,
        step: (UnsafeMutablePointer<z_stream>) -> Int32
    ) throws(CompressionError) {
        var failure: CompressionError?
        var hasEnded = false
        let stream = unsafe stream
        unsafe bytes.withUnsafeBufferPointer { input in
            // zlib does not write through next_in; the C declaration only lacks the const.
            let base = input.baseAddress
            unsafe stream.pointee.next_in = unsafe UnsafeMutablePointer(mutating: base)
            unsafe stream.pointee.avail_in = UInt32(input.count)
            var hasMore = true
            while hasMore && failure == nil && !hasEnded {
                let before = output.count
                let room = 65_536
                output.append(addingCapacity: room) { span in
                    unsafe span.withUnsafeMutableBufferPointer { buffer, count in
                        unsafe stream.pointee.next_out = buffer.baseAddress
                        unsafe stream.pointee.avail_out = UInt32(room)
                        let result = unsafe step(stream)
                        count = unsafe room - Int(stream.pointee.avail_out)
                        if result == Z_STREAM_END {
                            hasEnded = true
                        } else if result != Z_OK && result != Z_BUF_ERROR {
                            let reason: CompressionError.Reason = result == Z_MEM_ERROR ? .outOfMemory : .damaged
                            failure = CompressionError(coding: .gzip, reason: reason)
                        }
                    }
                }
                if output.count > limit { failure = CompressionError(coding: .gzip, reason: .tooLarge) }
                hasMore = output.count - before == room
            }
            // Bytes after the end of the coded body belong to nothing that was announced.
            if hasEnded, unsafe stream.pointee.avail_in > 0 {
                failure = CompressionError(coding: .gzip, reason: .damaged)
            }
        }
        if let failure { throw failure }
        isAtEnd = isAtEnd || hasEnded
    }
}
