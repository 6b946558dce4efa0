import Acquisition
import CModbusPeer
import OwnThread
import QuantracTesting
import Readings
import Registers
import Testing

/// The faults again, through the whole bus: schedule, planner, breaker and master together.
@Suite(.serialized) struct `Modbus faults through a bus` {
    private static let every: Int64 = 500
    /// Two requests of one shape in every poll: the blocks are too far apart for one.
    private static let addresses = (1000..<1010).map { UInt16($0) } + (1100..<1110).map { UInt16($0) }

    /// One bus with its slave.
    private struct Trial: Sendable {
        var fault: ModbusFault
        var isOverlapping: Bool
        var retries: Int
    }

    /// Lateness of 0.2 to 9.7 times the timeout of 300 ms.
    private static let lateness = [60, 200, 280, 320, 450, 600, 900, 1300, 1900, 2900].map {
        ModbusFault("late \($0) ms", MODBUS_PEER_LATE, milliseconds: $0)
    }

    private static let trials = (ModbusFault.all + lateness).flatMap { fault in
        [(false, 0), (true, 0), (false, 1), (true, 1)].map {
            Trial(fault: fault, isOverlapping: $0.0, retries: $0.1)
        }
    }

    @Test(arguments: ModbusWay.allCases)
    func `no reading is wrong and the third poll after the fault is whole`(way: ModbusWay) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for trial in Self.trials { group.addTask { try await Self.verify(trial, way) } }
            try await group.waitForAll()
        }
    }

    private static func verify(_ trial: Trial, _ way: ModbusWay) async throws {
        var settings = modbus_peer_settings()
        settings.is_counting = true
        settings.is_overlapping = trial.isOverlapping
        let peer = try way.scripted(settings)
        // The first poll is right, the first request of the second one meets the fault.
        peer.script([ModbusFault.none.step, ModbusFault.none.step, trial.fault.step])
        var bus = BusDefinition.quick(
            try ModbusMasterBench.address(way, peer), everyMilliseconds: every,
            devices: [
                .plain(unit: 3, addresses: addresses)
            ])
        bus.retries = trial.retries
        // What a breaker leaves out cannot be right again.
        bus.devices[0].breakerFailures = 1000
        let sink = PolledSink()
        let run = RunningSource(bus: bus, sink: sink)
        try await eventually("the fault has been met") { peer.requestCount >= 3 }
        // Until the slave answers in time again, and then three polls and some more.
        let answersAgain = timestamp().advanced(byMilliseconds: Int64(trial.fault.step.milliseconds))
        let whole = Int(every) * 7 + Int(trial.fault.step.milliseconds)
        try await Task.sleep(for: .milliseconds(whole))
        let end = timestamp()
        try await run.stop()
        check(sink.readings, trial, way, from: answersAgain, to: end, peer.requests)
    }

    private static func timestamp() -> Timestamp {
        Timestamp(millisecondsSince1970: SystemTime.wallMicroseconds() / 1000)
    }

    private static func check(
        _ readings: [PolledReading], _ trial: Trial, _ way: ModbusWay, from: Timestamp, to: Timestamp,
        _ requests: [modbus_peer_request]
    ) {
        let what =
            "\(trial.fault), \(way), \(trial.isOverlapping ? "overlapping" : "in turn"), \(trial.retries) retries"
        let values = readings.filter { $0.value != nil }
        for (slot, own) in Dictionary(grouping: values, by: \.time) {
            for reading in own {
                let answered = requests.contains { isAnswer(reading, to: $0) }
                #expect(answered, "\(what): \(reading.parameter) of \(slot) is no answer given in time")
            }
            #expect(Set(own.map(\.parameter)).count == own.count, "\(what): a register twice in one slot")
        }
        // The last slot before the stop may not be finished.
        let first = (from.millisecondsSince1970 / every + 1) * every
        let last = to.millisecondsSince1970 / every * every - every
        for slot in stride(from: first + 2 * every, through: last, by: Int64.Stride(every)) {
            let count = values.count { $0.time.millisecondsSince1970 == slot }
            #expect(
                count == addresses.count, "\(what): slot \((slot - first) / every + 1) after the fault has \(count)")
        }
        #expect(last >= first + 3 * every, "\(what): too few slots to judge")
    }

    /// Whether a reading holds what the slave said to this request, within the timeout.
    private static func isAnswer(_ reading: PolledReading, to request: modbus_peer_request) -> Bool {
        let registers = Int(request.address)..<(Int(request.address) + Int(request.count))
        guard registers.contains(Int(reading.address)),
            reading.value == Double(modbus_peer_word(3, 3, reading.address, request.counter))
        else { return false }
        return request.milliseconds < 300
    }
}
