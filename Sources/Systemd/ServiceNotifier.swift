import Glibc

/// Tells the service manager how the daemon is doing: ready, reloading, stopping, alive.
///
/// This is the datagram protocol of sd_notify(3), spoken without libsystemd. Without `NOTIFY_SOCKET` every call
/// returns at once and does nothing, so that the daemon behaves the same on a terminal and under systemd.
public struct ServiceNotifier: Sendable {
    /// A call waits at most this long for the manager to take the datagram.
    public static let sendTimeoutSeconds = 2

    /// Where the manager listens; `nil` when nobody does.
    public let address: NotifyAddress?
    /// How long the manager waits between two `watchdog()` before it ends the process; `nil` when it does not watch.
    ///
    /// Feed it at half of this, as sd_watchdog_enabled(3) recommends.
    public let watchdogInterval: Duration?

    /// A notifier for an address read elsewhere; `address` `nil` makes every call do nothing.
    public init(address: NotifyAddress?, watchdogInterval: Duration?) {
        self.address = address
        self.watchdogInterval = watchdogInterval
    }

    /// The notifier that `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` describe.
    ///
    /// - Throws: `NotifyError.badAddress` when `NOTIFY_SOCKET` is set to something that no socket can have.
    public static func fromEnvironment() throws(NotifyError) -> ServiceNotifier {
        try reading(environmentValue)
    }

    static func reading(_ environmentValue: (String) -> String?) throws(NotifyError) -> ServiceNotifier {
        let address: NotifyAddress?
        if let text = environmentValue("NOTIFY_SOCKET"), !text.isEmpty {
            address = try NotifyAddress(text)
        } else {
            address = nil
        }
        let watchdog = intervalOfWatchdog(
            microseconds: environmentValue("WATCHDOG_USEC"), watchedProcess: environmentValue("WATCHDOG_PID"),
            ownProcess: getpid())
        return ServiceNotifier(address: address, watchdogInterval: watchdog)
    }

    /// Whether somebody listens.
    public var isSupervised: Bool { address != nil }

    /// The start, or a reload, is complete.
    public func ready(status: String) throws(NotifyError) {
        try send("READY=1\nSTATUS=\(oneLine(status))")
    }

    /// One line for people, shown by `systemctl status`.
    public func status(_ status: String) throws(NotifyError) {
        try send("STATUS=\(oneLine(status))")
    }

    /// The daemon makes progress; call it only while that is true.
    public func watchdog() throws(NotifyError) {
        try send("WATCHDOG=1")
    }

    /// The settings are being read again; `ready` ends it.
    ///
    /// systemd 253 and later (`Type=notify-reload`) compares the time with that of its own signal; 252 ignores it.
    public func reloading() throws(NotifyError) {
        try send("RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds())")
    }

    /// The daemon is on its way out; the watchdog need not be fed any more.
    public func stopping(status: String) throws(NotifyError) {
        try send("STOPPING=1\nSTATUS=\(oneLine(status))")
    }

    private func send(_ message: String) throws(NotifyError) {
        guard let address else { return }
        try sendDatagram(Array(message.utf8), to: address, timeoutSeconds: Self.sendTimeoutSeconds)
    }
}

/// The interval of the watchdog from the two environment values; `nil` when this process is not the watched one.
func intervalOfWatchdog(microseconds: String?, watchedProcess: String?, ownProcess: Int32) -> Duration? {
    guard let text = microseconds, let interval = Int64(text), interval > 0 else { return nil }
    if let watched = watchedProcess, Int32(watched) != ownProcess { return nil }
    return .microseconds(interval)
}

/// The text as one line: a newline would begin another assignment.
private func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
}
