import Formats
import Readings

extension SparkplugState {
    /// The station of the topic's device, which need not be known.
    func stationName(_ topic: SparkplugTopic, _ bytes: Span<UInt8>) -> [UInt8] {
        var name: [UInt8] = []
        appendStation(topic, bytes, device: topic.device, to: &name)
        return name
    }

    /// The device's name, or the edge node's where there is none; else as the template has it.
    func appendStation(
        _ topic: SparkplugTopic, _ bytes: Span<UInt8>, device: Range<Int>, to text: inout [UInt8]
    ) {
        let start = text.count
        var literal: [UInt8] = []
        for part in template?.parts ?? [.device] {
            switch part {
            case .literal(let text): literal = text
            case .device:
                // What would join it to the rest joins nothing.
                if !device.isEmpty {
                    text.append(contentsOf: literal)
                    text.append(bytes.extracting(device))
                }
                literal = []
            case .edge, .group:
                text.append(contentsOf: literal)
                text.append(bytes.extracting(part == .edge ? topic.edge : topic.group))
                literal = []
            }
        }
        text.append(contentsOf: literal)
        if text.count == start { text.append(bytes.extracting(topic.edge)) }
    }

    /// Puts the device's station into the batch.
    @inline(__always)
    func station(_ device: Int, in intake: inout Intake) -> TextRange {
        let start = intake.text.count
        intake.text.append(contentsOf: devices[device].text[devices[device].stationRange])
        return TextRange(inText: start..<intake.text.count)
    }

    // MARK: Owners

    /// Makes the device the one that its station's readings come from; else why it cannot be.
    ///
    /// Whoever is born first keeps the station as long as it is known, dead or not: two instruments in one series
    /// would be a mistake that nobody sees.
    mutating func claimStation(_ device: Int) -> Fault.Reason? {
        switch devices[device].station {
        case .owned: return nil
        case .invalid: return .badStation
        case .unclaimed: break
        }
        let text = devices[device].text
        let hash = devices[device].stationHash
        let owner = owner(of: text.span.extracting(devices[device].stationRange), hash)
        guard owner < 0 || shares(owner, node: Int(devices[device].node)) else { return .stationMismatch }
        if owner < 0 { stations.insert(device, hash) }
        devices[device].station = .owned
        return nil
    }

    /// The same for something that has no birth, which keeps the station from others without one.
    ///
    /// - Parameter node: Its edge node; -1 when that is not known either.
    mutating func claimStation(
        _ station: [UInt8], _ topic: SparkplugTopic, _ bytes: Span<UInt8>, node: Int
    ) -> Fault.Reason? {
        guard StationID.isValid(station.span) else { return .badStation }
        let hash = SeededHash.of(station.span)
        let owner = owner(of: station.span, hash)
        if owner >= 0 { return shares(owner, node: node) ? nil : .stationMismatch }
        let claimant = SeededHash.of(
            bytes.extracting(topic.group), bytes.extracting(hasStationsByDevice ? topic.tail : topic.edge))
        if let owner = strangers.owners[hash] { return owner == claimant ? nil : .stationMismatch }
        strangers.owners[hash] = claimant
        return nil
    }

    /// A template without the device gives all devices of an edge node one station on purpose.
    private func shares(_ owner: Int, node: Int) -> Bool {
        !hasStationsByDevice && Int(devices[owner].node) == node
    }

    private func owner(of station: Span<UInt8>, _ hash: Int) -> Int {
        stations.first(hash) { devices[$0].hasStation(station) }
    }

    /// Leaves the device's station to the others that share it, or to whoever claims it next.
    mutating func releaseStation(_ device: Int) {
        guard devices[device].station == .owned else { return }
        let hash = devices[device].stationHash
        // Else another device of its edge node stands for it.
        guard stations.first(hash, where: { $0 == device }) >= 0 else { return }
        stations.remove(device, hash)
        if let heir = heir(of: device) { stations.insert(heir, hash) }
    }

    private func heir(of device: Int) -> Int? {
        if hasStationsByDevice { return nil }
        let node = Int(devices[device].node)
        let station = devices[device].text[devices[device].stationRange]
        var other = node
        while other >= 0 {
            if other != device, devices[other].station == .owned,
                devices[other].text[devices[other].stationRange] == station
            {
                return other
            }
            let session = Int(devices[node].session)
            other = Int(other == node ? sessions[session].firstDevice : devices[other].next)
        }
        return nil
    }
}
