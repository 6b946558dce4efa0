import CModbus
import Glibc
import Registers

/// A tty, locked for us, opened and configured by libmodbus: one owner, everything given back when its life ends.
@safe struct SerialPort: ~Copyable {
    /// For `poll`, `read` and `write`.
    let descriptor: Int32
    private let context: OpaquePointer
    private let lock: Int32

    private init(adopting context: OpaquePointer, descriptor: Int32, lock: Int32) {
        unsafe self.context = context
        self.descriptor = descriptor
        self.lock = lock
    }

    deinit {
        // Else the kernel waits up to 30 s at the closing for bytes that a stuck line does not take.
        _ = tcflush(descriptor, TCIOFLUSH)
        _ = quantrac_tty_set_exclusive(descriptor, 0)
        unsafe modbus_close(context)
        unsafe modbus_free(context)
        _ = Glibc.close(lock)
    }

    /// Opens the tty at `device`; nothing of it is touched before the lock is ours.
    static func open(_ device: String, _ line: SerialLine) throws(ChannelError) -> SerialPort {
        // libmodbus takes an unknown rate for 9600 without a word.
        guard rates.contains(line.baud) else {
            throw ChannelError(
                .refused, "\(device): \(line.baud) baud is no rate of a serial port; use 9600 or another")
        }
        let lock = try takeLock(of: device)
        // A pseudo terminal has no parity, and tcsetattr calls one impossible when it changes nothing else: at a second
        // opening, that is.
        let parity: CChar =
            switch isPseudo(lock) ? .none : line.parity {
            case .none: 0x4e
            case .even: 0x45
            case .odd: 0x4f
            }
        let bits = (Int32(line.dataBits), Int32(line.stopBits))
        guard let context = unsafe modbus_new_rtu(device, Int32(line.baud), parity, bits.0, bits.1) else {
            let code = errno
            _ = Glibc.close(lock)
            throw error(device, code)
        }
        guard unsafe modbus_connect(context) == 0 else {
            let code = errno
            unsafe modbus_free(context)
            _ = Glibc.close(lock)
            throw error(device, code)
        }
        let port = unsafe SerialPort(adopting: context, descriptor: modbus_get_socket(context), lock: lock)
        try port.finish(device, line)
        return port
    }

    /// What libmodbus leaves as it finds it.
    private func finish(_ device: String, _ line: SerialLine) throws(ChannelError) {
        if line.isRS485 {
            // Only on an open port, as it asks the driver.
            guard unsafe modbus_rtu_set_serial_mode(context, MODBUS_RTU_RS485) == 0 else {
                throw ChannelError(
                    .refused,
                    "the driver of \(device) does not switch an RS-485 transceiver: \(Readiness.text(errno)); "
                        + "leave out rs485=true if the adapter switches by itself")
            }
        }
        var settings = termios()
        if unsafe tcgetattr(descriptor, &settings) == 0 {
            // A program before us may have left hardware flow control on; two wires have no CTS, and nothing would be sent.
            settings.c_cflag &= ~tcflag_t(0o20_000_000_000)
            _ = unsafe tcsetattr(descriptor, TCSANOW, &settings)
        }
        // Programs that do not ask for the lock are kept out as well, unless they are root's.
        _ = quantrac_tty_set_exclusive(descriptor, 1)
        _ = tcflush(descriptor, TCIOFLUSH)
    }

    private static func takeLock(of device: String) throws(ChannelError) -> Int32 {
        let flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC
        let lock = Int32(Readiness.uninterrupted { unsafe Int(Glibc.open(device, flags)) })
        guard lock >= 0 else { throw error(device, errno) }
        var code: Int32 = 0
        if isatty(lock) != 1 {
            code = ENOTTY
        } else if flock(lock, LOCK_EX | LOCK_NB) != 0 {
            code = errno
        }
        guard code == 0 else {
            _ = Glibc.close(lock)
            throw error(device, code)
        }
        return lock
    }

    /// The other end of a pseudo terminal: major numbers 136 to 143.
    private static func isPseudo(_ descriptor: Int32) -> Bool {
        var information = stat()
        guard unsafe fstat(descriptor, &information) == 0 else { return false }
        return 136...143 ~= (information.st_rdev >> 8) & 0xfff
    }

    private static func error(_ device: String, _ code: Int32) -> ChannelError {
        switch code {
        case EWOULDBLOCK, EBUSY:
            ChannelError(.busy, "another program has \(device) open; a serial bus has one master: stop the other one")
        case EACCES, EPERM:
            ChannelError(.refused, "no permission for \(device); add the user that runs quantrac to the group dialout")
        case ENOTTY:
            ChannelError(.refused, "\(device) is no serial port; name one of /dev/serial/by-id")
        case EINVAL:
            ChannelError(.refused, "\(device) does not take these line settings; check baud, parity and stop bits")
        default:
            ChannelError(
                .unreachable,
                "\(device) cannot be opened: \(Readiness.text(code)); is the adapter plugged in? "
                    + "`ls /dev/serial/by-id` shows what is there")
        }
    }

    /// Those that libmodbus 3.1.6 knows, from 1200 on. // SerialLine.baud
    private static let rates: Set<Int> = [
        1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 500_000, 576_000, 921_600,
    ]
}
