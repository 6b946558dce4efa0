public import Modbus

/// A bus without hardware: the channel of a `ModbusMaster`, with simulated slaves at its other end, in simulated time.
///
/// ```swift
/// let line = SimulatedLine(framing: .rtu)
/// let bank = RegisterBank(unit: 1)
/// line.units[1] = bank
/// bank.fault = { _ in .late(2_000_000_000) }
/// let master = ModbusMaster(channel: line, framing: .rtu, line: nil, lateResponseWindowNanoseconds: 10_000_000_000,
///                           clock: line.clock)
/// line.clock.at(5_000_000_000) { line.vanish() }
/// ```
/// Nothing waits in reality; the same calls give the same bytes. Owned by one thread.
public final class SimulatedLine: ByteChannel {
    public let framing: ModbusFraming
    public let clock: SimulatedLineClock
    /// By unit id; a request to another one is heard by nobody.
    public var units: [UInt8: any SimulatedLineUnit] = [:]
    /// What every opening fails with, while it is set.
    public var openError: ChannelError?
    /// How long an opening takes.
    public var openNanoseconds: Int64 = 0
    /// One character on the wire, of the request; the answers' is theirs to say.
    public var characterNanoseconds: Int64 = 0
    /// Whether what a slave says reaches a later connection too, as with a serial server; else it is lost with its own.
    public var survivesReconnect: Bool
    /// What happens to the bytes of a request before the slaves see them: noise, loss.
    public var alterRequest: (([UInt8]) -> [UInt8])?
    /// All frames that were sent, when they were; empty unless `recordsRequests`.
    public private(set) var requests: [(time: Int64, bytes: [UInt8])] = []
    public var recordsRequests = false

    public private(set) var isOpen = false
    /// How often it was opened.
    public private(set) var openings = 0
    private var isClosedByPeer = false
    private var inbox: [UInt8] = []
    private var reader: ServedRequestReader
    /// When the last byte of an answer that comes byte by byte is out.
    private var speakingUntil: Int64 = 0
    /// The connection on which nothing more comes.
    private var mutedConnection = -1

    /// Makes a line; one with the clock of another shares its time.
    public init(framing: ModbusFraming, clock: SimulatedLineClock = SimulatedLineClock()) {
        self.framing = framing
        self.clock = clock
        survivesReconnect = framing == .rtu
        reader = ServedRequestReader(framing: framing)
    }

    public func open(until deadline: Int64) throws(ChannelError) {
        guard !isOpen else { return }
        try refuseWhenStopped()
        let ready = clock.now + openNanoseconds
        _ = clock.sleep(untilMonotonic: min(ready, deadline))
        try refuseWhenStopped()
        if ready > deadline { throw ChannelError(.timedOut, "the simulated line took too long to open") }
        if let openError { throw openError }
        isOpen = true
        isClosedByPeer = false
        openings += 1
        inbox.removeAll()
        reader.reset()
    }

    public func write(_ bytes: [UInt8], until deadline: Int64) throws(ChannelError) {
        try refuseWhenStopped()
        try refuseWhenGone()
        if recordsRequests { requests.append((clock.now, bytes)) }
        let connection = openings
        let arrival = clock.now + Int64(bytes.count) * characterNanoseconds
        let heard = alterRequest?(bytes) ?? bytes
        if arrival == clock.now { return receive(heard, connection: connection) }
        clock.at(arrival) { [weak self] in self?.receive(heard, connection: connection) }
    }

    public func read(into buffer: inout [UInt8], until deadline: Int64) throws(ChannelError) -> Int {
        while inbox.isEmpty {
            try refuseWhenStopped()
            try refuseWhenGone()
            guard clock.step(until: max(deadline, clock.now)) else { return 0 }
        }
        buffer.append(contentsOf: inbox)
        defer { inbox.removeAll(keepingCapacity: true) }
        return inbox.count
    }

    public func close() {
        isOpen = false
        inbox.removeAll()
    }

    /// Puts bytes on the line that nobody asked for.
    public func inject(_ bytes: [UInt8]) {
        if isOpen, !isClosedByPeer { inbox += bytes }
    }

    /// The other side closes the connection; a new one is possible at once.
    public func drop() { isClosedByPeer = true }

    /// The tty or the gateway is gone until `comeBack`.
    public func vanish() {
        isClosedByPeer = true
        openError = ChannelError(.unreachable, "the simulated line is gone")
    }

    /// Ends `vanish`.
    public func comeBack() { openError = nil }

    private func receive(_ bytes: [UInt8], connection: Int) {
        reader.append(bytes)
        while let request = reader.next() {
            guard let unit = units[request.unit] else { continue }
            for answer in unit.answers(to: request) { schedule(answer, connection: connection) }
        }
        if reader.isBroken { isClosedByPeer = true }
    }

    private func schedule(_ answer: SimulatedLineAnswer, connection: Int) {
        clock.at(clock.now + answer.delayNanoseconds) { [weak self] in
            self?.speak(answer, connection: connection)
        }
    }

    /// Puts an answer on the line, behind one that is being said byte by byte.
    private func speak(_ answer: SimulatedLineAnswer, connection: Int) {
        guard clock.now >= speakingUntil else {
            return clock.at(speakingUntil) { [weak self] in self?.speak(answer, connection: connection) }
        }
        guard survivesReconnect || connection == openings, connection != mutedConnection else { return }
        if answer.gapNanoseconds == 0 {
            inject(answer.bytes)
        } else {
            for (index, byte) in answer.bytes.enumerated() {
                clock.at(clock.now + Int64(index) * answer.gapNanoseconds) { [weak self] in
                    guard let self, survivesReconnect || connection == openings else { return }
                    inject([byte])
                }
            }
            speakingUntil = clock.now + Int64(answer.bytes.count) * answer.gapNanoseconds
        }
        if answer.mutes { mutedConnection = connection }
        guard answer.disconnects else { return }
        clock.at(speakingUntil) { [weak self] in
            guard let self, connection == openings else { return }
            drop()
        }
    }

    private func refuseWhenStopped() throws(ChannelError) {
        if clock.isStopped { throw ChannelError(.stopped, "somebody wants the simulated line to stop") }
    }

    private func refuseWhenGone() throws(ChannelError) {
        guard isOpen, !isClosedByPeer else {
            isOpen = false
            throw ChannelError(.lost, "the simulated line was closed by the other side")
        }
    }
}
