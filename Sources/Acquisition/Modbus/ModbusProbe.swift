import Modbus
import OwnThread
public import Registers

/// Tries a bus and its devices, for `quantrac check --connect`.
public enum ModbusProbe {
    /// So many registers of a device are asked for one by one when it refuses them together.
    private static let registersTriedMax = 16

    /// Opens the bus and asks one planned request of each device, with the bus's timeouts and retries; one that refuses it
    /// is asked for its registers one by one.
    ///
    /// Blocks for up to that time for each device; at a tty that the daemon has, it says so at once.
    /// - Returns: Why it did not work, with the devices by unit and station; `nil` when all of them answer.
    public static func check(bus: BusDefinition) -> String? {
        let wake: Wake
        do { wake = try Wake() } catch { return "\(error)" }
        let clock = SystemBusClock(wake: wake)
        return check(bus, channel: bus.address.makeChannel(wake: wake), clock: clock)
    }

    static func check(_ bus: BusDefinition, channel: any ByteChannel, clock: any BusClock) -> String? {
        let master = ModbusMaster(
            channel: channel, framing: bus.address.framing, line: bus.address.serialLine,
            lateResponseWindowNanoseconds: bus.lateResponseWindowMilliseconds * 1_000_000, clock: clock)
        defer { master.close() }
        var faults: [String] = []
        for device in bus.devices {
            guard let planned = device.plan().first else { continue }
            var failure = ask(planned, of: device, on: bus, master, clock)
            if failure == .exception(2), answersAlone(device, on: bus, master, clock) { failure = nil }
            switch failure {
            case nil: continue
            // Nobody is asked in vain for a whole timeout each.
            case .failed(.channel(let error)) where !channel.isOpen: return error.description
            case .some(let failure):
                let addresses = planned.request.kind.text(of: planned.request.addresses)
                faults.append("unit \(device.unit) (\(device.station)), \(addresses): \(failure.text)")
            }
        }
        return faults.isEmpty ? nil : faults.joined(separator: "; ")
    }

    /// It refused a whole request, perhaps for a gap that nobody needs: a register by itself shows.
    private static func answersAlone(
        _ device: DeviceDefinition, on bus: BusDefinition, _ master: ModbusMaster, _ clock: any BusClock
    ) -> Bool {
        device.registers.indices.prefix(registersTriedMax).contains { place in
            let register = device.registers[place]
            let request = RegisterRequest(
                kind: register.kind, address: register.address, count: UInt16(register.count))
            return ask(PlannedRequest(request: request, members: [place]), of: device, on: bus, master, clock) == nil
        }
    }

    private static func ask(
        _ planned: PlannedRequest, of device: DeviceDefinition, on bus: BusDefinition, _ master: ModbusMaster,
        _ clock: any BusClock
    ) -> PollFailure? {
        let timeout = (device.timeoutMilliseconds ?? bus.timeoutMilliseconds) * 1_000_000
        let shapes = RequestShapes(planned: planned, needed: 0, device: device, avoided: [])
        var words: [UInt16] = []
        var failure: PollFailure?
        for _ in 0...max(0, bus.retries) {
            let now = clock.monotonicNanoseconds()
            let free = shapes.first {
                master.earliest(for: ModbusRequest(unit: device.unit, registers: $0)) <= now
            }
            guard let free else { return failure }
            let request = ModbusRequest(unit: device.unit, registers: free)
            switch master.ask(request, timeoutNanoseconds: timeout, into: &words) {
            case .data: return nil
            case .exception(let code): return .exception(code)
            case .failed(let reason): failure = .failed(reason)
            }
        }
        return failure
    }
}
