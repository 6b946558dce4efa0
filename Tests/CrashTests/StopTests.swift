import Foundation
import QuantracTesting
import Testing

/// SIGTERM: the daemon's ordinary end.
@Suite(.serialized) struct `Stopped daemon` {
    @Test func `ends in under two seconds while it drains, and nothing is lost or sent twice`() throws {
        let scene = try Scene()
        var daemon = try DaemonProcess(scene.plan)
        try daemon.waitUntilReady()
        try scene.waitForSubscription()
        daemon.child.terminate()
        let load = try LiveLoad(port: Int(scene.broker.port), messagesPerSecond: 20_000)
        try waitUntil("a backlog stands", seconds: 60) { load.count > 60_000 }
        let acknowledged = try load.stop()
        for _ in 1...4 {
            daemon = try DaemonProcess(scene.plan)
            try daemon.waitUntilReady()
            usleep(60_000)
            let end = daemon.child.terminate()
            #expect(end.code == 0)
            #expect(end.seconds < 2, "SIGTERM to exit took \(end.seconds) s")
        }
        daemon = try DaemonProcess(scene.plan)
        let puller = try scene.puller()
        try scene.check(acknowledged, seconds: 120)
        let metrics = try #require(HTTPProbe.get("/metrics", port: scene.plan.httpPort)?.body)
        #expect(metrics.contains("quantrac_readings_duplicate_total{source=\"mqtt:field\"} 0"), "\(metrics)")
        puller.endAtOnce()
        daemon.child.terminate()
    }

    @Test func `a puller that waits does not hold it up`() throws {
        let scene = try Scene()
        let daemon = try DaemonProcess(scene.plan)
        try daemon.waitUntilReady()
        let puller = try scene.puller()
        usleep(500_000)
        let end = daemon.child.terminate()
        #expect(end.code == 0 && end.seconds < 2, "code \(end.code) after \(end.seconds) s")
        puller.endAtOnce()
    }
}

/// A disk without room, and room again.
@Suite(.serialized) struct `Full disk` {
    @Test func `stops acknowledging, keeps running and goes on when there is room`() throws {
        let mount = try SmallDisk(mebibytes: 48)
        let scene = try Scene(dataDirectory: mount.path + "/data")
        var daemon = try DaemonProcess(scene.plan)
        try daemon.waitUntilReady()
        try scene.waitForSubscription()
        try waitUntil("there is a ballast", seconds: 20) {
            FileManager.default.fileExists(atPath: scene.plan.dataDirectory + "/ballast")
        }
        try mount.fill(leavingMebibytes: 5)
        let load = try LiveLoad(port: Int(scene.broker.port), messagesPerSecond: 15_000)
        try waitUntil("the disk is full; \(daemon.log.suffix(1000))", seconds: 60) {
            HTTPProbe.get("/readyz", port: scene.plan.httpPort)?.status == 503
        }
        let acknowledged = try load.stop()
        #expect(daemon.child.isRunning)
        #expect(HTTPProbe.get("/healthz", port: scene.plan.httpPort)?.status == 200)
        // A clean stop and a start at zero bytes free: the queue must still open.
        #expect(daemon.child.terminate().code == 0)
        try mount.fill(leavingMebibytes: 0)
        let glance = try ChildProcess(quantrac: ["status", "-c", scene.plan.configuration], log: "/dev/null")
        #expect(glance.exitCode() == 0, "status with the daemon stopped and the disk full")
        daemon = try DaemonProcess(scene.plan)
        try waitUntil("it answers with no room left; \(daemon.log.suffix(1000))", seconds: 20) {
            HTTPProbe.get("/healthz", port: scene.plan.httpPort)?.status == 200
        }
        try mount.resize(mebibytes: 200)
        let puller = try scene.puller()
        try scene.check(acknowledged, seconds: 120)
        try waitUntil("it is ready again", seconds: 10) {
            HTTPProbe.get("/readyz", port: scene.plan.httpPort)?.status == 200
        }
        puller.endAtOnce()
        daemon.child.terminate()
    }
}

/// A file system of a few mebibytes; needs root.
final class SmallDisk {
    let folder: TestFolder
    private var fillers = 0
    var path: String { folder.path }

    init(mebibytes: Int) throws {
        folder = try TestFolder()
        try run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(mebibytes)m", "tmpfs", folder.path])
    }

    /// Takes all the room there is but so much.
    func fill(leavingMebibytes rest: Int) throws {
        let free = try FileManager.default.attributesOfFileSystem(forPath: path)[.systemFreeSize] as? Int64 ?? 0
        let bytes = max(0, free - Int64(rest) << 20)
        fillers += 1
        // dd ends with 1 when the disk is full before its count is reached, which is what we are after.
        _ = try ChildProcess(
            [
                "/bin/dd", "if=/dev/zero", "of=\(path)/filler\(fillers)", "bs=4096",
                "count=\(bytes / 4096 + (rest == 0 ? 8 : 0))",
            ],
            log: "/dev/null"
        ).exitCode()
    }

    func resize(mebibytes: Int) throws {
        try run("/bin/mount", ["-o", "remount,size=\(mebibytes)m", folder.path])
    }

    deinit {
        // The folder stays mounted at worst; the test's verdict does not depend on it.
        _ = try? run("/bin/umount", ["-l", folder.path])
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        let code = try ChildProcess([program] + arguments, log: "/dev/null").exitCode()
        guard code == 0 else { throw TestingError("\(program) \(arguments) ended with \(code)") }
    }
}
