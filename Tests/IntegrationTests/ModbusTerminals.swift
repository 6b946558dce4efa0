import Foundation
import QuantracTesting

/// Two ttys joined by socat, as a null modem cable would join them.
final class TerminalPair {
    let master: String
    let slave: String
    private let folder: TestFolder
    private var cable: ChildProcess

    init() throws {
        folder = try TestFolder()
        master = folder.path("master")
        slave = folder.path("slave")
        cable = try Self.join(master, slave, in: folder)
    }

    private static func join(_ one: String, _ other: String, in folder: TestFolder) throws -> ChildProcess {
        let cable = try ChildProcess(
            ["/usr/bin/socat", "pty,raw,echo=0,link=\(one)", "pty,raw,echo=0,link=\(other)"],
            log: folder.path("socat.log"))
        try waitUntil("socat has made both ttys", seconds: 5) {
            FileManager.default.fileExists(atPath: one) && FileManager.default.fileExists(atPath: other)
        }
        return cable
    }

    /// Pulls the cable out: both ttys vanish.
    func unplug() {
        cable.stop()
    }

    /// Puts it in again: the same names, other ttys behind them.
    func plugIn() throws {
        cable = try Self.join(master, slave, in: folder)
    }

    deinit { cable.stop() }
}

/// A transparent serial server: a TCP port whose bytes go to a tty and back.
final class SerialServer {
    let port: UInt16
    /// The tty behind it, for a slave.
    let slave: String
    private let folder: TestFolder
    private let child: ChildProcess

    init() throws {
        folder = try TestFolder()
        port = UInt16(HTTPProbe.freePort())
        slave = folder.path("slave")
        let tty = slave
        child = try ChildProcess(
            [
                "/usr/bin/socat", "pty,raw,echo=0,link=\(slave)",
                "tcp-listen:\(port),bind=127.0.0.1,reuseaddr,nodelay",
            ], log: folder.path("socat.log"))
        try waitUntil("socat has made the tty", seconds: 5) { FileManager.default.fileExists(atPath: tty) }
    }

    deinit { child.stop() }
}
