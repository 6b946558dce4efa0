import Formats
import Readings

/// The edge nodes and devices that a source has heard of, and what they announced.
///
/// A value: the copy that is kept before a batch shares what does not change in it, which is all but the sessions
/// unless there is a birth or a death.
struct SparkplugState: Sendable {
    /// The edge nodes among them.
    static let devicesMax = 10_000

    private(set) var devices: [Device] = []
    var sessions: [SparkplugSession] = []
    /// Keys and stations, one after the other.
    private var texts: [UInt8] = []
    /// Indices of devices by their key, and by their station once they own it; -1 where there is none.
    private var slots: [Int32] = Array(repeating: -1, count: 16)
    private var stations: [Int32] = Array(repeating: -1, count: 16)
    private let template: SparkplugStation?
    private let hasStationsByDevice: Bool

    init(template: SparkplugStation?) {
        self.template = template
        hasStationsByDevice = template?.parts.contains(.device) ?? true
    }

    /// A device, or an edge node as the bearer of metrics of its own.
    struct Device: Sendable {
        enum Station: UInt8, Sendable { case unclaimed, owned, invalid }

        /// Ranges of `texts`: `GROUP/EDGE[/DEVICE]`, the length of `GROUP`, the station.
        var key: Range<Int32>
        var groupLength: Int32
        var stationText: Range<Int32>
        var station = Station.unclaimed
        /// Its edge node; itself where it is one.
        var node: Int32
        var session: Int32
        /// The next device of its edge node; -1.
        var next: Int32 = -1
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
    }

    // MARK: Finding

    /// The index of the topic's device, of which nothing need be known yet.
    ///
    /// - Throws: `tooManyReadings` when there would be more than 10,000.
    mutating func device(_ topic: SparkplugTopic, _ bytes: Span<UInt8>) throws(DecodingFailure) -> Int {
        let group = bytes.extracting(topic.group)
        let found = find(group, bytes.extracting(topic.tail))
        if found >= 0 { return found }
        let isDevice = !topic.device.isEmpty
        let known = isDevice ? find(group, bytes.extracting(topic.edge)) : -1
        guard devices.count + (isDevice && known < 0 ? 2 : 1) <= Self.devicesMax else {
            throw DecodingFailure(.tooManyReadings, at: 0)
        }
        let node =
            !isDevice || known >= 0
            ? known : add(group, bytes.extracting(topic.edge), bytes.extracting(0..<0), -1)
        return add(group, bytes.extracting(topic.edge), bytes.extracting(topic.device), node)
    }

