import Glibc
import QuantracTesting
import Testing

@testable import Systemd

@Suite struct `Service notifier` {
    @Test(arguments: ["path", "abstract"])
    func `says ready, alive, reloading and stopping to the manager's socket`(kind: String) throws {
        let manager = try ServiceManager(isAbstract: kind == "abstract")
        let notifier = ServiceNotifier(
            address: try NotifyAddress(manager.address), watchdogInterval: .seconds(30))
        #expect(notifier.isSupervised)

        try notifier.ready(status: "2 sources, 1 consumer")
        #expect(manager.receive() == "READY=1\nSTATUS=2 sources, 1 consumer")
        try notifier.watchdog()
        #expect(manager.receive() == "WATCHDOG=1")
        try notifier.status("disk full")
        #expect(manager.receive() == "STATUS=disk full")
        try notifier.stopping(status: "committing what waits")
        #expect(manager.receive() == "STOPPING=1\nSTATUS=committing what waits")

        let before = monotonicMicroseconds()
        try notifier.reloading()
        let reloading = try #require(manager.receive())
        let prefix = "RELOADING=1\nMONOTONIC_USEC="
        #expect(reloading.hasPrefix(prefix))
        let stamp = try #require(Int64(reloading.dropFirst(prefix.count)))
        #expect(stamp >= before && stamp <= monotonicMicroseconds())
    }

    @Test func `keeps a status on one line, so that it can not assign anything else`() throws {
        let manager = try ServiceManager(isAbstract: true)
        let notifier = ServiceNotifier(address: try NotifyAddress(manager.address), watchdogInterval: nil)
        try notifier.status("first\nMAINPID=1\r\nlast")
        #expect(manager.receive() == "STATUS=first MAINPID=1 last")
    }

    @Test func `finds a variable of the real environment`() {
        #expect(environmentValue("PATH")?.isEmpty == false)
        #expect(environmentValue("QUANTRAC_NOT_SET_ANYWHERE") == nil)
    }

    @Test func `does nothing when nobody listens`() throws {
        let notifier = ServiceNotifier(address: nil, watchdogInterval: nil)
        #expect(!notifier.isSupervised)
        try notifier.ready(status: "alone")
        try notifier.watchdog()
    }

    @Test func `tells a manager that has gone from an address that can not be`() throws {
        let gone = ServiceNotifier(address: try NotifyAddress("@quantrac-nobody-\(getpid())"), watchdogInterval: nil)
        let error = #expect(throws: NotifyError.self) { try gone.watchdog() }
        #expect(error?.reason == .notSent)
        #expect(error?.errorNumber == ECONNREFUSED)
        #expect(error?.isTransient == true)
        #expect(error?.description.contains("Connection refused") == true)
    }

    @Test(arguments: ["", "/", "@", "relative/socket", "vsock:2:1234", "/" + String(repeating: "a", count: 107)])
    func `refuses an address that no socket can have`(text: String) {
        let error = #expect(throws: NotifyError.self) { try NotifyAddress(text) }
        #expect(error?.reason == .badAddress)
        #expect(error?.isTransient == false)
    }

    @Test func `takes the longest path that fits`() throws {
        _ = try NotifyAddress("/" + String(repeating: "a", count: 106))
    }

    @Test(
        arguments: [
            ("30000000", nil, Duration.seconds(30)), ("30000000", "17", .seconds(30)), ("30000000", "18", nil),
            ("0", nil, nil), ("-1", nil, nil), ("soon", nil, nil), (nil, nil, nil), ("1500", "17", .microseconds(1500)),
        ] as [(String?, String?, Duration?)])
    func `reads the watchdog's interval, for its own process only`(
        microseconds: String?, process: String?, expected: Duration?
    ) {
        #expect(
            intervalOfWatchdog(microseconds: microseconds, watchedProcess: process, ownProcess: 17) == expected)
    }

    @Test func `reads the socket and the interval from the environment`() throws {
        let manager = try ServiceManager(isAbstract: false)
        // Handed over, not set: setenv(3) beside another test's getenv(3) is a race.
        let environment = [
            "NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "4000000", "WATCHDOG_PID": "\(getpid())",
        ]
        let notifier = try ServiceNotifier.reading { environment[$0] }
        #expect(notifier.watchdogInterval == .seconds(4))
        try notifier.ready(status: "from the environment")
        #expect(manager.receive() == "READY=1\nSTATUS=from the environment")
    }
}
