import Readings

/// The command that asks an edge node for its births (Eclipse Sparkplug 3.0, 6.4.25: `Node Control/Rebirth`).
extension SparkplugPayloadDecoder {
    /// Puts the command into the batch's replies, unless the edge node was asked a short while ago.
    func askForRebirth(
        _ topic: SparkplugTopic, _ topicBytes: Span<UInt8>, _ requests: inout SparkplugRequests,
        _ now: Timestamp, _ intake: inout Intake
    ) {
        guard requests.asks(at: now) else { return }
        let start = intake.text.count
        intake.text.append(contentsOf: "spBv1.0/".utf8)
        intake.text.append(topicBytes.extracting(topic.group))
        intake.text.append(contentsOf: "/NCMD/".utf8)
        intake.text.append(topicBytes.extracting(topic.edge))
        let middle = intake.text.count
        let stamp = UInt64(clamping: now.millisecondsSince1970)
        var metric: [UInt8] = []
        let name = "Node Control/Rebirth"
        metric.append(contentsOf: [1 << 3 | 2, UInt8(name.utf8.count)])
        metric.append(contentsOf: name.utf8)
        metric.append(3 << 3)
        Self.appendVarint(stamp, to: &metric)
        metric.append(contentsOf: [4 << 3, SparkplugType.boolean.rawValue, 14 << 3, 1])
        intake.text.append(1 << 3)
        Self.appendVarint(stamp, to: &intake.text)
        intake.text.append(contentsOf: [2 << 3 | 2, UInt8(metric.count)])
        intake.text.append(contentsOf: metric)
        intake.replies.append(
            Reply(
                topic: TextRange(inText: start..<middle),
                body: TextRange(inText: middle..<intake.text.count)))
    }

    private static func appendVarint(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
