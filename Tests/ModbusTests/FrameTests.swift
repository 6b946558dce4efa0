import Modbus
import QuantracTesting
import Registers
import Testing

@Suite struct `The checksum of RTU` {
    /// Modbus over Serial Line 1.02, 6.2.2 (its example), and requests as libmodbus 3.1.6 sends them.
    private static let vectors: [(bytes: [UInt8], crc: UInt16)] = [
        ([0x02, 0x07], 0x1241),
        ([0x01, 0x03, 0x00, 0x00, 0x00, 0x0a], 0xcdc5),
        ([0x11, 0x03, 0x00, 0x6b, 0x00, 0x03], 0x8776),
        ([], 0xffff),
        (Array("123456789".utf8), 0x4b37),
    ]

    @Test(arguments: vectors)
    func `is that of the specification`(bytes: [UInt8], crc: UInt16) {
        #expect(CRC16.of(bytes) == crc)
        #expect(CRC16.appended(to: bytes) == bytes + [UInt8(crc & 0xff), UInt8(crc >> 8)])
    }
}

@Suite struct `A frame` {
    private func request(_ kind: RegisterKind, _ address: UInt16, _ count: UInt16) -> ModbusRequest {
        ModbusRequest(unit: 0x11, registers: RegisterRequest(kind: kind, address: address, count: count))
    }

    /// The examples of Modbus Application Protocol 1.1b3, 6.1 to 6.4: function, address, count, and the answer's data.
    private static let examples: [(RegisterKind, UInt16, UInt16, [UInt8], [UInt16], [UInt8])] = [
        (
            .coil, 0x13, 0x13, [0x01, 0x00, 0x13, 0x00, 0x13],
            [1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1], [0x01, 0x03, 0xcd, 0x6b, 0x05]
        ),
        (
            .discrete, 0xc4, 0x16, [0x02, 0x00, 0xc4, 0x00, 0x16],
            [0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1], [0x02, 0x03, 0xac, 0xdb, 0x35]
        ),
        (
            .holding, 0x6b, 3, [0x03, 0x00, 0x6b, 0x00, 0x03], [0x022b, 0x0000, 0x0064],
            [0x03, 0x06, 0x02, 0x2b, 0x00, 0x00, 0x00, 0x64]
        ),
        (.input, 8, 1, [0x04, 0x00, 0x08, 0x00, 0x01], [0x000a], [0x04, 0x02, 0x00, 0x0a]),
    ]

    @Test(arguments: 0..<4)
    func `has the bytes of the specification's examples`(index: Int) {
        let (kind, address, count, asked, words, answered) = Self.examples[index]
        let request = request(kind, address, count)
        let rtu = ModbusFrames.request(request, framing: .rtu)
        #expect(rtu == CRC16.appended(to: [0x11] + asked))
        #expect(
            ModbusFrames.request(request, framing: .tcp, transaction: 0x1501)
                == [0x15, 0x01, 0, 0, 0, 6, 0x11] + asked)
        #expect(
            ModbusFrames.answer(unit: 0x11, kind: kind, words: words, framing: .rtu)
                == CRC16.appended(to: [0x11] + answered))
        let length = UInt8(answered.count + 1)
        #expect(
            ModbusFrames.answer(unit: 0x11, kind: kind, words: words, framing: .tcp, transaction: 0x1501)
                == [0x15, 0x01, 0, 0, 0, length, 0x11] + answered)
    }

    @Test func `of an exception has the function with its highest bit`() {
        #expect(
            ModbusFrames.exception(unit: 10, function: 1, code: 2, framing: .rtu)
                == CRC16.appended(to: [0x0a, 0x81, 0x02]))
    }

    @Test(arguments: [ModbusFraming.rtu, .tcp])
    func `is found by the server in any pieces`(framing: ModbusFraming) {
        var reader = ServedRequestReader(framing: framing)
        var found: [ServedRequest] = []
        let requests = (0..<20).map { request(.holding, UInt16($0) * 100, UInt16($0) + 1) }
        let stream = requests.enumerated().flatMap {
            ModbusFrames.request($1, framing: framing, transaction: UInt16($0))
        }
        for byte in stream {
            reader.append([byte])
            while let request = reader.next() { found.append(request) }
        }
        #expect(found.map(\.registers) == requests.map(\.registers))
        #expect(found.allSatisfy { $0.unit == 0x11 })
        if framing == .tcp { #expect(found.map(\.transaction) == Array(0..<20)) }
    }

    @Test func `is found by the server behind noise and broken frames`() {
        var reader = ServedRequestReader(framing: .rtu)
        let good = ModbusFrames.request(request(.holding, 7, 9), framing: .rtu)
        var bad = good
        bad[3] ^= 1
        reader.append([0xff, 0x11, 0x03] + bad + good.prefix(5) + good)
        #expect(reader.next()?.registers == RegisterRequest(kind: .holding, address: 7, count: 9))
        #expect(reader.next() == nil)
    }

    @Test func `that is none breaks the connection of a server`() {
        var reader = ServedRequestReader(framing: .tcp)
        reader.append(Array("GET / HTTP/1.1\r\n".utf8))
        #expect(reader.next() == nil)
        #expect(reader.isBroken)
    }

    @Test func `of other functions is handed to the server too`() {
        var reader = ServedRequestReader(framing: .rtu)
        let write = ModbusFrames.frame(unit: 3, pdu: [16, 0, 1, 0, 1, 2, 0xab, 0xcd], framing: .rtu)
        reader.append(write)
        let request = reader.next()
        #expect(request?.function == 16)
        #expect(request?.registers == nil)
        #expect(request?.frame == write)
        #expect(
            request?.exception(1) == ModbusFrames.exception(unit: 3, function: 16, code: 1, framing: .rtu))
    }
}

@Suite struct `Random bytes` {
    @Test(arguments: [ModbusFraming.rtu, .tcp])
    func `are never data and never a crash`(framing: ModbusFraming) {
        let seed = Seed.fromEnvironment()
        print("QUANTRAC_SEED=\(seed)")
        var generator = SeededGenerator(seed: seed)
        let bus = TestBus(framing: framing, window: 0)
        let noise = Noise()
        bus.line.units[1] = noise
        for _ in 0..<1500 {
            noise.answers = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                let count = Int.random(in: 1...300, using: &generator)
                var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                // So that more than the first look is tried: a head that fits.
                if Bool.random(using: &generator), count > 8 {
                    bytes.replaceSubrange(0..<3, with: [1, 3, 20])
                }
                let delay = Int64.random(in: 0...FaultCase.timeout, using: &generator)
                return SimulatedLineAnswer(after: delay, bytes)
            }
            let answer = bus.ask(0, 10)
            #expect(answer != .data, "QUANTRAC_SEED=\(seed)")
            _ = bus.clock.sleep(untilMonotonic: bus.clock.now + FaultCase.timeout + 1)
            if answer == .data { break }
        }
    }

    @Test(arguments: [ModbusFraming.rtu, .tcp])
    func `do no harm to a server`(framing: ModbusFraming) {
        var generator = SeededGenerator(seed: Seed.fromEnvironment())
        var reader = ServedRequestReader(framing: framing)
        for _ in 0..<2000 {
            let count = Int.random(in: 1...300, using: &generator)
            reader.append((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
            while let request = reader.next() { #expect(!request.exception(1).isEmpty) }
            if reader.isBroken { reader.reset() }
        }
    }

    private final class Noise: SimulatedLineUnit {
        var answers: [SimulatedLineAnswer] = []

        func answers(to request: ServedRequest) -> [SimulatedLineAnswer] { answers }
    }
}
