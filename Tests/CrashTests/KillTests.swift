import Foundation
import QuantracTesting
import Testing

/// `kill -9` at random moments, a real broker in front, a real puller behind.
@Suite(.serialized) struct `Killed daemon` {
    static let isProof = ProcessInfo.processInfo.environment["QUANTRAC_PROVE"] == "1"

    @Test func `at random moments under live load loses nothing and doubles nothing`() throws {
        let seed = Seed.fromEnvironment()
        var random = SeededGenerator(seed: seed)
        let kills = Self.isProof ? 400 : 40
        let scene = try Scene()
        // Once up, so that the broker keeps a session for it from here on.
        var daemon = try DaemonProcess(scene.plan)
        try daemon.waitUntilReady()
        try scene.waitForSubscription()
        let load = try LiveLoad(port: Int(scene.broker.port), messagesPerSecond: 400)
        var puller = try scene.puller()
        for kill in 1...kills {
            usleep(UInt32.random(in: 20_000...900_000, using: &random))
            daemon.child.endAtOnce()
            if kill % 8 == 0 {
                puller.endAtOnce()
                puller = try scene.puller()
            }
            daemon = try DaemonProcess(scene.plan)
        }
        let acknowledged = try load.stop()
        print("killed \(kills) times under load, seed \(seed): \(acknowledged.count) readings acknowledged")
        #expect(acknowledged.count > kills * 20)
        try scene.check(acknowledged)
        puller.endAtOnce()
        daemon.child.terminate()
    }

    @Test func `in the middle of draining a backlog loses nothing and doubles nothing`() throws {
        let seed = Seed.fromEnvironment()
        var random = SeededGenerator(seed: seed)
        let kills = Self.isProof ? 100 : 10
        let scene = try Scene()
        var daemon = try DaemonProcess(scene.plan)
        try daemon.waitUntilReady()
        try scene.waitForSubscription()
        daemon.child.terminate()
        let load = try LiveLoad(port: Int(scene.broker.port), messagesPerSecond: 20_000)
        try waitUntil("a backlog stands", seconds: 60) { load.count > 60_000 }
        let acknowledged = try load.stop()
        let puller = try scene.puller()
        for _ in 1...kills {
            daemon = try DaemonProcess(scene.plan)
            usleep(UInt32.random(in: 100_000...700_000, using: &random))
            daemon.child.endAtOnce()
        }
        daemon = try DaemonProcess(scene.plan)
        print("killed \(kills) times while draining, seed \(seed): \(acknowledged.count) readings acknowledged")
        try scene.check(acknowledged, seconds: 120)
        puller.endAtOnce()
        daemon.child.terminate()
    }
}
