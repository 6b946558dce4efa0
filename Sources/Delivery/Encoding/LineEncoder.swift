import NIOCore
import Queue
import Readings

/// Writes rows of one queue as lines of one format.
///
/// The pieces of a line that hang on its series or its context are made once and copied from then on, eight bytes at a
/// time; a line allocates nothing and makes no `String`, except for a value of more than 15 digits.
struct LineEncoder {
    private let format: LineFormat
    private var store = FragmentStore()
    private let constants: Constants
    // By number; nil where none was met yet.
    private var series: [FragmentStore.Fragment?] = []
    private var contexts: [Context?] = []

    private struct Constants {
        var opening, beforeValue, beforeTests, beforeSettles, beforeVersion, closing, null: FragmentStore.Fragment
    }

    private struct Context {
        var unit, status, qualifiers, rules, source: FragmentStore.Fragment
        var byteCount: Int
    }

    init(_ format: LineFormat) {
        self.format = format
        constants = Constants(
            opening: store.add(format.opening), beforeValue: store.add(format.beforeValue),
            beforeTests: store.add(format.beforeTests), beforeSettles: store.add(format.beforeSettles),
            beforeVersion: store.add(format.beforeVersion), closing: store.add(format.closing),
            null: store.add(format.null))
    }

    /// Appends the lines of some rows of a page.
    mutating func append(_ range: Range<Int>, of page: Page, to buffer: inout ByteBuffer) {
        var start = range.lowerBound
        // Few enough that the zeros written ahead stay in the cache.
        while start < range.upperBound {
            let end = min(start + 128, range.upperBound)
            encode(start..<end, of: page, to: &buffer)
            start = end
        }
    }

    private mutating func encode(_ range: Range<Int>, of page: Page, to buffer: inout ByteBuffer) {
        let room = prepare(range, of: page)
        let begin = buffer.readableBytes
        buffer.writeRepeatingByte(0, count: room + MutableRawSpan.overrun)
        let end = write(range, of: page, to: &buffer, at: begin)
        buffer.moveWriterIndex(to: buffer.readerIndex + end)
    }

    /// Makes the pieces that are missing, and says how many bytes the lines take at most.
    private mutating func prepare(_ range: Range<Int>, of page: Page) -> Int {
        // Seven numbers of at most 20 bytes, two doubles of at most 32, two times, eleven digits, the constants.
        var room = range.count * 384
        if series.count < page.names.seriesEnd {
            series += Array(repeating: nil, count: page.names.seriesEnd - series.count)
        }
        if contexts.count < page.names.contextsEnd {
            contexts += Array(repeating: nil, count: page.names.contextsEnd - contexts.count)
        }
        for index in range {
            room +=
                seriesPiece(page.rows[index].series, page.names) + contextPieces(page.rows[index].context, page.names)
            switch page.rows[index].raw {
            case .text(_, let count), .number(_, let count): room += Int(count) * 6 + 2
            default: break
            }
        }
        return room
    }

    private mutating func seriesPiece(_ number: Int32, _ names: Names) -> Int {
        let index = Int(number)
        if let known = series[index] { return Int(known.byteCount) }
        let piece = store.add(format.piece(of: names.series(number)))
        series[index] = piece
        return Int(piece.byteCount)
    }

    private mutating func contextPieces(_ number: Int32, _ names: Names) -> Int {
        let index = Int(number)
        if let known = contexts[index] { return known.byteCount }
        let pieces = format.pieces(of: names.context(number)).map { store.add($0) }
        let byteCount = pieces.reduce(0) { $0 + Int($1.byteCount) }
        contexts[index] = Context(
            unit: pieces[0], status: pieces[1], qualifiers: pieces[2], rules: pieces[3], source: pieces[4],
            byteCount: byteCount)
        return byteCount
    }

