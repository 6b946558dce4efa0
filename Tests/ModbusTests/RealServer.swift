import Modbus
import OwnThread
import QuantracTesting
import Registers
import Synchronization

/// A small Modbus server on a thread of its own, which serves connections one after the other, or one pseudo terminal.
final class RealServer: Sendable {
    let wake: Wake
    private let thread: RunningThread

    /// - Parameter answer: The bytes that go back, for each request; empty for silence.
    private init(
        wake: Wake, next: @escaping @Sendable () -> (any ByteChannel)?, framing: ModbusFraming,
        answer: @escaping @Sendable (ServedRequest) -> [UInt8]
    ) throws {
        self.wake = wake
        thread = try OwnThread.start(name: "test-server") {
            while let channel = next() { Self.serve(channel, framing, answer) }
        }
    }

    /// Serves a listener's connections.
    static func listening(
        on listener: ModbusListener, wake: Wake, framing: ModbusFraming = .tcp,
        answer: @escaping @Sendable (ServedRequest) -> [UInt8] = right
    ) throws -> RealServer {
        try RealServer(
            wake: wake, next: { (try? listener.accept(until: .max))?.channel(wake: wake) }, framing: framing,
            answer: answer)
    }

    /// Serves the far end of a pseudo terminal.
    static func wired(
        to terminal: PseudoTerminal, wake: Wake, answer: @escaping @Sendable (ServedRequest) -> [UInt8] = right
    ) throws -> RealServer {
        let isServed = Flag()
        return try RealServer(
            wake: wake, next: { isServed.raise() ? terminal.channel(wake: wake) : nil }, framing: .rtu, answer: answer)
    }

    /// What stands at each address.
    static func word(_ address: Int) -> UInt16 { UInt16(truncatingIfNeeded: 1000 + address) }

    @Sendable static func right(_ request: ServedRequest) -> [UInt8] {
        guard let registers = request.registers else { return request.exception(1) }
        return request.answer(registers.addresses.map { word($0) })
    }

    func stop() {
        wake.signal()
        thread.wait()
    }

    private static func serve(
        _ channel: any ByteChannel, _ framing: ModbusFraming, _ answer: (ServedRequest) -> [UInt8]
    ) {
        var reader = ServedRequestReader(framing: framing)
        var bytes: [UInt8] = []
        do {
            while !reader.isBroken {
                bytes.removeAll()
                guard try channel.read(into: &bytes, until: .max) > 0 else { continue }
                reader.append(bytes)
                while let request = reader.next() { try channel.write(answer(request), until: .max) }
            }
        } catch {}
        channel.close()
    }

    /// True once.
    private final class Flag: Sendable {
        private let raised = Mutex(false)

        func raise() -> Bool {
            raised.withLock { value in
                defer { value = true }
                return !value
            }
        }
    }
}
