import Readings
import Registers

/// The texts of a device's readings, laid out once and copied into each batch as a whole.
struct DeviceTexts {
    private var bytes: [UInt8] = []
    private var stationBytes = 0..<0
    private var parameters: [Range<Int>?] = []
    private var units: [Range<Int>?] = []
    private var batch = -1
    private var start = 0

    init(of device: DeviceDefinition) {
        var known: [String: Range<Int>] = [:]
        stationBytes = lay(device.station, &known)
        for register in device.registers {
            parameters.append(register.parameter.map { lay($0, &known) })
            units.append(register.unit.map { lay($0, &known) })
        }
    }

    private mutating func lay(_ text: String, _ known: inout [String: Range<Int>]) -> Range<Int> {
        if let range = known[text] { return range }
        let range = bytes.count..<(bytes.count + text.utf8.count)
        bytes.append(contentsOf: text.utf8)
        known[text] = range
        return range
    }

    /// Copies them into `intake`, unless the batch of that number has them.
    mutating func place(in intake: inout Intake, batch number: Int) {
        guard batch != number else { return }
        batch = number
        start = intake.text.count
        intake.text.append(contentsOf: bytes)
    }

    var station: TextRange { moved(stationBytes) }

    /// `nil`: the register makes no reading.
    func parameter(of register: Int) -> TextRange? { parameters[register].map(moved) }

    func unit(of register: Int) -> TextRange { units[register].map(moved) ?? .none }

    private func moved(_ range: Range<Int>) -> TextRange {
        TextRange(inText: (range.lowerBound + start)..<(range.upperBound + start))
    }
}
