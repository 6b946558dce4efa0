import Compression
import Crypto
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// A batch as it arrived, checked against all that its headers say.
struct PulledBatch: Sendable {
    var id: String
    var number: Int64
    /// The id without the number: one consumer of one node's queue, whose batches form one chain.
    var line: String
    var count: Int
    var pending: Int64
    /// The NDJSON.
    var lines: ByteBuffer
    var digest: [UInt8]
    var chain: [UInt8]

    /// Decoded, the lines may not be longer: far above what a node sends.
    static let linesBytesMax = 256 << 20

    /// - Throws: `protocolBroken` for whatever does not fit.
    init(_ answer: ClientExchange.Answer) throws {
        id = try Self.header("Quantrac-Batch", answer)
        // The id becomes a file's name.
        guard (1...200).contains(id.utf8.count), !id.hasPrefix("."), id.utf8.allSatisfy(Self.isPlain),
            let dash = id.lastIndex(of: "-"), let number = Int64(id[id.index(after: dash)...])
        else { throw ClientError(.protocolBroken, "the batch id \"\(id.prefix(80))\" is none") }
        self.number = number
        line = String(id[..<dash])
        count = Int(try Self.number("Quantrac-Count", answer))
        pending = try Self.number("Quantrac-Pending", answer)
        digest = try Self.digest("Quantrac-Digest", answer)
        chain = try Self.digest("Quantrac-Chain", answer)
        guard let sent = ContentDigest.sha256(in: try Self.header("Content-Digest", answer)),
            sent == Array(SHA256.hash(data: answer.body.readableBytesView))
        else { throw ClientError(.protocolBroken, "batch \(id) was damaged on the way: Content-Digest does not match") }
        lines = try Self.decoded(answer)
        // Without a coding the two digests are over the same bytes.
        let isCoded = answer.headers.contains(name: "Content-Encoding")
        guard digest == (isCoded ? Array(SHA256.hash(data: lines.readableBytesView)) : sent) else {
            throw ClientError(.protocolBroken, "the lines of batch \(id) do not have the digest Quantrac-Digest")
        }
        let found = lines.readableBytesView.reduce(into: 0) { $0 += $1 == UInt8(ascii: "\n") ? 1 : 0 }
        guard found == count else {
            throw ClientError(.protocolBroken, "batch \(id) has \(found) lines and not \(count)")
        }
    }

    /// The chain value that follows `previous` with this batch.
    func chain(after previous: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: previous + digest))
    }

    private static func decoded(_ answer: ClientExchange.Answer) throws -> ByteBuffer {
        guard let name = answer.headers.first(name: "Content-Encoding") else { return answer.body }
        guard let coding = ContentCoding(rawValue: name.lowercased()) else {
            throw ClientError(.protocolBroken, "the body is coded as \(name), which was not asked for")
        }
        do {
            return ByteBuffer(
                bytes: try Decompressor.decode(
                    answer.body.readableBytesUInt8Span, as: coding, limit: linesBytesMax))
        } catch {
            throw ClientError(.protocolBroken, "the body cannot be decoded: \(error.message)")
        }
    }

    private static func header(_ name: String, _ answer: ClientExchange.Answer) throws -> String {
        guard let value = answer.headers.first(name: name) else {
            throw ClientError(
                .protocolBroken, "the answer has no header \(name): is there a Quantrac node at this address?")
        }
        return value
    }

    private static func number(_ name: String, _ answer: ClientExchange.Answer) throws -> Int64 {
        let text = try header(name, answer)
        guard let number = Int64(text), number >= 0 else {
            throw ClientError(.protocolBroken, "the header \(name) is \"\(text.prefix(40))\" and no number")
        }
        return number
    }

    private static func digest(_ name: String, _ answer: ClientExchange.Answer) throws -> [UInt8] {
        let text = try header(name, answer)
        guard let bytes = ContentDigest.bytes(hexadecimal: text), bytes.count == 32 else {
            throw ClientError(.protocolBroken, "the header \(name) is \"\(text.prefix(80))\" and no SHA-256")
        }
        return bytes
    }

    /// What may stand in a name that becomes part of a file's.
    static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
