/// The topic of a Sparkplug message: `spBv1.0/GROUP/VERB/EDGE[/DEVICE]`.
///
/// Eclipse Sparkplug 3.0, 4.1. The ranges are those of the topic's bytes.
struct SparkplugTopic: Sendable {
    enum Verb: Sendable {
        case nodeBirth, nodeData, nodeDeath, deviceBirth, deviceData, deviceDeath
        /// A command or the state of a host application: not for us.
        case other
    }

    /// A topic is the key of a memory, which has 1,024 bytes at most.
    static let lengthMax = 1024

    var verb: Verb
    var group: Range<Int>
    var edge: Range<Int>
    /// Empty in a message of the edge node itself.
    var device: Range<Int>

    /// `EDGE` or `EDGE/DEVICE`.
    var tail: Range<Int> { edge.lowerBound..<max(edge.upperBound, device.upperBound) }

    /// `nil`: no topic of Sparkplug B.
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count <= Self.lengthMax else { return nil }
        var levels: [5 of Range<Int>] = [0..<0, 0..<0, 0..<0, 0..<0, 0..<0]
        var count = 0
        var start = 0
        for index in 0...bytes.count where index == bytes.count || bytes[index] == UInt8(ascii: "/") {
            guard count < 5, index > start else { return nil }
            levels[count] = start..<index
            count += 1
            start = index + 1
        }
        self.init(verb: .other, group: levels[1], edge: levels[3], device: levels[4])
        // `STATE/HOST` before version 3, `spBv1.0/STATE/HOST` since.
        if count == 2, bytes.extracting(levels[0]).spells("STATE") { return }
        guard bytes.extracting(levels[0]).spells("spBv1.0") else { return nil }
        if count == 3, bytes.extracting(levels[1]).spells("STATE") { return }
        guard count >= 4, let named = Self.verb(bytes.extracting(levels[2])) else { return nil }
        guard (count == 5) == named.isOfDevice else { return nil }
        verb = named.verb
    }

    /// `GROUP/EDGE[/DEVICE]`, as it stands in a memory's key.
    init?(key bytes: Span<UInt8>) {
        guard bytes.count <= Self.lengthMax else { return nil }
        var levels: [3 of Range<Int>] = [0..<0, 0..<0, 0..<0]
        var count = 0
        var start = 0
        for index in 0...bytes.count where index == bytes.count || bytes[index] == UInt8(ascii: "/") {
            guard count < 3, index > start else { return nil }
            levels[count] = start..<index
            count += 1
            start = index + 1
        }
        guard count >= 2 else { return nil }
        self.init(verb: .other, group: levels[0], edge: levels[1], device: levels[2])
    }

    private init(verb: Verb, group: Range<Int>, edge: Range<Int>, device: Range<Int>) {
        self.verb = verb
        self.group = group
        self.edge = edge
        self.device = device
    }

    private static func verb(_ text: Span<UInt8>) -> (verb: Verb, isOfDevice: Bool)? {
        guard text.count >= 4, text.count <= 6 else { return nil }
        let isOfDevice = text[0] == UInt8(ascii: "D")
        guard isOfDevice || text[0] == UInt8(ascii: "N") else { return nil }
        let rest = text.extracting(1..<text.count)
        if rest.spells("DATA") { return (isOfDevice ? .deviceData : .nodeData, isOfDevice) }
        if rest.spells("BIRTH") { return (isOfDevice ? .deviceBirth : .nodeBirth, isOfDevice) }
        if rest.spells("DEATH") { return (isOfDevice ? .deviceDeath : .nodeDeath, isOfDevice) }
        if rest.spells("CMD") { return (.other, isOfDevice) }
        return nil
    }
}
