import Foundation
import Modbus
import QuantracTesting
import Readings
import Registers
import Testing

@testable import Acquisition

/// The error of a full disk: it passes.
private struct DiskFull: TransientError {
    var isTransient: Bool { true }
}

@Suite struct `Everything at once` {
    /// Registers of all kinds and lengths, with gaps; a value of 16 bits tells its address only.
    private func device(_ unit: UInt8, _ random: inout SeededGenerator) -> DeviceDefinition {
        var device = DeviceDefinition(unit: unit, station: "S\(unit)")
        device.breakerFailures = Int.random(in: 1...5, using: &random)
        device.breakerMaxPauseMilliseconds = 5000
        device.limits.maxRegisters = [125, 30, 8].randomElement(using: &random) ?? 125
        device.limits.maxGap = [0, 2, 16].randomElement(using: &random) ?? 0
        for kind in RegisterKind.allCases {
            var address = Int.random(in: 0...20, using: &random)
            for _ in 0..<Int.random(in: 0...25, using: &random) {
                let type: RegisterType =
                    kind.isBit ? .bool : [.uint16, .uint32, .uint64].randomElement(using: &random) ?? .uint16
                let register = RegisterDefinition(
                    name: "\(kind)\(address)", parameter: "\(kind.rawValue).\(address)", kind: kind,
                    address: UInt16(address), type: type)
                device.registers.append(register)
                address += register.count + max(0, Int.random(in: -10...20, using: &random))
            }
        }
        return device
    }

    private func fault(_ random: inout SeededGenerator) -> SimulatedLineFault {
        let late = Int64.random(in: 20_000_000...1_000_000_000, using: &random)
        let faults: [SimulatedLineFault] = [
            .late(late), .silent, .badCRC, .flippedBit, .half, .trailingBytes, .otherUnitFirst, .otherUnitOnly,
            .exception(4), .exception(6), .exception(2), .exception(10), .exception(11), .lateException(2, late),
            .slowBytes(1_000_000), .echo, .wrongLength, .wrongFunction, .disconnect,
        ]
        return faults.randomElement(using: &random) ?? .none
    }

    /// What the addresses say: unit, table and address in every word; bits by the same, mixed.
    private func value(_ unit: UInt8, _ register: RegisterDefinition) -> Double {
        let words = register.addresses.map { Self.word(unit, register.kind, $0) }
        return Double(words.reduce(UInt64(0)) { $0 << 16 | UInt64($1) })
    }

    private static func word(_ unit: UInt8, _ kind: RegisterKind, _ address: Int) -> UInt16 {
        RegisterBank.word(unit: unit, kind: kind, address: address, generation: 0)
    }

    @Test(arguments: [
        BusAddress.tcp(host: "h", port: 502), .rtuOverTCP(host: "h", port: 1), .rtu(device: "/dev/t", SerialLine()),
    ])
    func `never a wrong value, never a stop`(address: BusAddress) throws {
        let seed = Seed.fromEnvironment()
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let rounds = ProcessInfo.processInfo.environment["QUANTRAC_PROVE"] == "1" ? 300 : 4
        var values = 0
        for _ in 0..<rounds {
            let devices = (1...4).map { device(UInt8($0), &random) }
            var bus = BusDefinition.test(address, devices: devices)
            bus.everyMilliseconds = [10, 100, 1000, 7000].randomElement(using: &random) ?? 1000
            bus.retries = Int.random(in: 0...2, using: &random)
            let bench = try ModbusBench(bus)
            let badness = Int.random(in: 0...6, using: &random)
            for device in devices {
                let bank = bench.bank(device.unit)
                bank.content = { Self.word(device.unit, $0, $1) }
                bank.illegal = [.holding: [5..<8, 30..<31], .coil: [11..<12]]
                bank.fault = { _ in
                    Int.random(in: 0..<10, using: &random) < badness ? fault(&random) : .none
                }
            }
            for second in stride(from: 3.0, to: 57.0, by: 6) {
                bench.at(second) { bench.line.vanish() }
                bench.at(second + 1.5) { bench.line.comeBack() }
                // A stream of TCP has no foreign bytes in it; a serial line has, with or without a server at its end.
                guard address.framing == .rtu else { continue }
                bench.at(second + 3) { bench.line.inject([1, 3, 2, 0, 7]) }
            }
            bench.at(31) { bench.clock.wallOffsetMicroseconds -= 17_300_000 }
            bench.refusal = { if Int.random(in: 0..<4, using: &random) == 0 { throw DiskFull() } }
            try bench.run(seconds: 60.2)
            let registers = Dictionary(
                uniqueKeysWithValues: devices.flatMap { device in
                    device.registers.map { ("\(device.station) \($0.parameter ?? "")", (device.unit, $0)) }
                })
            var wrong = 0
            for reading in bench.taken {
                guard let found = registers["\(reading.station) \(reading.parameter)"] else {
                    wrong += 1
                    continue
                }
                if let value = reading.value {
                    values += 1
                    wrong += value == self.value(found.0, found.1) ? 0 : 1
                } else {
                    wrong += reading.isSilenceRecord && reading.qualifiers.contains("COM") ? 0 : 1
                }
            }
            #expect(wrong == 0)
            #expect(bench.report.devices.allSatisfy { $0.polls > 0 || $0.pollsPaused > 0 })
        }
        print("\(values) values")
        #expect(values > 0)
    }
}
