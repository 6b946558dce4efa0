import Foundation
import Modbus
import QuantracTesting
import Readings
import Registers
import Testing

@testable import Acquisition

/// A way in which a slave misbehaves, and what it costs.
struct FaultCase: Sendable, CustomTestStringConvertible {
    let name: String
    let fault: SimulatedLineFault
    /// The registers are read in the same poll, by a further try or at once.
    var isMadeUpFor = true
    /// The word under which it is counted; `nil`: nothing is.
    var word: String?

    var testDescription: String { name }

    static let rtu: [FaultCase] = [
        FaultCase(name: "bad CRC", fault: .badCRC, word: "checksum"),
        FaultCase(name: "a flipped bit", fault: .flippedBit, word: "checksum"),
        FaultCase(name: "half a frame", fault: .half, word: "incomplete"),
        FaultCase(name: "no answer", fault: .silent, word: "timeout"),
        FaultCase(name: "busy", fault: .exception(6), word: "exception-6"),
        FaultCase(name: "device failure", fault: .exception(4), isMadeUpFor: false, word: "exception-4"),
        FaultCase(name: "gateway target silent", fault: .exception(11), word: "exception-11"),
        FaultCase(name: "seven bytes of noise before", fault: .noiseBefore(7)),
        FaultCase(name: "another unit first", fault: .otherUnitFirst),
        FaultCase(name: "another unit only", fault: .otherUnitOnly, word: "unexpected"),
        FaultCase(name: "three bytes behind", fault: .trailingBytes),
        FaultCase(name: "byte by byte", fault: .slowBytes(2_000_000)),
        FaultCase(name: "late by half a second", fault: .late(500_000_000), word: "timeout"),
        FaultCase(name: "late by three quarters", fault: .late(750_000_000), word: "timeout"),
        FaultCase(name: "a late exception", fault: .lateException(2, 500_000_000), word: "timeout"),
        FaultCase(name: "twice", fault: .duplicate(300_000_000)),
        FaultCase(name: "an echo", fault: .echo),
        FaultCase(name: "a wrong length", fault: .wrongLength, word: "unexpected"),
        FaultCase(name: "a wrong function", fault: .wrongFunction, word: "unexpected"),
        FaultCase(name: "the connection closed", fault: .disconnect, word: "connection"),
    ]

    static let tcp: [FaultCase] = [
        FaultCase(name: "no answer", fault: .silent, word: "timeout"),
        FaultCase(name: "half a frame", fault: .half, word: "incomplete"),
        FaultCase(name: "busy", fault: .exception(6), word: "exception-6"),
        FaultCase(name: "device failure", fault: .exception(4), isMadeUpFor: false, word: "exception-4"),
        FaultCase(name: "gateway path unavailable", fault: .exception(10), word: "exception-10"),
        FaultCase(name: "noise", fault: .noiseBefore(9), word: "not-modbus"),
        FaultCase(name: "byte by byte", fault: .slowBytes(2_000_000)),
        FaultCase(name: "late by half a second", fault: .late(500_000_000), word: "timeout"),
        FaultCase(name: "twice", fault: .duplicate(300_000_000)),
        FaultCase(name: "a wrong length", fault: .wrongLength, word: "unexpected"),
        FaultCase(name: "a wrong function", fault: .wrongFunction, word: "unexpected"),
        FaultCase(name: "the connection closed", fault: .disconnect, word: "connection"),
    ]
}

@Suite struct `Modbus faults through the whole source` {
    /// Two blocks of the same shape, so that one answer could be taken for the other.
    private func device(_ unit: UInt8) -> DeviceDefinition {
        var device = DeviceDefinition.test(unit, registers: 4, type: .uint32)
        for address in stride(from: 1000, to: 1008, by: 2) {
            device.registers.append(
                RegisterDefinition(
                    name: "r\(address)", parameter: "P\(address)", kind: .holding, address: UInt16(address),
                    type: .uint32))
        }
        return device
    }

    private func verify(_ fault: FaultCase, _ address: BusAddress) throws {
        let bench = try ModbusBench(.test(address, devices: [device(1), device(3)]))
        let bank = bench.bank(1)
        _ = bench.bank(3)
        var struck = 0
        bank.fault = { _ in
            guard bench.clock.now > 4_400_000_000, struck == 0 else { return .none }
            struck += 1
            return fault.fault
        }
        try bench.run(seconds: 9.5)
        #expect(struck == 1)
        for reading in bench.taken where reading.value != nil {
            let unit: UInt8 = reading.station == "S1" ? 1 : 3
            let place = Int(reading.parameter.dropFirst()) ?? -1
            let words = (0...1).map {
                RegisterBank.word(unit: unit, kind: .holding, address: place + $0, generation: 0)
            }
            #expect(reading.value == Double(UInt32(words[0]) << 16 | UInt32(words[1])))
        }
        let missing = bench.taken.filter { $0.value == nil }
        #expect(missing.count == (fault.isMadeUpFor ? 0 : 4))
        #expect(missing.allSatisfy { $0.isSilenceRecord && $0.station == "S1" })
        #expect(bench.taken.count == 10 * 16)
        #expect(bench.report.devices[0].errors == (fault.word.map { [$0: 1] } ?? [:]))
        #expect(bench.report.devices[1].errors.isEmpty)
        #expect(bench.report.devices[0].state == .answering)
    }

