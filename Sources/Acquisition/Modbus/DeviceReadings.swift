import Readings
import Registers

/// What the registers of a device said in the poll that is on, and the readings it becomes.
struct DeviceReadings {
    private let definition: DeviceDefinition
    private let forms: [ReadingForm]
    private let isObservedAtRequest: Bool
    private var texts: DeviceTexts
    private var silence: SilenceEdges
    private var contents: [RegisterContent?]
    private var moments: [Timestamp]
    /// Registers that make readings.
    let count: Int

    init(of device: DeviceDefinition, on bus: BusDefinition) {
        definition = device
        forms = device.registers.map(ReadingForm.init)
        isObservedAtRequest = bus.observedTime == .request
        texts = DeviceTexts(of: device)
        silence = SilenceEdges(
            registers: device.registers.count, records: bus.silence == .each ? .each : .edges)
        contents = Array(repeating: nil, count: device.registers.count)
        moments = Array(
            repeating: Timestamp(millisecondsSince1970: 0), count: isObservedAtRequest ? contents.count : 0)
        count = device.registers.count { $0.parameter != nil }
    }

    /// Keeps what a register said; returns whether it is the first time in this poll.
    mutating func note(_ content: RegisterContent, of register: Int, at moment: Timestamp) -> Bool {
        defer { contents[register] = content }
        if isObservedAtRequest { moments[register] = moment }
        return contents[register] == nil
    }

    /// Adds the poll's readings and records of silence to `intake` and forgets the contents; returns how many.
    mutating func gather(
        _ poll: DevicePoll, received: Timestamp, into intake: inout Intake, batch: Int
    ) -> Int {
        if poll.isPaused, !silence.isAlwaysDue { return 0 }
        texts.place(in: &intake, batch: batch)
        let first = intake.readings.count
        let status = status(in: &intake)
        let isStatusLost = definition.statusRegister != nil && status.isNone
        for register in contents.indices {
            guard let parameter = texts.parameter(of: register) else {
                contents[register] = nil
                continue
            }
            var reading = DraftReading(
                payload: intake.payloads.count, station: texts.station, parameter: parameter,
                time: Timestamp(millisecondsSince1970: poll.slot))
            reading.sensor = definition.sensor
            reading.hasOurTime = true
            reading.unit = texts.unit(of: register)
            if poll.isRepeated { reading.qualifiers.insert(.clock) }
            if let content = contents[register] {
                if isObservedAtRequest { reading.time = moments[register] }
                reading.status = status
                if isStatusLost { reading.qualifiers.insert(.unknownStatus) }
                forms[register].fill(&reading, with: content, in: &intake)
                silence.noteAnswer(of: register)
                contents[register] = nil
            } else {
                guard !poll.isCutShort, silence.noteSilence(of: register) else { continue }
                reading.qualifiers.insert(.noAnswer)
                reading.isSilenceRecord = true
            }
            intake.readings.append(reading)
        }
        let added = intake.readings.count - first
        guard added > 0 else { return 0 }
        let empty = TextRange(inBytes: 0..<0)
        intake.payloads.append(Payload(topic: empty, body: empty, received: received, fullLength: 0))
        return added
    }

    /// The status that the device told in this poll; none when its register was not read or has no value.
    private func status(in intake: inout Intake) -> TextRange {
        guard let register = definition.statusRegister, let content = contents[register], !content.isSentinel,
            let code = definition.registers[register].statusCode(of: content.raw)
        else { return .none }
        return intake.intern(code)
    }
}