    private func find(_ group: Span<UInt8>, _ tail: Span<UInt8>) -> Int {
        let mask = slots.count - 1
        var slot = SeededHash.of(group, tail) & mask
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            let key = texts.span.extracting(Self.wide(devices[index].key))
            let length = Int(devices[index].groupLength)
            if length == group.count, key.count == length + 1 + tail.count,
                key.extracting(0..<length).isEqual(to: group),
                key.extracting((length + 1)..<key.count).isEqual(to: tail)
            {
                return index
            }
            slot = (slot + 1) & mask
        }
        return -1
    }

    @inline(__always)
    private static func wide(_ range: Range<Int32>) -> Range<Int> {
        Int(range.lowerBound)..<Int(range.upperBound)
    }

    // MARK: Adding

    /// - Parameter node: The device's edge node; -1 for an edge node, which gets a session.
    private mutating func add(
        _ group: Span<UInt8>, _ edge: Span<UInt8>, _ device: Span<UInt8>, _ node: Int
    ) -> Int {
        let index = devices.count
        let start = texts.count
        append(group)
        texts.append(UInt8(ascii: "/"))
        append(edge)
        if !device.isEmpty {
            texts.append(UInt8(ascii: "/"))
            append(device)
        }
        let end = texts.count
        let station = appendStation(group, edge, device)
        var added = Device(
            key: Int32(start)..<Int32(end), groupLength: Int32(group.count),
            stationText: Int32(station.lowerBound)..<Int32(station.upperBound),
            node: Int32(node < 0 ? index : node),
            session: node < 0 ? Int32(sessions.count) : devices[node].session)
        if !StationID.isValid(texts.span.extracting(station)) { added.station = .invalid }
        devices.append(added)
        if node < 0 {
            sessions.append(SparkplugSession())
        } else {
            let session = Int(added.session)
            let last = Int(sessions[session].lastDevice)
            if last < 0 {
                sessions[session].firstDevice = Int32(index)
            } else {
                devices[last].next = Int32(index)
            }
            sessions[session].lastDevice = Int32(index)
        }
        if devices.count * 2 > slots.count { grow() }
        let hash = keyHash(index)
        Self.insert(index, hash, &slots)
        return index
    }

    private mutating func append(_ text: Span<UInt8>) {
        for index in text.indices { texts.append(text[index]) }
    }

    /// The device's name, or the edge node's where there is none; else as the template has it.
    private mutating func appendStation(
        _ group: Span<UInt8>, _ edge: Span<UInt8>, _ device: Span<UInt8>
    ) -> Range<Int> {
        let start = texts.count
        var literal: [UInt8] = []
        for part in template?.parts ?? [.device] {
            switch part {
            case .literal(let text): literal = text
            case .device:
                // What would join it to the rest joins nothing.
                if !device.isEmpty {
                    append(literal.span)
                    append(device)
                }
                literal = []
            case .edge, .group:
                append(literal.span)
                append(part == .edge ? edge : group)
                literal = []
            }
        }
        append(literal.span)
        if texts.count == start { append(edge) }
        return start..<texts.count
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        stations = Array(repeating: -1, count: slots.count)
        // The last one is the one for which there was no room; it is put in by whoever added it.
        for index in devices.indices.dropLast() {
            let hash = keyHash(index)
            Self.insert(index, hash, &slots)
            guard devices[index].station == .owned else { continue }
            let stationHash = stationHash(index)
            Self.insert(index, stationHash, &stations)
        }
    }

    private func keyHash(_ device: Int) -> Int {
        let key = texts.span.extracting(Self.wide(devices[device].key))
        let length = Int(devices[device].groupLength)
        return SeededHash.of(key.extracting(0..<length), key.extracting((length + 1)..<key.count))
    }

    private static func insert(_ index: Int, _ hash: Int, _ slots: inout [Int32]) {
        let mask = slots.count - 1
        var slot = hash & mask
        while slots[slot] >= 0 { slot = (slot + 1) & mask }
        slots[slot] = Int32(index)
    }

    // MARK: Stations

    private func stationHash(_ device: Int) -> Int {
        let station = texts.span.extracting(Self.wide(devices[device].stationText))
        return SeededHash.of(station)
    }

    /// Makes the device the one that its station's readings come from; else why it cannot be.
    ///
    /// Whoever came first keeps the station as long as the process lives, dead or not: two instruments in one series
    /// would be a mistake that nobody sees.
    mutating func claimStation(_ device: Int) -> Fault.Reason? {
        switch devices[device].station {
        case .owned: return nil
        case .invalid: return .badStation
        case .unclaimed: break
        }
        guard let slot = slotOfStation(device) else { return .stationMismatch }
        if stations[slot] < 0 { stations[slot] = Int32(device) }
        devices[device].station = .owned
        return nil
    }

    /// Where in `stations` the device's station stands or is to stand; `nil` when it is another's.
    private func slotOfStation(_ device: Int) -> Int? {
        let station = texts.span.extracting(Self.wide(devices[device].stationText))
        let mask = stations.count - 1
        var slot = stationHash(device) & mask
        while stations[slot] >= 0 {
            let owner = devices[Int(stations[slot])]
            if texts.span.extracting(Self.wide(owner.stationText)).isEqual(to: station) {
                // A template without the device gives all devices of an edge node one station on purpose.
                return !hasStationsByDevice && owner.node == devices[device].node ? slot : nil
            }
            slot = (slot + 1) & mask
        }
        return slot
    }

    /// Puts the device's station into the batch.
    func station(_ device: Int, in intake: inout Intake) -> TextRange {
        let start = intake.text.count
        intake.text.append(contentsOf: texts[Self.wide(devices[device].stationText)])
        return TextRange(inText: start..<intake.text.count)
    }

    // MARK: Births and deaths

    /// - Parameter received: `nil` for a birth that an earlier run remembered.
    mutating func setBorn(_ device: Int, _ birth: SparkplugBirth, generation: UInt32, _ received: Timestamp?) {
        if let received {
            let isAsBefore = devices[device].birth?.hasSameAliases(as: birth) ?? false
            let since = received.millisecondsSince1970
            devices[device].since = isAsBefore ? min(since, devices[device].since) : since
        }
        let session = Int(devices[device].session)
        sessions[session].metrics += Int32(
            birth.entries.count - (devices[device].birth?.entries.count ?? 0))
        devices[device].birth = birth
        devices[device].generation = generation
        devices[device].isAlive = true
        // Memories come in any order.
        if received == nil, devices[device].isDeathRemembered { setDead(device) }
    }

    /// Its birth stays, for the units of metrics that come by name.
    mutating func setDead(_ device: Int) {
        devices[device].isAlive = false
        devices[device].generation = 0
    }

    mutating func setDeathRemembered(_ device: Int, _ isRemembered: Bool) {
        devices[device].isDeathRemembered = isRemembered
    }

    /// It had died when the earlier run ended.
    mutating func recallDeath(_ device: Int) {
        devices[device].isDeathRemembered = true
        setDead(device)
    }

    mutating func setSince(_ device: Int, _ since: Int64) {
        devices[device].since = since
    }

    mutating func setRemembered(_ device: Int, _ isRemembered: Bool) {
        devices[device].isRemembered = isRemembered
    }

    /// The group and `EDGE[/DEVICE]` of the device's topic.
    func key(_ device: Int) -> (group: ArraySlice<UInt8>, tail: ArraySlice<UInt8>) {
        let key = Self.wide(devices[device].key)
        let middle = key.lowerBound + Int(devices[device].groupLength)
        return (texts[key.lowerBound..<middle], texts[(middle + 1)..<key.upperBound])
    }
}
