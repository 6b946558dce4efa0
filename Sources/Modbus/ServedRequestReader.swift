/// Finds the requests in what a server receives; bytes may come in any pieces.
///
/// RTU: a frame is found at any offset, by its checksum; bytes that belong to none are dropped. TCP: a header that is no
/// Modbus sets `isBroken`, and the connection should be closed.
public struct ServedRequestReader: Sendable {
    private let framing: ModbusFraming
    private var buffer: [UInt8] = []
    /// What came on a TCP connection is no Modbus.
    public private(set) var isBroken = false

    /// Makes a reader for one connection or line.
    public init(framing: ModbusFraming) {
        self.framing = framing
    }

    /// Takes in what has arrived.
    public mutating func append(_ bytes: some Sequence<UInt8>) {
        buffer.append(contentsOf: bytes)
    }

    /// The next whole request, `nil` until more has arrived.
    public mutating func next() -> ServedRequest? {
        switch framing {
        case .rtu: nextRTU()
        case .tcp: nextTCP()
        }
    }

    /// Forgets a half request: after a silence on a serial line, or a new connection.
    public mutating func reset() {
        buffer.removeAll(keepingCapacity: true)
        isBroken = false
    }

    private mutating func nextTCP() -> ServedRequest? {
        guard !isBroken, buffer.count >= 8 else { return nil }
        let length = Int(buffer[4]) << 8 | Int(buffer[5])
        // Unit and protocol data unit, which has at most 253 bytes: Modbus Application Protocol 1.1b3, 4.1
        guard buffer[2] == 0, buffer[3] == 0, 2...254 ~= length else {
            isBroken = true
            return nil
        }
        guard buffer.count >= 6 + length else { return nil }
        let request = ServedRequest(
            framing: .tcp, transaction: UInt16(buffer[0]) << 8 | UInt16(buffer[1]), unit: buffer[6],
            pdu: Array(buffer[7..<(6 + length)]))
        buffer.removeFirst(6 + length)
        return request
    }

    private mutating func nextRTU() -> ServedRequest? {
        for start in buffer.indices {
            guard let end = endOfFrame(from: start) else { continue }
            let request = ServedRequest(
                framing: .rtu, transaction: 0, unit: buffer[start], pdu: Array(buffer[(start + 1)..<(end - 2)]))
            buffer.removeFirst(end)
            return request
        }
        // No frame is longer: what is older can belong to none. // Modbus over Serial Line 1.02, 2.5.1
        if buffer.count > 256 { buffer.removeFirst(buffer.count - 256) }
        return nil
    }

    private func endOfFrame(from start: Int) -> Int? {
        guard let length = lengthOfFrame(from: start), start + length <= buffer.count,
            CRC16.isRight(buffer, in: start..<(start + length))
        else { return nil }
        return start + length
    }

    /// Of a request with unit and checksum, by its function; `nil` while that is unknown. // same, 6
    private func lengthOfFrame(from start: Int) -> Int? {
        let left = buffer.count - start
        guard left >= 4 else { return nil }
        switch buffer[start + 1] {
        case 1...6, 8: return 8
        case 7, 11, 12, 17: return 4
        case 15, 16: return left > 6 ? 9 + Int(buffer[start + 6]) : nil
        case 20, 21: return 5 + Int(buffer[start + 2])
        case 22: return 10
        case 23: return left > 10 ? 13 + Int(buffer[start + 10]) : nil
        case 24: return 6
        case 43: return 7
        default: return nil
        }
    }
}
