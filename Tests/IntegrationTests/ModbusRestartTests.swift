import CModbusPeer
import Foundation
import QuantracTesting
import Testing

/// A slave that needs 300 ms for every answer, and a daemon that is killed and started again within them: the first bytes
/// that the new process hears answer a question of the old one. Taken for its own, each later answer would be taken for the
/// answer to the next question, for ever, without an error.
@Suite(.serialized) struct `Modbus daemon after a kill` {
    @Test(arguments: ModbusWay.allCases, [false, true])
    func `takes no answer to a process before it for one of its own`(way: ModbusWay, isStoppedGently: Bool) throws {
        var settings = modbus_peer_settings()
        settings.is_counting = true
        settings.is_overlapping = true
        settings.is_serial_server = way == .rtuOverTCP
        settings.late_share = 1
        settings.late_milliseconds_min = 300
        settings.late_milliseconds_max = 300
        let peer = try way.scripted(settings)
        let table = `Modbus daemon among faults`.bus(way, peer, station: "LINE-0").replacing("30ms", with: "800ms")
            .replacing("300ms", with: "1s")
        let node = try ModbusDaemon(table)
        for _ in 0..<3 {
            let count = peer.requestCount
            try waitUntil("a request is on its way", seconds: 20) { peer.requestCount > count }
            usleep(50_000)
            try node.killAndStart(gently: isStoppedGently)
        }
        try waitUntil("some polls are stored", seconds: 20) { try node.readings().count >= 100 }
        #expect(node.daemon.child.terminate().code == 0)
        let answers = `Modbus daemon among faults`.byWord(peer.requests)
        var wrong = 0
        let readings = try node.stored().filter { $0["value"] is Double }
        for line in readings {
            let address = Int((line["parameter"] as? String ?? "").dropFirst()) ?? 0
            if answers[address << 16 | Int(line["value"] as? Double ?? -1)] == nil { wrong += 1 }
        }
        print("\(way)\(isStoppedGently ? ", SIGTERM" : ""): \(readings.count) readings, \(wrong) wrong")
        #expect(wrong == 0)
    }
}
