import Testing

/// docs/pull-protocol.md against a real server and a real queue.
///
/// One test after the other: several measure how long an answer takes.
@Suite(.serialized) struct `Pull protocol` {
    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
