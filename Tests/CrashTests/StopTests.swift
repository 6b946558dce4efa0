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
