public import Registers

/// Asks the units of one bus, one request at a time, and never takes an answer for another one.
///
/// An RTU answer names unit, function and byte count, not the address. So a request is not sent while an earlier one of
/// the same unit with an answer of the same shape may still be answered: from the moment it was sent until the
/// late-response window is over, unless its own right answer came. `ask` refuses such a request (`.ambiguous`), and the
/// caller asks for the same registers in another shape, or for something else. The same rule holds over TCP, where a
/// gateway's serial side can mix up what the transaction id then seems to prove. See
/// docs/decisions/0013-modbus-frames-are-ours.md. Owned by one thread.
public final class ModbusMaster {
    public internal(set) var counters = MasterCounters()
    /// When the last request was sent and when it was answered or given up, monotonic nanoseconds; `nil` when the last `ask`
    /// sent nothing.
    public private(set) var lastExchange: (sent: Int64, ended: Int64)?

    let channel: any ByteChannel
    let framing: ModbusFraming
    let clock: any BusClock
    /// Received and not yet understood.
    var incoming: [UInt8] = []
    var outstanding: OutstandingShapes
    /// The last request as it was sent.
    var outgoing: [UInt8] = []

    private let line: SerialLine?
    private let window: Int64
    private var transaction: UInt16
    private var requestsWithoutFrame = 0
    /// When a serial line has been silent long enough for the next request.
    private var lineFreeAt: Int64 = 0
    private var lastUse: Int64 = 0
    /// Units that have said what no request explains, and until when their repetitions are reckoned with.
    private var repeaters: [UInt8: Int64] = [:]

    /// After so many requests without any valid frame a connection is given up: a gateway that restarted forgets its own.
    private static let requestsWithoutFrameMax = 3
    /// A connection that was not used for so long is looked at before its next use: the other side may have closed it.
    private static let idleNanoseconds: Int64 = 1_000_000_000
    /// No more is thrown away before one request, so that who never falls silent does not keep us from asking.
    private static let drainedBytesMax = 65_536

    /// Makes a master of a channel that need not be open yet.
    ///
    /// - Parameter line: `nil` where there is no serial line that we drive: TCP.
    /// - Parameter lateResponseWindowNanoseconds: How long after its request an answer may come.
    public init(
        channel: any ByteChannel, framing: ModbusFraming, line: SerialLine?, lateResponseWindowNanoseconds: Int64,
        clock: any BusClock
    ) {
        self.channel = channel
        self.framing = framing
        self.line = line
        self.clock = clock
        outstanding = OutstandingShapes(framing: framing)
        window = lateResponseWindowNanoseconds
        // Not the same ones after each start: a gateway may still answer the last process.
        transaction = UInt16(truncatingIfNeeded: clock.monotonicNanoseconds() >> 10)
        incoming.reserveCapacity(1024)
        outgoing.reserveCapacity(12)
    }

    /// From when on this request can be asked so that its answer cannot be confused; 0: now.
    public func earliest(for request: ModbusRequest) -> Int64 {
        end(of: AnswerShape(of: request), now: clock.monotonicNanoseconds()).map { $0 + 1 } ?? 0
    }

    /// Asks, and waits for the answer; opens the channel when it is closed.
    ///
    /// Words are registers, or one bit each (0 or 1); they replace what is in `words`, which is empty unless `.data` returns.
    /// The opening may take as long as `timeoutNanoseconds`, and the answer as long again: from the end of sending to its
    /// last byte, plus what a serial line of ours needs for its characters.
    /// - Precondition: 1 … 125 registers or 1 … 2000 bits.
    public func ask(_ request: ModbusRequest, timeoutNanoseconds: Int64, into words: inout [UInt16]) -> ModbusAnswer {
        words.removeAll(keepingCapacity: true)
        lastExchange = nil
        precondition(
            1...(request.registers.kind.isBit ? 2000 : 125) ~= request.registers.count,
            "a request asks for 1 to 125 registers or 1 to 2000 bits")
        let shape = AnswerShape(of: request)
        let start = clock.monotonicNanoseconds()
        if let until = end(of: shape, now: start) { return .failed(.ambiguous(until: until)) }
        do throws(ChannelError) {
            try makeReady(from: start, until: start + timeoutNanoseconds)
        } catch {
            noteLoss(error)
            return .failed(.channel(error))
        }
        compose(request)
        let sent = clock.monotonicNanoseconds()
        var exchange = Exchange(
            shape: shape, registers: request.registers, transaction: framing == .tcp ? transaction : 0, sent: sent,
            deadline: sent + timeoutNanoseconds + wireTime(of: outgoing.count + 5 + Int(shape.byteCount)))
        counters.requests += 1
        let answer: ModbusAnswer
        do throws(ChannelError) {
            try channel.write(outgoing, until: exchange.deadline)
            counters.bytesSent += Int64(outgoing.count)
            answer = framing == .tcp ? try awaitTCP(&exchange, &words) : try awaitRTU(&exchange, &words)
        } catch {
            noteLoss(error)
            answer = .failed(.channel(error))
        }
        settle(exchange, answer, timeout: timeoutNanoseconds)
        return answer
    }

