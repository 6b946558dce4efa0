import Readings

extension SparkplugState {
    /// Ends a device's life: a record of silence for each metric that its birth announced.
    ///
    /// The records of a payload are 10,000 at most; that there would have been more is a fault.
    /// - Parameter first: Where the payload's records begin in `Intake.readings`.
    mutating func fallSilent(_ device: Int, _ payload: Int, since first: Int, _ intake: inout Intake) {
        guard devices[device].isAlive, let birth = devices[device].birth else { return }
        setDead(device)
        guard birth.readable > 0, claimStation(device) == nil else { return }
        let station = station(device, in: &intake)
        for entry in birth.entries where entry.isReadable {
            guard intake.readings.count - first < JSONPayloadDecoder.readingsMax else {
                noteTooMany(payload, &intake)
                return
            }
            var reading = DraftReading(
                payload: payload, station: station, parameter: birth.place(entry.symbol, in: &intake),
                time: intake.payloads[payload].received)
            reading.unit = birth.place(entry.unit, in: &intake)
            reading.hasOurTime = true
            reading.isSilenceRecord = true
            reading.qualifiers = .noAnswer
            intake.readings.append(reading)
        }
    }

    private func noteTooMany(_ payload: Int, _ intake: inout Intake) {
        guard intake.faults.last?.payload != Int32(payload) else { return }
        intake.faults.append(
            Fault(
                payload: payload, index: JSONPayloadDecoder.readingsMax, offset: 0, reason: .tooManyReadings
            ))
    }

    /// Calls `body` with each device of an edge node.
    mutating func forEachDevice(of node: Int, _ body: (Int, inout SparkplugState) -> Void) {
        var device = Int(sessions[Int(devices[node].session)].firstDevice)
        while device >= 0 {
            let next = Int(devices[device].next)
            body(device, &self)
            device = next
        }
    }
}

extension SparkplugBirth {
    /// Puts a text into the batch; `.none` when it is empty.
    @inline(__always)
    func place(_ piece: Piece, in intake: inout Intake) -> TextRange {
        guard piece.count > 0 else { return .none }
        let start = intake.text.count
        intake.text.append(contentsOf: texts[piece.range])
        return TextRange(inText: start..<intake.text.count)
    }
}

extension SparkplugBirth.Draft {
    /// Puts a text into the batch; `.none` when it is empty.
    func place(_ piece: SparkplugBirth.Piece, in intake: inout Intake) -> TextRange {
        guard piece.count > 0 else { return .none }
        let start = intake.text.count
        intake.text.append(contentsOf: texts[piece.range])
        return TextRange(inText: start..<intake.text.count)
    }
}