    @Test(arguments: FaultCase.rtu) func `over RTU through a serial server`(fault: FaultCase) throws {
        try verify(fault, .rtuOverTCP(host: "h", port: 1))
    }

    @Test(arguments: FaultCase.rtu.filter { $0.fault != .disconnect })
    func `over a serial line`(fault: FaultCase) throws {
        try verify(fault, .rtu(device: "/dev/ttyS0", SerialLine()))
    }

    @Test(arguments: FaultCase.tcp) func `over TCP`(fault: FaultCase) throws {
        try verify(fault, .tcp(host: "h", port: 502))
    }
}

/// What a slave does, to be compared with what was believed.
private final class Witness {
    /// The number of each request that was answered in time: its words are good.
    var timely: [UInt64: (unit: UInt8, time: Int64)] = [:]
}

@Suite struct `Late answers through the whole source` {
    static let addresses: [BusAddress] = [
        .tcp(host: "h", port: 502), .rtuOverTCP(host: "h", port: 1), .rtu(device: "/dev/ttyS0", SerialLine()),
    ]

    private static func device(_ unit: UInt8) -> DeviceDefinition {
        var device = DeviceDefinition.test(unit, registers: 4, type: .uint64)
        for address in stride(from: 1000, to: 1016, by: 4) {
            device.registers.append(
                RegisterDefinition(
                    name: "r\(address)", parameter: "P\(address)", kind: .holding, address: UInt16(address),
                    type: .uint64))
        }
        device.registers.append(
            RegisterDefinition(name: "one", parameter: "P48", kind: .input, address: 48, type: .uint64))
        device.breakerFailures = 1_000_000
        return device
    }

    /// Every word tells the number of the request it was said to, and each register its address.
    private static func bank(
        _ unit: UInt8, on bench: ModbusBench, _ witness: Witness, fault: @escaping () -> SimulatedLineFault
    ) {
        let bank = bench.bank(unit)
        bank.countsGenerations = true
        // A 64-bit value of a register is `request << 16 | address` of its first word.
        bank.content = { _, address in
            switch address % 4 {
            case 0: return UInt16(truncatingIfNeeded: bank.generation >> 32)
            case 1: return UInt16(truncatingIfNeeded: bank.generation >> 16)
            case 2: return UInt16(truncatingIfNeeded: bank.generation)
            default: return UInt16(truncatingIfNeeded: Int(unit) << 12 | address)
            }
        }
        bank.fault = { _ in
            let fault = fault()
            let number = UInt64(unit) << 40 | bank.generation
            // A serial line has the time for its characters besides: 51 ms at 9600 baud.
            let inTime: Int64 = bench.bus.address.serialLine == nil ? 100_000_000 : 160_000_000
            if case .late(let delay) = fault, delay >= inTime { return fault }
            witness.timely[number] = (unit, bench.clock.now)
            return fault
        }
    }

    @Test(arguments: addresses) func `are never another register's value, nor an older one of the same`(
        address: BusAddress
    ) throws {
        let seed = Seed.fromEnvironment()
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let isProof = ProcessInfo.processInfo.environment["QUANTRAC_PROVE"] == "1"
        let periods = isProof ? 2000 : 60
        let bench = try ModbusBench(.test(address, devices: [Self.device(1), Self.device(2)]))
        let witness = Witness()
        // Ten seconds of lateness, then five in time, for unit 1; unit 2 is late now and then.
        Self.bank(1, on: bench, witness) {
            let second = (bench.clock.now - 1_500_000_000) / 1_000_000_000
            guard second % 15 < 10 else { return .none }
            return .late(Int64.random(in: 20_000_000...1_000_000_000, using: &random))
        }
        Self.bank(2, on: bench, witness) {
            Int.random(in: 0..<5, using: &random) == 0
                ? .late(Int64.random(in: 20_000_000...1_000_000_000, using: &random)) : .none
        }
        try bench.run(seconds: Double(periods * 15) - 0.5)
        var wrong = 0
        var inStep = 0
        for reading in bench.taken {
            let unit: UInt64 = reading.station == "S1" ? 1 : 2
            let slot = Int(bench.seconds(reading))
            if unit == 1, slot % 15 >= 12 { inStep += reading.value == nil ? 0 : 1 }
            guard reading.value != nil else { continue }
            let raw = reading.raw.split(separator: " ").last.flatMap { UInt64($0) } ?? UInt64(reading.value ?? 0)
            let place = Int(raw & 0xfff)
            let first = Int(reading.parameter.dropFirst()) ?? -1
            let request = unit << 40 | raw >> 16
            let time = witness.timely[request].map { Double($0.time - 1_500_000_000) / 1e9 } ?? -1
            let isRight =
                place == (first + 3) & 0xfff && UInt64(raw & 0xf000) >> 12 == unit && time >= bench.seconds(reading)
                // A further try that begins before the next slot may end behind it, and with it the other two requests.
                && time < bench.seconds(reading) + 1.5
            if !isRight { wrong += 1 }
        }
        #expect(wrong == 0)
        #expect(inStep == periods * 3 * 9, "in step within three polls of the slave answering in time")
        #expect(bench.report.lateAnswers > 0)
        print("\(bench.report.devices.map(\.requests)) requests, \(bench.report.lateAnswers) late answers")
    }
}