    /// Closes the channel; what may still be answered stays known.
    public func close() {
        channel.close()
        incoming.removeAll(keepingCapacity: true)
    }

    /// Appends what has come, waiting for the first byte; 0: nothing came.
    func receive(until deadline: Int64) throws(ChannelError) -> Int {
        let count = try channel.read(into: &incoming, until: deadline)
        counters.bytesReceived += Int64(count)
        return count
    }

    /// Forgets the first bytes of what has come.
    func consume(_ count: Int) {
        if count == incoming.count {
            incoming.removeAll(keepingCapacity: true)
        } else {
            incoming.removeFirst(count)
        }
    }

    /// A connection that is of no use any more.
    func giveUpChannel() {
        channel.close()
        incoming.removeAll(keepingCapacity: true)
        counters.disconnects += 1
    }

    /// A frame that is no answer to the present request: late, or nobody knows why.
    ///
    /// Returns whether it was expected.
    @discardableResult
    func note(_ frame: ReceivedFrame, now: Int64) -> Bool {
        if frame.isEcho { return true }
        let shape = frame.shape(in: incoming)
        let isLate: Bool
        if framing == .tcp {
            isLate = outstanding.noteLate(transaction: frame.transaction, now: now)
        } else if let shape {
            isLate = outstanding.noteLate(shape, now: now)
        } else if frame.isException {
            let asked = AnswerShape(unit: frame.unit, function: frame.function & 0x7f, byteCount: 0)
            isLate = outstanding.mayHaveException(of: asked, now: now)
        } else {
            isLate = false
        }
        if isLate {
            counters.lateAnswers += 1
        } else {
            counters.strayBytes += Int64(frame.range.count)
            // Data that no request of ours explains: something on the way repeats, or the window is too short. Repeated
            // answers would be taken for the next ones, one behind the other, so their shapes are reckoned with too.
            if framing == .rtu, shape != nil { repeaters[frame.unit] = now + window }
        }
        return isLate
    }
}

// MARK: - Before and after a request

extension ModbusMaster {
    /// Until when a request of this shape may not be asked. What has come meanwhile may have made it free.
    private func end(of shape: AnswerShape, now: Int64) -> Int64? {
        guard outstanding.end(of: shape, now: now) != nil else { return nil }
        if channel.isOpen {
            do throws(ChannelError) {
                while try receive(until: 0) > 0, incoming.count < Self.drainedBytesMax { lineWasUsed() }
                sortOut()
            } catch {
                noteLoss(error)
            }
        }
        return outstanding.end(of: shape, now: now)
    }

    /// Opens the channel where needed, and leaves no byte in it that came before the request.
    private func makeReady(from start: Int64, until deadline: Int64) throws(ChannelError) {
        if framing == .tcp { sortOut() }
        if channel.isOpen {
            // On TCP the transaction id sorts out old frames; only a connection the other side has closed is looked for.
            guard framing == .rtu || start - lastUse > Self.idleNanoseconds else { return }
            do throws(ChannelError) {
                try drain(until: deadline)
                // What came may have shown that there is no Modbus at the other side any more.
                if channel.isOpen { return }
            } catch {
                guard error.reason == .lost else { throw error }
                noteLoss(error)
            }
        }
        try channel.open(until: deadline)
        counters.connects += 1
        incoming.removeAll(keepingCapacity: true)
        requestsWithoutFrame = 0
        if framing == .rtu { try drain(until: deadline) }
    }

    /// Throws away what has come unasked, and keeps the silence before a request on a serial line.
    private func drain(until deadline: Int64) throws(ChannelError) {
        while true {
            while try receive(until: 0) > 0, incoming.count < Self.drainedBytesMax { lineWasUsed() }
            sortOut()
            guard let line, lineFreeAt > 0 else { return }
            let now = clock.monotonicNanoseconds()
            // Somebody who never falls silent must not keep us from asking for ever.
            guard now < lineFreeAt, lineFreeAt - now <= line.frameSilenceNanoseconds, now < deadline else { return }
            guard clock.sleep(untilMonotonic: lineFreeAt) else {
                throw ChannelError(.stopped, "stopped before a request was sent")
            }
        }
    }

    /// Counts what came unasked, and throws it away.
    ///
    /// On TCP the beginning of a late frame stays, as its rest would be read as a header.
    private func sortOut() {
        guard !incoming.isEmpty else { return }
        if framing == .tcp { return sortOutTCP() }
        let now = clock.monotonicNanoseconds()
        var offset = 0
        while let frame = RTUFrames.first(in: incoming, from: offset, request: outgoing) {
            counters.strayBytes += Int64(frame.range.lowerBound - offset)
            note(frame, now: now)
            offset = frame.range.upperBound
        }
        counters.strayBytes += Int64(incoming.count - offset)
        incoming.removeAll(keepingCapacity: true)
    }

