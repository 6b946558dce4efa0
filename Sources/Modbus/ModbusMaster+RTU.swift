import Registers

extension ModbusMaster {
    /// After a broken answer only its remains are waited for: so long.
    private static let brokenAnswerNanoseconds: Int64 = 50_000_000

    /// Waits for the answer among RTU frames; any valid frame is taken as a whole, at any offset.
    func awaitRTU(_ exchange: inout Exchange, _ words: inout [UInt16]) throws(ChannelError) -> ModbusAnswer {
        while true {
            let count = try receive(until: exchange.deadline)
            if count > 0, let answer = takeFrames(&exchange, &words) { return answer }
            let now = clock.monotonicNanoseconds()
            if now >= exchange.deadline {
                // What seemed to begin an answer did not: it may stand in the way of the right one.
                if let answer = takeFrames(&exchange, &words, isLast: true) { return answer }
                return giveUp(exchange)
            }
            if !exchange.hasSeenBroken, RTUFrames.hasBroken(exchange.shape, in: incoming, from: 0) {
                exchange.hasSeenBroken = true
                exchange.deadline = min(exchange.deadline, now + Self.brokenAnswerNanoseconds)
            }
            dropExcess()
        }
    }

    private func takeFrames(
        _ exchange: inout Exchange, _ words: inout [UInt16], isLast: Bool = false
    ) -> ModbusAnswer? {
        let (asked, started) = (exchange.shape, clock.monotonicNanoseconds())
        while let frame = RTUFrames.first(
            in: incoming, from: 0, request: outgoing,
            isAwaited: { !isLast && ($0 == asked || outstanding.awaits($0, now: started)) })
        {
            counters.strayBytes += Int64(frame.range.lowerBound)
            defer { consume(frame.range.upperBound) }
            if frame.isEcho { continue }
            exchange.hasSeenFrame = true
            if let shape = frame.shape(in: incoming), shape == exchange.shape {
                incoming.appendWords(of: exchange.registers, at: frame.body.lowerBound + 1, to: &words)
                return .data
            }
            let now = clock.monotonicNanoseconds()
            guard frame.unit == exchange.shape.unit, frame.function == exchange.shape.function | 0x80,
                frame.isException
            else {
                if !note(frame, now: now) { exchange.hasSeenUnexpected = true }
                continue
            }
            let code = incoming[frame.body.lowerBound]
            if !outstanding.mayHaveException(of: exchange.shape, now: now) { return .exception(code) }
            // It may be a late one, and the answer to the present request may still come.
            exchange.doubtfulException = code
        }
        return nil
    }

    private func giveUp(_ exchange: Exchange) -> ModbusAnswer {
        let isText = isGreeting(incoming)
        if isText, !exchange.hasSeenFrame {
            giveUpChannel()
            return .failed(.notModbus)
        }
        let failure = exchange.failure(hasBytes: !incoming.isEmpty)
        counters.strayBytes += Int64(incoming.count)
        incoming.removeAll(keepingCapacity: true)
        return .failed(failure)
    }

    /// A greeting in letters, as SSH, FTP and HTTP servers send it.
    private func isGreeting(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 8 && bytes.allSatisfy { 0x20...0x7e ~= $0 || $0 == 0x0d || $0 == 0x0a }
    }

    /// Bytes that are too old for any frame to begin with them.
    private func dropExcess() {
        guard incoming.count > 2 * RTUFrames.maxLength else { return }
        counters.strayBytes += Int64(incoming.count - RTUFrames.maxLength)
        consume(incoming.count - RTUFrames.maxLength)
    }
}

extension [UInt8] {
    /// The words of an answer whose data begins at `start`: registers, or one bit each.
    func appendWords(of registers: RegisterRequest, at start: Int, to words: inout [UInt16]) {
        let count = Int(registers.count)
        if registers.kind.isBit {
            for index in 0..<count { words.append(UInt16(self[start + index / 8] >> (index % 8)) & 1) }
        } else {
            for index in 0..<count {
                words.append(UInt16(self[start + 2 * index]) << 8 | UInt16(self[start + 2 * index + 1]))
            }
        }
    }
}
