import Formats
import Readings

/// The edge nodes and devices of a source that are born, and what they announced.
///
/// A value: the copy that is kept before a batch shares what does not change in it, which is all but the sessions
/// unless there is a birth or a death.
struct SparkplugState: Sendable {
    /// The edge nodes among them.
    static let devicesMax = 10_000
    /// Of memory, for all births together; what is dead gives way when there would be more.
    static let birthBytesMax = 64 << 20

    var devices: [Device] = []
    var sessions: [SparkplugSession] = []
    var strangers = SparkplugStrangers()
    /// Of `birthBytesMax`.
    var birthBytes = 0
    private var keys = SparkplugTable()
    /// Devices by the stations that they own.
    var stations = SparkplugTable()
    private var freeDevices: [Int32] = []
    private var freeSessions: [Int32] = []
    /// Where something dead was looked for last; from there on the others are looked at first.
    private var hand = -1
    let template: SparkplugStation?
    let hasStationsByDevice: Bool

    init(template: SparkplugStation?) {
        self.template = template
        hasStationsByDevice = template?.parts.contains(.device) ?? true
    }

    /// A device, or an edge node as the bearer of metrics of its own.
    struct Device: Sendable {
        enum Station: UInt8, Sendable { case unclaimed, owned, invalid }

        /// `GROUP/EDGE[/DEVICE]`, then the station; empty where the place is free.
        var text: [UInt8]
        var groupLength: Int32
        var keyLength: Int32
        var station = Station.unclaimed
        /// Its edge node; itself where it is one.
        var node: Int32
        var session: Int32
        /// The next device of its edge node; -1.
        var next: Int32 = -1
        /// An edge node may have none, when only its devices are born.
        var birth: SparkplugBirth?
        /// Of the session, when it was born.
        var generation: UInt32 = 0
        /// Born and not dead since.
        var isAlive = false
        /// Since when its births have given every alias the same meaning; milliseconds since 1970.
        var since: Int64 = .max
        /// Its birth is among the memories.
        var isRemembered = false
        /// So is that it has died since.
        var isDeathRemembered = false

        var stationRange: Range<Int> { Int(keyLength)..<text.count }

        var stationHash: Int { SeededHash.of(text.span.extracting(stationRange)) }

        func hasStation(_ station: Span<UInt8>) -> Bool {
            text.span.extracting(stationRange).isEqual(to: station)
        }

        var keyHash: Int {
            let key = text.span.extracting(first: Int(keyLength))
            return SeededHash.of(
                key.extracting(0..<Int(groupLength)), key.extracting((Int(groupLength) + 1)..<key.count))
        }

        @inline(__always)
        func hasKey(_ group: Span<UInt8>, _ tail: Span<UInt8>) -> Bool {
            let length = Int(groupLength)
            let key = text.span.extracting(first: Int(keyLength))
            return length == group.count && key.count == length + 1 + tail.count
                && key.extracting(0..<length).isEqual(to: group)
                && key.extracting((length + 1)..<key.count).isEqual(to: tail)
        }
    }

    // MARK: Finding

    /// The index of the topic's device, or edge node in a message of its own; -1 when it is not known.
    @inline(__always)
    func device(_ topic: SparkplugTopic, _ bytes: Span<UInt8>) -> Int {
        find(bytes.extracting(topic.group), bytes.extracting(topic.tail))
    }

    /// The index of the topic's edge node; -1 when it is not known.
    @inline(__always)
    func node(_ topic: SparkplugTopic, _ bytes: Span<UInt8>) -> Int {
        find(bytes.extracting(topic.group), bytes.extracting(topic.edge))
    }

    @inline(__always)
    private func find(_ group: Span<UInt8>, _ tail: Span<UInt8>) -> Int {
        keys.first(SeededHash.of(group, tail)) { devices[$0].hasKey(group, tail) }
    }

    /// The group and `EDGE[/DEVICE]` of the device's topic.
    @inline(__always)
    func key(_ device: Int) -> (group: ArraySlice<UInt8>, tail: ArraySlice<UInt8>) {
        let length = Int(devices[device].groupLength)
        let text = devices[device].text
        return (text[..<length], text[(length + 1)..<Int(devices[device].keyLength)])
    }

    // MARK: Adding

    /// How many must give way before the topic's device can be added.
    func placesLacking(_ topic: SparkplugTopic, _ bytes: Span<UInt8>) -> Int {
        let wanted = topic.device.isEmpty || node(topic, bytes) >= 0 ? 1 : 2
        return max(0, devices.count - freeDevices.count + wanted - Self.devicesMax)
    }

