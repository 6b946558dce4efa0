import Modbus
import QuantracTesting
import Registers
import Testing

/// A slave that says what a test tells it to.
private final class ScriptedUnit: SimulatedLineUnit {
    private let script: (Int, ServedRequest) -> [SimulatedLineAnswer]
    private var count = 0

    init(_ script: @escaping (Int, ServedRequest) -> [SimulatedLineAnswer]) { self.script = script }

    func answers(to request: ServedRequest) -> [SimulatedLineAnswer] {
        count += 1
        return script(count, request)
    }
}

@Suite struct `A frame in pieces` {
    private static let millisecond: Int64 = 1_000_000

    /// `after` is when each piece begins, `cut` where the second one does.
    private func pieces(_ frame: [UInt8], cut: Int, after first: Int64, and second: Int64) -> [SimulatedLineAnswer] {
        [
            SimulatedLineAnswer(after: first * Self.millisecond, Array(frame[..<cut])),
            SimulatedLineAnswer(after: second * Self.millisecond, Array(frame[cut...])),
        ]
    }

    private func master(_ line: SimulatedLine) -> ModbusMaster {
        ModbusMaster(
            channel: line, framing: line.framing, line: nil,
            lateResponseWindowNanoseconds: 1000 * Self.millisecond, clock: line.clock)
    }

    private func ask(_ master: ModbusMaster, _ count: UInt16, into words: inout [UInt16]) -> ModbusAnswer {
        let registers = RegisterRequest(kind: .holding, address: 0, count: count)
        return master.ask(
            ModbusRequest(unit: 1, registers: registers), timeoutNanoseconds: 100 * Self.millisecond, into: &words)
    }

    @Test func `that is late over TCP costs neither the connection nor the next answer`() {
        let line = SimulatedLine(framing: .tcp)
        line.units[1] = ScriptedUnit { number, request in
            let frame = request.answer(request.registers.map { $0.addresses.map { UInt16($0) } } ?? [])
            return number == 1
                ? pieces(frame, cut: 10, after: 150, and: 260)
                : [SimulatedLineAnswer(after: 80 * Self.millisecond, frame)]
        }
        let master = master(line)
        var words: [UInt16] = []
        #expect(ask(master, 10, into: &words) == .failed(.noAnswer))
        _ = line.clock.sleep(untilMonotonic: line.clock.now + 100 * Self.millisecond)
        for count in 10...13 as ClosedRange<UInt16> where ask(master, count, into: &words) == .data {
            #expect(words == (0..<count).map { $0 })
        }
        #expect(master.counters.answers >= 3)
        #expect(line.openings == 1)
    }

    @Test func `that is late over TCP hides no header of another answer`() {
        let line = SimulatedLine(framing: .tcp)
        line.units[1] = ScriptedUnit { number, request in
            let count = Int(request.registers?.count ?? 0)
            guard number == 1 else {
                return [
                    SimulatedLineAnswer(
                        after: 50 * Self.millisecond, request.answer(Array(repeating: 77, count: count)))
                ]
            }
            // Its registers 4 to 9 are the frame that the request after the next will wait for.
            let words: [UInt16] = [0, 1, 2, 3, request.transaction &+ 1, 0, 5, 0x0103, 0x02de, 0xad00, 9, 9]
            return pieces(request.answer(words), cut: 9 + 8, after: 150, and: 220)
        }
        let master = master(line)
        var words: [UInt16] = []
        #expect(ask(master, 12, into: &words) == .failed(.noAnswer))
        _ = line.clock.sleep(untilMonotonic: line.clock.now + 100 * Self.millisecond)
        _ = ask(master, 12, into: &words)
        #expect(words.allSatisfy { $0 == 77 })
        _ = ask(master, 1, into: &words)
        #expect(words.allSatisfy { $0 == 77 })
    }

    /// An exception of the asked unit, and of another one, among the data.
    @Test(arguments: [UInt8(1), 9])
    func `over RTU is one answer, whatever its data look like`(unit: UInt8) {
        let inner = CRC16.appended(to: [unit, 0x83, 2]) + [0]
        var data: [UInt16] = [7, 8, 9]
        for index in stride(from: 0, to: 6, by: 2) { data.append(UInt16(inner[index]) << 8 | UInt16(inner[index + 1])) }
        data += Array(repeating: 42, count: 30)
        let line = SimulatedLine(framing: .rtu)
        line.units[1] = ScriptedUnit { _, request in pieces(request.answer(data), cut: 16, after: 5, and: 21) }
        let master = master(line)
        var words: [UInt16] = []
        for _ in 0..<3 {
            #expect(ask(master, UInt16(data.count), into: &words) == .data)
            #expect(words == data)
        }
    }

    @Test func `over RTU that begins behind noise like its own head is found in time`() {
        let line = SimulatedLine(framing: .rtu)
        line.units[1] = ScriptedUnit { _, request in
            let frame = request.answer([11, 22, 33])
            // Unit, function and byte count of the answer stand before it, as noise.
            return [SimulatedLineAnswer(after: 5 * Self.millisecond, [1, 3, 6] + frame)]
        }
        let master = master(line)
        var words: [UInt16] = []
        #expect(ask(master, 3, into: &words) == .data)
        #expect(words == [11, 22, 33])
    }

    @Test func `over RTU loses no right answer of random words`() {
        let seed = Seed.fromEnvironment()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            let data = (0..<125).map { _ in UInt16(truncatingIfNeeded: generator.next()) }
            let line = SimulatedLine(framing: .rtu)
            line.units[1] = ScriptedUnit { _, request in
                let frame = request.answer(data)
                return stride(from: 0, to: frame.count, by: 16).map { start in
                    SimulatedLineAnswer(
                        after: (5 + Int64(start / 16)) * Self.millisecond,
                        Array(frame[start..<min(start + 16, frame.count)]))
                }
            }
            let master = master(line)
            var words: [UInt16] = []
            #expect(ask(master, 125, into: &words) == .data, "seed \(seed)")
            #expect(words == data, "seed \(seed)")
        }
    }
}
