import Registers

extension ModbusMaster {
    /// Waits for the answer among frames with an MBAP header, which stand one behind the other.
    func awaitTCP(_ exchange: inout Exchange, _ words: inout [UInt16]) throws(ChannelError) -> ModbusAnswer {
        while true {
            if try receive(until: exchange.deadline) == 0 { break }
            var offset = 0
            scan: while true {
                switch MBAPFrames.next(in: incoming, from: offset) {
                case .incomplete: break scan
                case .notModbus:
                    giveUpChannel()
                    return .failed(.notModbus)
                case .frame(let frame):
                    exchange.hasSeenFrame = true
                    offset = frame.range.upperBound
                    guard frame.transaction == exchange.transaction else {
                        if !note(frame, now: clock.monotonicNanoseconds()) { exchange.hasSeenUnexpected = true }
                        continue scan
                    }
                    let answer = answer(in: frame, to: exchange, &words)
                    consume(offset)
                    return answer
                }
            }
            consume(offset)
            if clock.monotonicNanoseconds() >= exchange.deadline { break }
        }
        guard incoming.isEmpty else {
            // Behind half a frame nothing can be told apart any more.
            counters.strayBytes += Int64(incoming.count)
            giveUpChannel()
            return .failed(exchange.failure(hasBytes: true))
        }
        return .failed(exchange.failure(hasBytes: false))
    }

    /// What the one frame says that carries our transaction id; no second one will come.
    private func answer(
        in frame: ReceivedFrame, to exchange: Exchange, _ words: inout [UInt16]
    ) -> ModbusAnswer {
        if let shape = frame.shape(in: incoming), shape == exchange.shape {
            incoming.appendWords(of: exchange.registers, at: frame.body.lowerBound + 1, to: &words)
            return .data
        }
        guard frame.unit == exchange.shape.unit, frame.function == exchange.shape.function | 0x80, frame.isException
        else { return .failed(.unexpected) }
        let code = incoming[frame.body.lowerBound]
        let isDoubtful = outstanding.mayHaveException(of: exchange.shape, now: clock.monotonicNanoseconds())
        return isDoubtful ? .failed(.doubtfulException(code)) : .exception(code)
    }
}
