import Compression
import Crypto
import NIOCore
import NIOFoundationCompat
import Queue

/// The body of an answer that carries lines, and what its headers say of it.
struct LineBody: Sendable {
    /// As sent, after coding.
    var bytes: ByteBuffer
    /// SHA-256 of the lines as NDJSON.
    var digest: [UInt8]
    /// SHA-256 of `bytes`.
    var contentDigest: [UInt8]
    var form: BodyForm
    var count = 0
    /// Lines that this form cannot carry.
    var omitted = 0
    var first: Int64?
    var last: Int64?
}

/// Makes a `LineBody` page by page, so that no more than a page is in memory beside what leaves.
struct LineBodyWriter: ~Copyable {
    /// How much the lines have come to as NDJSON.
    private(set) var ndjsonByteCount = 0
    private(set) var count = 0
    private let form: BodyForm
    private var bytes = ByteBuffer()
    private var coded: [UInt8] = []
    private var scratch = ByteBuffer()
    private var digest = SHA256()
    private var compressor: Compressor?
    private var omitted = 0
    private var first: Int64?
    private var last: Int64?

    init(_ form: BodyForm) throws(CompressionError) {
        self.form = form
        compressor = nil
        if let coding = form.coding { compressor = try Compressor(coding) }
        if form.format == .csv {
            scratch.writeString(CSVEncoder.header)
            try sendScratch()
        }
    }

    mutating func append(_ page: Page, ndjson: inout NDJSONEncoder, csv: inout CSVEncoder) throws(CompressionError) {
        count += page.count
        first = first ?? page.firstSequence
        last = page.lastSequence ?? last
        if form == BodyForm(format: .ndjson, coding: nil) {
            // Nothing stands between the lines and the wire, so they are written where they leave from.
            let start = bytes.readableBytes
            ndjson.append(page, to: &bytes)
            hash(bytes, from: start)
            return
        }
        scratch.clear()
        ndjson.append(page, to: &scratch)
        hash(scratch, from: 0)
        if form.format == .csv {
            omitted += page.records.count
            scratch.clear()
            csv.append(page, to: &scratch)
        }
        try sendScratch()
    }

    consuming func finish() throws(CompressionError) -> LineBody {
        if form.coding != nil {
            try Self.finish(&compressor, to: &coded)
            bytes = ByteBuffer(bytes: coded)
        }
        let digest = Array(digest.finalize())
        let isPlain = form == BodyForm(format: .ndjson, coding: nil)
        let contentDigest = isPlain ? digest : Array(SHA256.hash(data: bytes.readableBytesView))
        return LineBody(
            bytes: bytes, digest: digest, contentDigest: contentDigest, form: form, count: count, omitted: omitted,
            first: first, last: last)
    }

    private mutating func hash(_ buffer: ByteBuffer, from start: Int) {
        guard let view = buffer.viewBytes(at: buffer.readerIndex + start, length: buffer.readableBytes - start) else {
            preconditionFailure("the bytes were just written")
        }
        digest.update(data: view)
        ndjsonByteCount += view.count
    }

    private mutating func sendScratch() throws(CompressionError) {
        if form.coding != nil {
            try Self.code(scratch, by: &compressor, to: &coded)
        } else {
            bytes.writeImmutableBuffer(scratch)
        }
    }

    private static func finish(_ compressor: inout Compressor?, to coded: inout [UInt8]) throws(CompressionError) {
        try compressor?.finish(to: &coded)
    }

    private static func code(
        _ buffer: ByteBuffer, by compressor: inout Compressor?, to coded: inout [UInt8]
    ) throws(CompressionError) {
        try compressor?.append(buffer.readableBytesUInt8Span, to: &coded)
    }
}
