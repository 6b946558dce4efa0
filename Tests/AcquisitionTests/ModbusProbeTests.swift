import Modbus
import QuantracTesting
import Registers
import Testing

@testable import Acquisition

@Suite struct `Modbus probe` {
    private let bus = BusDefinition.test(devices: [.test(1, registers: 2), .test(2, registers: 2)])

    private func check(_ line: SimulatedLine) -> String? {
        ModbusProbe.refusal(of: bus, channel: line, clock: line.clock)?.reason
    }

    private func line() -> SimulatedLine {
        let line = SimulatedLine(framing: .rtu)
        line.units = [1: RegisterBank(unit: 1), 2: RegisterBank(unit: 2)]
        return line
    }

    @Test func `is content when every device answers`() {
        let line = line()
        #expect(check(line) == nil)
        #expect(!line.isOpen)
    }

    @Test func `names the devices that do not answer, and those that refuse`() {
        let line = line()
        line.units[1] = nil
        let bank = RegisterBank(unit: 2)
        bank.illegal = [.holding: [0..<2]]
        line.units[2] = bank
        #expect(
            check(line)
                == "unit 1 (S1), holding 0-1: no answer; unit 2 (S2), holding 0-1: exception 2 (illegal data address)")
    }

    @Test func `is content where only the gap between registers is refused`() throws {
        let line = line()
        let bank = RegisterBank(unit: 2)
        bank.illegal = [.holding: [1..<3]]
        line.units[2] = bank
        var device = bus.devices[1]
        device.registers[1].address = 3
        var bus = bus
        bus.devices[1] = device
        #expect(device.plan().count == 1)
        #expect(ModbusProbe.refusal(of: bus, channel: line, clock: line.clock) == nil)
    }

    @Test func `tells a line that another program has`() {
        let line = line()
        line.openError = ChannelError(.busy, "another program has it")
        let refusal = ModbusProbe.refusal(of: bus, channel: line, clock: line.clock)
        #expect(refusal == ModbusProbe.Refusal(reason: "another program has it", isBusy: true))
    }

    @Test func `names the register that a device does not have`() {
        let line = line()
        let bank = RegisterBank(unit: 2)
        bank.illegal = [.holding: [0..<1]]
        line.units[2] = bank
        #expect(check(line) == "unit 2 (S2), holding 0: exception 2 (illegal data address)")
    }

    @Test func `tries again as the bus does`() {
        let line = line()
        let bank = RegisterBank(unit: 1)
        bank.fault = { _ in bank.requestCount == 1 ? .badCRC : .none }
        line.units[1] = bank
        #expect(check(line) == nil)
    }

    @Test func `says why the bus cannot be opened, once`() {
        let line = line()
        line.openError = ChannelError(.unreachable, "nobody there")
        #expect(check(line) == "nobody there")
    }
}
