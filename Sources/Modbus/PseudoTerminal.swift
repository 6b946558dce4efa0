import CModbus
import Glibc
public import OwnThread

/// A serial line without hardware: programs open `path` as their serial port, we are what is wired to it.
///
/// Raw from the start. The line is gone, and who has `path` open sees a hang-up, when the last reference to this and to its
/// channels is. May be used from any thread.
public final class PseudoTerminal: Sendable {
    /// The serial port's name, `/dev/pts/N`.
    public let path: String
    let descriptor: Int32
    /// Held open, as a master whose port nobody has open reads errors.
    private let port: Int32

    /// Makes a new one.
    ///
    /// - Throws: `unreachable` when the machine or the process has none left.
    public init() throws(ChannelError) {
        let flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC
        let master = Readiness.uninterrupted { unsafe Int(Glibc.open("/dev/ptmx", flags)) }
        let number = master >= 0 ? quantrac_pty_unlock(Int32(master)) : -1
        let path = "/dev/pts/\(number)"
        let port = number >= 0 ? Readiness.uninterrupted { unsafe Int(Glibc.open(path, flags)) } : -1
        guard port >= 0 else {
            let code = errno
            if master >= 0 { close(Int32(master)) }
            throw ChannelError(.unreachable, "no pseudo terminal: \(Readiness.text(code)); is /dev/pts mounted?")
        }
        var settings = termios()
        _ = unsafe tcgetattr(Int32(port), &settings)
        unsafe cfmakeraw(&settings)
        _ = unsafe tcsetattr(Int32(port), TCSANOW, &settings)
        self.path = path
        self.port = Int32(port)
        descriptor = Int32(master)
    }

    deinit {
        close(port)
        close(descriptor)
    }

    /// Our end of the line, open; the calling thread owns it.
    ///
    /// - Parameter wake: Ends its waits.
    public func channel(wake: Wake) -> any ByteChannel { SerialChannel(adopting: self, wake: wake) }
}
