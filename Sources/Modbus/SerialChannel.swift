import Glibc
public import OwnThread
public import Registers

/// A serial port that we drive ourselves: opened by libmodbus, read and written here.
///
/// A tty that vanishes is `lost`; the next opening tries again, at the caller's pace. Owned by one thread.
public final class SerialChannel: ByteChannel {
    public var isOpen: Bool { descriptor >= 0 }

    private let device: String
    private let line: SerialLine
    private let wake: Wake
    private var port: SerialPort?
    /// That of `port`, -1 without.
    private var descriptor: Int32 = -1
    /// The simulated line whose other end this is.
    private var terminal: PseudoTerminal?
    private let received = ReceiveBuffer()

    /// Makes a channel that is not yet open.
    ///
    /// - Parameter device: A path, best one of `/dev/serial/by-id`, which stays when adapters are plugged in anew.
    /// - Parameter wake: Ends every wait once it is signalled.
    public init(device: String, line: SerialLine, wake: Wake) {
        self.device = device
        self.line = line
        self.wake = wake
    }

    /// The far end of a pseudo terminal; it cannot be opened again.
    init(adopting terminal: PseudoTerminal, wake: Wake) {
        device = ""
        line = SerialLine()
        self.wake = wake
        self.terminal = terminal
        descriptor = terminal.descriptor
    }

    public func open(until deadline: Int64) throws(ChannelError) {
        guard !isOpen else { return }
        guard !device.isEmpty else { throw ChannelError(.lost, "the pseudo terminal was closed") }
        let opened = try SerialPort.open(device, line)
        descriptor = opened.descriptor
        port = consume opened
    }

    public func write(_ bytes: [UInt8], until deadline: Int64) throws(ChannelError) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                Readiness.uninterrupted {
                    guard let start = buffer.baseAddress else { return 0 }
                    return unsafe Glibc.write(descriptor, start + sent, buffer.count - sent)
                }
            }
            if count > 0 {
                sent += count
                continue
            }
            guard count == 0 || errno == EAGAIN else { throw lost(Readiness.text(errno)) }
            let events = try Readiness.wait(for: POLLOUT, on: descriptor, until: deadline, wake: wake, what: device)
            guard let events else {
                close()
                throw ChannelError(.timedOut, "\(device) sends nothing; is its flow control off and the adapter well?")
            }
            if events & (POLLHUP | POLLERR | POLLNVAL) != 0 { throw lost("it is gone") }
        }
    }

    public func read(into buffer: inout [UInt8], until deadline: Int64) throws(ChannelError) -> Int {
        guard isOpen else { throw ChannelError(.lost, "\(device) is not open") }
        // Asked in any case: with VMIN 0, as libmodbus sets it, a read of 0 says "nothing yet" as well as "gone".
        let events = try Readiness.wait(for: POLLIN, on: descriptor, until: deadline, wake: wake, what: device)
        guard let events else { return 0 }
        guard events & POLLIN != 0 else { throw lost("it is gone") }
        let count = unsafe received.fill(&buffer) { unsafe Glibc.read(descriptor, $0, $1) }
        if count > 0 { return count }
        if count < 0, errno == EAGAIN { return 0 }
        if count == 0, events & (POLLHUP | POLLERR) == 0 { return 0 }
        throw lost(count < 0 ? Readiness.text(errno) : "it is gone")
    }

    public func close() {
        descriptor = -1
        port = nil
        terminal = nil
    }

    private func lost(_ reason: String) -> ChannelError {
        close()
        return ChannelError(.lost, "\(device) is lost: \(reason); it is opened again when it returns")
    }
}