    private func sortOutTCP() {
        let now = clock.monotonicNanoseconds()
        var offset = 0
        while true {
            switch MBAPFrames.next(in: incoming, from: offset) {
            case .frame(let frame):
                note(frame, now: now)
                offset = frame.range.upperBound
            case .incomplete:
                let isLate =
                    incoming.count - offset >= 2
                    && outstanding.has(
                        transaction: UInt16(incoming[offset]) << 8 | UInt16(incoming[offset + 1]), now: now)
                if isLate { return consume(offset) }
                counters.strayBytes += Int64(incoming.count - offset)
                return incoming.removeAll(keepingCapacity: true)
            case .notModbus:
                counters.strayBytes += Int64(incoming.count - offset)
                return giveUpChannel()
            }
        }
    }

    private func compose(_ request: ModbusRequest) {
        let registers = request.registers
        outgoing.removeAll(keepingCapacity: true)
        if framing == .tcp {
            transaction = nextTransaction()
            append(transaction)
            append(0)
            append(6)
        }
        outgoing.append(request.unit)
        outgoing.append(registers.kind.readFunction)
        append(registers.address)
        append(registers.count)
        if framing == .rtu { append(CRC16.of(outgoing).byteSwapped) }
    }

    private func append(_ word: UInt16) {
        outgoing.append(UInt8(truncatingIfNeeded: word >> 8))
        outgoing.append(UInt8(truncatingIfNeeded: word))
    }

    private func nextTransaction() -> UInt16 {
        let now = clock.monotonicNanoseconds()
        var next = transaction &+ 1
        while outstanding.has(transaction: next, now: now), next != transaction { next &+= 1 }
        return next
    }

    private func settle(_ exchange: Exchange, _ answer: ModbusAnswer, timeout: Int64) {
        let now = clock.monotonicNanoseconds()
        lastUse = now
        lastExchange = (exchange.sent, now)
        lineWasUsed(now: now)
        counters.busyNanoseconds += now - exchange.sent
        let unit = exchange.shape.unit
        // The timeout on top is for what may hold up the answer besides the device: a gateway's queue, the wire.
        let span = window + timeout + wireTime(of: 13 + Int(exchange.shape.byteCount))
        var isAnswered = false
        switch answer {
        case .data:
            counters.answers += 1
            isAnswered = true
            if !repeaters.isEmpty, repeaters[unit, default: 0] >= now {
                outstanding.insertRepeatable(exchange.shape, until: exchange.sent + span, now: now)
            }
        case .exception(let code):
            counters.exceptions += 1
            // A gateway that gave up (10, 11) may have asked the device, which answers in its own time.
            isAnswered = code != 10 && code != 11
        case .failed(let failure): count(failure)
        }
        switch answer {
        // A frame with our transaction id: the unit, or the gateway in its name, has come so far.
        case .failed(.doubtfulException) where framing == .tcp: isAnswered = true
        // What was asked over a connection is answered over that one, or never.
        case .failed(.channel) where framing == .tcp: return noteUse(exchange)
        default: break
        }
        if isAnswered {
            outstanding.noteAnswer(of: unit, now: now)
        } else {
            outstanding.insert(
                exchange.shape, transaction: framing == .tcp ? exchange.transaction : nil, sent: exchange.sent,
                window: span, now: now)
        }
        noteUse(exchange)
    }

    private func noteUse(_ exchange: Exchange) {
        requestsWithoutFrame = exchange.hasSeenFrame ? 0 : requestsWithoutFrame + 1
        if line == nil, requestsWithoutFrame >= Self.requestsWithoutFrameMax, channel.isOpen { giveUpChannel() }
    }

    private func count(_ failure: ModbusFailure) {
        switch failure {
        case .noAnswer: counters.timeouts += 1
        case .incomplete:
            counters.timeouts += 1
            counters.badFrames += 1
        case .badChecksum, .unexpected, .notModbus: counters.badFrames += 1
        case .doubtfulException: counters.exceptions += 1
        case .channel, .ambiguous: break
        }
    }

    private func noteLoss(_ error: ChannelError) {
        guard error.reason != .stopped else { return }
        // Also after a timeout: half a request may be on its way.
        if error.reason == .lost || channel.isOpen { counters.disconnects += 1 }
        channel.close()
        incoming.removeAll(keepingCapacity: true)
    }

    private func wireTime(of count: Int) -> Int64 {
        guard let line else { return 0 }
        return Int64(count) * line.characterNanoseconds
    }

    private func lineWasUsed(now: Int64? = nil) {
        guard let line else { return }
        lineFreeAt = (now ?? clock.monotonicNanoseconds()) + line.frameSilenceNanoseconds
    }
}