    private func write(_ range: Range<Int>, of page: Page, to buffer: inout ByteBuffer, at begin: Int) -> Int {
        var span = buffer.mutableReadableBytesSpan
        let words = store.words.span
        let rows = page.rows.span
        var observed = TimeText()
        var received = TimeText()
        var position = begin
        for index in range {
            guard let series = series[Int(rows[index].series)], let context = contexts[Int(rows[index].context)] else {
                preconditionFailure("a row's pieces are made before it is written")
            }
            position = span.put(constants.opening, from: words, at: position)
            position = span.put(rows[index].sequence, at: position)
            position = span.put(series, from: words, at: position)
            position = observed.put(rows[index].time.millisecondsSince1970, into: &span, at: position)
            position = span.put(constants.beforeValue, from: words, at: position)
            if rows[index].hasValue && rows[index].value.isFinite {
                position = span.put(rows[index].value, at: position)
            } else {
                position = span.put(constants.null, from: words, at: position)
            }
            position = span.put(context.unit, from: words, at: position)
            position = put(rows[index].raw, of: page, into: &span, words: words, at: position)
            position = span.put(context.status, from: words, at: position)
            position = putQuality(rows[index], into: &span, words: words, at: position)
            position = span.put(context.qualifiers, from: words, at: position)
            position = span.put(Int64(rows[index].revision), at: position)
            position = span.put(constants.beforeVersion, from: words, at: position)
            position = span.put(rows[index].version, at: position)
            position = span.put(context.rules, from: words, at: position)
            position = received.put(rows[index].received.millisecondsSince1970, into: &span, at: position)
            position = span.put(context.source, from: words, at: position)
            if rows[index].hasStationSequence {
                position = span.put(rows[index].stationSequence, at: position)
            } else {
                position = span.put(constants.null, from: words, at: position)
            }
            position = span.put(constants.closing, from: words, at: position)
        }
        return position
    }

    @inline(__always)
    private func putQuality(
        _ row: StoredReading, into span: inout MutableRawSpan, words: Span<UInt64>, at start: Int
    ) -> Int {
        var position = span.putByte(UInt8(truncatingIfNeeded: 0x30 + row.flag.rawValue), at: start)
        position = span.put(constants.beforeTests, from: words, at: position)
        position = span.put(unsigned: UInt64(bitPattern: row.tests.decimal), digits: 11, at: position)
        position = span.put(constants.beforeSettles, from: words, at: position)
        if let settles = row.settles {
            return span.putByte(UInt8(truncatingIfNeeded: 0x30 + settles.rawValue), at: position)
        }
        return span.put(constants.null, from: words, at: position)
    }

    @inline(__always)
    private func put(
        _ raw: StoredReading.Raw, of page: Page, into span: inout MutableRawSpan, words: Span<UInt64>, at start: Int
    ) -> Int {
        switch raw {
        case .sameAsValue: span.put(constants.null, from: words, at: start)
        case .integer(let value): span.put(value, at: start)
        case .real(let value):
            value.isFinite ? span.put(value, at: start) : span.put(constants.null, from: words, at: start)
        case .number(let first, let count):
            putLiteral(page.texts, Int(first), Int(count), into: &span, at: start)
        case .text(let first, let count):
            putText(page.texts, Int(first), Int(count), into: &span, at: start)
        }
    }

    private func putLiteral(
        _ texts: [UInt8], _ first: Int, _ count: Int, into span: inout MutableRawSpan, at start: Int
    ) -> Int {
        var position = start
        for index in first..<first + count { position = span.putByte(texts[index], at: position) }
        return position
    }

    private func putText(
        _ texts: [UInt8], _ first: Int, _ count: Int, into span: inout MutableRawSpan, at start: Int
    ) -> Int {
        var position = span.putByte(UInt8(ascii: "\""), at: start)
        for index in first..<first + count {
            let byte = texts[index]
            if format.isJSON, let escape = JSONText.escape(byte) {
                for character in escape.utf8 { position = span.putByte(character, at: position) }
            } else {
                if byte == UInt8(ascii: "\"") { position = span.putByte(byte, at: position) }
                position = span.putByte(byte, at: position)
            }
        }
        return span.putByte(UInt8(ascii: "\""), at: position)
    }
}
