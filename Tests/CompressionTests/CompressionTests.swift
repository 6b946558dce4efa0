import Testing

@testable import Compression

@Suite struct `Content coding` {
    @Test(arguments: ContentCoding.allCases, [0, 1, 65_535, 65_536, 65_537, 3_000_000])
    func `gives back every byte, whatever the pieces`(coding: ContentCoding, length: Int) throws {
        let original = Self.bytes(length)
        for piece in [1_000, 65_536, 10_000_000] where length / piece < 4_000 {
            let coded = try Self.encode(original, as: coding, piece: piece)
            #expect(try Self.decode(coded, as: coding, piece: piece, limit: length) == original)
        }
    }

    @Test(arguments: ContentCoding.allCases)
    func `makes lines of readings at least five times shorter`(coding: ContentCoding) throws {
        var lines: [UInt8] = []
        for index in 0..<5_000 {
            lines += Array(
                "{\"kind\":\"reading\",\"sequence\":\(index),\"station\":\"HN-KK-01\",\"value\":\(index % 97)}\n".utf8)
        }
        #expect(try Self.encode(lines, as: coding, piece: 65_536).count * 5 < lines.count)
    }

    @Test(arguments: ContentCoding.allCases)
    func `refuses a body that ends too early`(coding: ContentCoding) throws {
        let coded = try Self.encode(Self.bytes(100_000), as: coding, piece: 10_000)
        for length in [0, 1, 5, coded.count / 2, coded.count - 1] {
            #expect(throws: CompressionError(coding: coding, reason: .truncated)) {
                try Self.decode(Array(coded[..<length]), as: coding, piece: 1_000, limit: 200_000)
            }
        }
    }

    @Test(arguments: ContentCoding.allCases)
    func `refuses what grows beyond the limit`(coding: ContentCoding) throws {
        let coded = try Self.encode([UInt8](repeating: 65, count: 10_000_000), as: coding, piece: 1_000_000)
        #expect(coded.count < 100_000)
        #expect(throws: CompressionError(coding: coding, reason: .tooLarge)) {
            try Self.decode(coded, as: coding, piece: 1_000_000, limit: 9_999_999)
        }
    }

    @Test(arguments: ContentCoding.allCases)
    func `refuses damage and bytes after the end`(coding: ContentCoding) throws {
        #expect(throws: CompressionError(coding: coding, reason: .damaged)) {
            try Self.decode(Array("this is no coded body at all".utf8), as: coding, piece: 100, limit: 1_000)
        }
        var longer = try Self.encode(Self.bytes(100), as: coding, piece: 100)
        longer.append(0)
        #expect(throws: CompressionError(coding: coding, reason: .damaged)) {
            try Self.decode(longer, as: coding, piece: 1_000, limit: 1_000)
        }
        #expect(throws: CompressionError(coding: coding, reason: .damaged)) {
            try Self.decode(longer, as: coding, piece: longer.count - 1, limit: 1_000)
        }
    }

    private static func bytes(_ count: Int) -> [UInt8] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return index % 3 == 0 ? UInt8(truncatingIfNeeded: state >> 56) : UInt8(index % 7)
        }
    }

    private static func encode(_ bytes: [UInt8], as coding: ContentCoding, piece: Int) throws -> [UInt8] {
        var compressor = try Compressor(coding)
        var output: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let end = min(start + piece, bytes.count)
            try compressor.append(bytes.span.extracting(start..<end), to: &output)
            start = end
        }
        try compressor.finish(to: &output)
        return output
    }

    private static func decode(
        _ bytes: [UInt8], as coding: ContentCoding, piece: Int, limit: Int
    ) throws -> [UInt8] {
        var decompressor = try Decompressor(coding)
        var output: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let end = min(start + piece, bytes.count)
            try decompressor.append(bytes.span.extracting(start..<end), to: &output, limit: limit)
            start = end
        }
        try decompressor.finish()
        return output
    }
}