    /// Adds the topic's device, which is not known, and its edge node where that is not known either.
    mutating func add(_ topic: SparkplugTopic, _ bytes: Span<UInt8>) -> Int {
        if topic.device.isEmpty { return addNode(topic, bytes) }
        let known = node(topic, bytes)
        let node = known >= 0 ? known : addNode(topic, bytes)
        let index = add(topic, bytes, device: topic.device, node)
        let session = Int(devices[node].session)
        let last = Int(sessions[session].lastDevice)
        if last < 0 {
            sessions[session].firstDevice = Int32(index)
        } else {
            devices[last].next = Int32(index)
        }
        sessions[session].lastDevice = Int32(index)
        return index
    }

    private mutating func addNode(_ topic: SparkplugTopic, _ bytes: Span<UInt8>) -> Int {
        let index = add(topic, bytes, device: 0..<0, -1)
        var session = SparkplugSession()
        session.requests = strangers.requests[devices[index].keyHash] ?? SparkplugRequests()
        if let free = freeSessions.popLast() {
            devices[index].session = free
            sessions[Int(free)] = session
        } else {
            devices[index].session = Int32(sessions.count)
            sessions.append(session)
        }
        return index
    }

    /// - Parameter node: The device's edge node; -1 for an edge node.
    private mutating func add(
        _ topic: SparkplugTopic, _ bytes: Span<UInt8>, device: Range<Int>, _ node: Int
    ) -> Int {
        var text: [UInt8] = []
        text.append(bytes.extracting(topic.group))
        text.append(UInt8(ascii: "/"))
        text.append(bytes.extracting(topic.edge))
        if !device.isEmpty {
            text.append(UInt8(ascii: "/"))
            text.append(bytes.extracting(device))
        }
        let keyLength = text.count
        appendStation(topic, bytes, device: device, to: &text)
        let index = freeDevices.last.map { Int($0) } ?? devices.count
        var added = Device(
            text: text, groupLength: Int32(topic.group.count), keyLength: Int32(keyLength),
            node: Int32(node < 0 ? index : node), session: node < 0 ? -1 : devices[node].session)
        if !StationID.isValid(text.span.extracting(keyLength..<text.count)) { added.station = .invalid }
        if freeDevices.popLast() == nil {
            devices.append(added)
        } else {
            devices[index] = added
        }
        keys.insert(index, devices[index].keyHash)
        return index
    }

    // MARK: Removing

    /// Those of the dead whose removal gives so many places; `nil` when it gives less.
    ///
    /// An edge node is not among them as long as it has devices.
    /// - Parameter node: An edge node that is not to be among them.
    mutating func expendable(_ places: Int, sparing node: Int = -1) -> [Int]? {
        var found: [Int] = []
        var count = 0
        for _ in devices.indices {
            if count >= places { break }
            hand = hand + 1 < devices.count ? hand + 1 : 0
            guard hand != node, isExpendable(hand) else { continue }
            found.append(hand)
            count += isLastOfUnborn(hand) && Int(devices[hand].node) != node ? 2 : 1
        }
        return count >= places ? found : nil
    }

    private func isExpendable(_ device: Int) -> Bool {
        !devices[device].text.isEmpty && !devices[device].isAlive && !hasDevices(device)
    }

    /// Whether its edge node goes with it.
    private func isLastOfUnborn(_ device: Int) -> Bool {
        let node = Int(devices[device].node)
        guard node != device, devices[node].birth == nil else { return false }
        let session = Int(devices[node].session)
        return sessions[session].firstDevice == Int32(device) && sessions[session].lastDevice == Int32(device)
    }

    /// Whether it is an edge node with devices.
    func hasDevices(_ device: Int) -> Bool {
        Int(devices[device].node) == device && sessions[Int(devices[device].session)].firstDevice >= 0
    }

    /// Makes the place of a device, or of an edge node without devices, free for another; its station too.
    mutating func remove(_ device: Int) {
        removeBirth(device)
        releaseStation(device)
        keys.remove(device, devices[device].keyHash)
        let session = devices[device].session
        if Int(devices[device].node) == device {
            freeSessions.append(session)
        } else {
            unlink(device, Int(session))
        }
        devices[device] = Device(text: [], groupLength: 0, keyLength: 0, node: -1, session: -1)
        freeDevices.append(Int32(device))
    }

    private mutating func unlink(_ device: Int, _ session: Int) {
        let next = devices[device].next
        var previous: Int32 = -1
        var index = sessions[session].firstDevice
        while index >= 0, Int(index) != device {
            previous = index
            index = devices[Int(index)].next
        }
        if previous < 0 {
            sessions[session].firstDevice = next
        } else {
            devices[Int(previous)].next = next
        }
        if next < 0 { sessions[session].lastDevice = previous }
    }
}

extension [UInt8] {
    mutating func append(_ text: Span<UInt8>) {
        for index in text.indices { append(text[index]) }
    }
}
