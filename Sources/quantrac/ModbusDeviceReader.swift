import Modbus
import Registers

/// What a register said when it was asked for by hand.
enum ModbusFinding: Equatable {
    /// With the words that said it.
    case content(RegisterContent, words: [UInt16])
    case exception(UInt8)
    case failed(ModbusFailure)
}

/// Reads all registers of a device, as often as one likes, in the fewest requests.
struct ModbusDeviceReader {
    let device: DeviceDefinition
    private var requests: [PlannedRequest]

    /// - Parameter device: At least one register, no faults.
    init(_ device: DeviceDefinition) {
        self.device = device
        requests = device.plan()
    }

    /// A finding for each register, in their order.
    ///
    /// A request that the device refuses is asked for piece by piece, now and from then on, so that it is known which
    /// register it is. After a loss of the channel, or a stop, nothing more is asked.
    mutating func read(with session: ModbusSession) -> [ModbusFinding] {
        var findings = [ModbusFinding](repeating: .failed(.noAnswer), count: device.registers.count)
        var next: [PlannedRequest] = []
        var dead: ModbusFailure?
        for planned in requests {
            if let dead {
                next.append(planned)
                for member in planned.members { findings[member] = .failed(dead) }
                continue
            }
            let reply = session.ask(device.unit, planned.request, mayLengthen: true)
            if case .exception(let code) = reply, Self.mayBeAPart(code), planned.members.count > 1 {
                for member in planned.members {
                    let single = PlannedRequest(request: request(of: member), members: [member])
                    next.append(single)
                    note(session.ask(device.unit, single.request), to: single, in: &findings)
                }
                continue
            }
            next.append(planned)
            note(reply, to: planned, in: &findings)
            if case .failed(let failure) = reply, Self.isDead(failure) { dead = failure }
        }
        requests = next
        return findings
    }

    private func request(of member: Int) -> RegisterRequest {
        let register = device.registers[member]
        return RegisterRequest(kind: register.kind, address: register.address, count: UInt16(register.count))
    }

    private func note(_ reply: ModbusReply, to planned: PlannedRequest, in findings: inout [ModbusFinding]) {
        for member in planned.members {
            switch reply {
            case .exception(let code): findings[member] = .exception(code)
            case .failed(let failure): findings[member] = .failed(failure)
            case .words(let words):
                let register = device.registers[member]
                let start = Int(register.address) - Int(planned.request.address)
                let own = Array(words[start..<start + register.count])
                findings[member] = .content(register.content(of: words, from: planned.request.address), words: own)
            }
        }
    }

    /// Illegal address, illegal value, failure: devices use all three for a range of which they do not have a part.
    static func mayBeAPart(_ code: UInt8) -> Bool { (2...4).contains(code) }

    /// Whether asking for more is of no use.
    static func isDead(_ failure: ModbusFailure) -> Bool {
        switch failure {
        case .channel, .notModbus: true
        default: false
        }
    }
}
