import Modbus
import OwnThread
import Readings
import Synchronization

/// The slave that all lines of a server share.
final class SharedSlave: Sendable {
    private let slave: Mutex<SimulatedSlave>
    private let start = SystemTime.monotonicNanoseconds()
    /// `nil`: no end.
    private let requestLimit: Int64?

    init(_ slave: SimulatedSlave, requestLimit: Int64?) {
        self.slave = Mutex(slave)
        self.requestLimit = requestLimit
    }

    var counts: SlaveCounts { slave.withLock(\.counts) }
    var isExhausted: Bool { requestLimit.map { counts.requests >= $0 } ?? false }

    /// What leaves for a request; `nil` once there have been enough of them.
    func answers(to request: ServedRequest) -> [SlaveAnswer]? {
        let elapsed = (SystemTime.monotonicNanoseconds() - start) / 1_000_000
        let time = Timestamp(microsecondsSince1970: SystemTime.wallMicroseconds())
        return slave.withLock { slave in
            if let requestLimit, slave.counts.requests >= requestLimit { return nil }
            return slave.answers(to: request, elapsedMilliseconds: elapsed, at: time)
        }
    }

    func connected() {
        slave.withLock { $0.noteConnection() }
    }
}

/// One line of a simulated slave: a connection or a tty. Owned by one thread.
struct SlaveLine {
    private let slave: SharedSlave
    private let wake: Wake
    private let framing: ModbusFraming
    private var reader: ServedRequestReader
    private var queue = AnswerQueue()
    private var lastByte: Int64 = 0

    /// How long a master may not read before its connection is given up.
    private static let writeLimit: Int64 = 5_000_000_000
    /// No master pauses so long within one request.
    private static let requestPause: Int64 = 200_000_000
    private static let idle: Int64 = 60_000_000_000

    init(_ slave: SharedSlave, framing: ModbusFraming, wake: Wake) {
        self.slave = slave
        self.wake = wake
        self.framing = framing
        reader = ServedRequestReader(framing: framing)
    }

    /// Answers until the other side closes, a fault closes the line, or there have been enough requests.
    ///
    /// - Throws: `ChannelError`, with `stopped` when somebody wants us to stop.
    mutating func serve(_ channel: any ByteChannel) throws(ChannelError) {
        var bytes: [UInt8] = []
        while true {
            let now = SystemTime.monotonicNanoseconds()
            while let step = queue.take(at: now) {
                guard case .send(let piece) = step else { return channel.close() }
                try channel.write(piece, until: now + Self.writeLimit)
            }
            if slave.isExhausted, queue.isEmpty { return }
            let deadline = min(queue.next ?? .max, now + Self.idle)
            if queue.isFull {
                // Its master asks and asks: it may wait until some answers have left.
                if wake.wait(milliseconds: 1) { throw ChannelError(.stopped, "stopped") }
                continue
            }
            bytes.removeAll(keepingCapacity: true)
            if try channel.read(into: &bytes, until: deadline) > 0 { take(bytes) }
            if reader.isBroken { return channel.close() }
        }
    }

    private mutating func take(_ bytes: [UInt8]) {
        let now = SystemTime.monotonicNanoseconds()
        if framing == .rtu, now - lastByte > Self.requestPause { reader.reset() }
        lastByte = now
        reader.append(bytes)
        while let request = reader.next() {
            for answer in slave.answers(to: request) ?? [] { queue.add(answer, receivedAt: now) }
        }
    }
}
