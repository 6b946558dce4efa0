import Modbus
import OwnThread
public import Registers

/// Tries a bus and its devices, for `quantrac check --connect`.
public enum ModbusProbe {
    /// So many registers of a device are asked for one by one when it refuses them together.
    private static let registersTriedMax = 64

    /// Why a bus cannot be used as its settings say.
    public struct Refusal: Sendable, Hashable {
        /// What did not work, with the devices by unit and station.
        public let reason: String
        /// Another program has the line; nothing was asked.
        public let isBusy: Bool
    }

    /// Opens the bus and asks all planned requests of each device, with the bus's timeouts and retries; one that is refused
    /// is asked for its registers one by one, so that each that the device does not have is named.
    ///
    /// Blocks for up to that time for each device; at a tty that the daemon has, it says so at once.
    /// - Returns: `nil` when all devices answer for all their registers.
    public static func refusal(of bus: BusDefinition) -> Refusal? {
        let wake: Wake
        do { wake = try Wake() } catch { return Refusal(reason: "\(error)", isBusy: false) }
        let clock = SystemBusClock(wake: wake)
        return refusal(of: bus, channel: bus.address.makeChannel(wake: wake), clock: clock)
    }

    static func refusal(of bus: BusDefinition, channel: any ByteChannel, clock: any BusClock) -> Refusal? {
        let master = ModbusMaster(
            channel: channel, framing: bus.address.framing, line: bus.address.serialLine,
            lateResponseWindowNanoseconds: bus.lateResponseWindowMilliseconds * 1_000_000, clock: clock)
        defer { master.close() }
        var faults: [String] = []
        for device in bus.devices {
            for (places, failure) in failures(of: device, on: bus, master, clock) {
                // Nobody is asked in vain for a whole timeout each.
                if case .failed(.channel(let error)) = failure, !channel.isOpen {
                    return Refusal(reason: error.description, isBusy: error.reason == .busy)
                }
                faults.append("unit \(device.unit) (\(device.station)), \(places): \(failure.text)")
            }
        }
        return faults.isEmpty ? nil : Refusal(reason: faults.joined(separator: "; "), isBusy: false)
    }

    /// What the device does not answer for, and why; after silence nothing more is asked of it.
    private static func failures(
        of device: DeviceDefinition, on bus: BusDefinition, _ master: ModbusMaster, _ clock: any BusClock
    ) -> [(places: String, PollFailure)] {
        var found: [(places: String, PollFailure)] = []
        var refused: [UInt8: IllegalRanges] = [:]
        var triesLeft = registersTriedMax
        for planned in device.plan() {
            var failed: (RegisterRequest, PollFailure)?
            switch ask(planned, of: device, on: bus, master, clock) {
            case nil: continue
            case .exception(let code)? where planned.members.count == 1 || triesLeft == 0:
                refused[code, default: IllegalRanges()].insert(planned.request.addresses, of: planned.request.kind)
            case .exception(2...4)?:
                // Perhaps for a gap that nobody needs: the registers by themselves show.
                for place in planned.members.prefix(triesLeft) {
                    triesLeft -= 1
                    let register = device.registers[place]
                    let request = RegisterRequest(
                        kind: register.kind, address: register.address, count: UInt16(register.count))
                    let single = PlannedRequest(request: request, members: [place])
                    switch ask(single, of: device, on: bus, master, clock) {
                    case nil: continue
                    case .exception(let code)?:
                        refused[code, default: IllegalRanges()].insert(register.addresses, of: register.kind)
                    case .some(let failure): failed = (request, failure)
                    }
                    if failed != nil { break }
                }
            case .exception(let code)?:
                refused[code, default: IllegalRanges()].insert(planned.request.addresses, of: planned.request.kind)
            case .some(let failure): failed = (planned.request, failure)
            }
            guard let (request, failure) = failed else { continue }
            found.append((request.kind.text(of: request.addresses), failure))
            break
        }
        return refused.sorted { $0.key < $1.key }.map { ($0.value.description, .exception($0.key)) } + found
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
