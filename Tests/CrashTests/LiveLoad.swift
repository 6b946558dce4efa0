import Foundation
import Mosquitto
import OwnThread
import QuantracTesting
import Readings
import Synchronization

/// Stations that publish without a pause, and remember what the broker has told them is safe.
final class LiveLoad: Sendable {
    /// One number that was published: it must reach the warehouse once.
    struct Key: Hashable, Sendable {
        var station: String
        var time: Int64
    }

    private struct State {
        var acknowledged: Set<Key> = []
        var published = 0
        var failure: String?
        var isStopping = false
    }

    private let state = Mutex(State())
    private let thread = Mutex<RunningThread?>(nil)

    /// 1795392000000: the observed time of the first message; each station's messages are a second apart.
    static let start: Int64 = 1_763_856_000_000

    /// Publishes numbered readings of `stations` stations, `messagesPerSecond` in all, until `stop`.
    init(
        port: Int, topicPrefix: String = "quantrac/v1", stations: Int = 10, messagesPerSecond: Int,
        qualityOfService: Int32 = 1
    ) throws {
        let running = try OwnThread.start(name: "load") { [self] in
            do {
                try publish(
                    port: port, prefix: topicPrefix, stations: stations, messagesPerSecond: messagesPerSecond,
                    qualityOfService: qualityOfService)
            } catch {
                state.withLock { $0.failure = "\(error)" }
            }
        }
        thread.withLock { $0 = running }
    }

    var count: Int { state.withLock { $0.acknowledged.count } }

    /// Stops publishing, waits for the last acknowledgements and returns all that was acknowledged.
    func stop() throws -> Set<Key> {
        state.withLock { $0.isStopping = true }
        thread.withLock { $0 }?.wait()
        if let failure = state.withLock({ $0.failure }) { throw TestingError("the load failed: \(failure)") }
        return state.withLock { $0.acknowledged }
    }

    private func publish(
        port: Int, prefix: String, stations: Int, messagesPerSecond: Int, qualityOfService: Int32
    ) throws {
        var publisher = try MQTTPublisher.connect(
            MQTTOptions(host: "127.0.0.1", port: UInt16(port), clientID: "load-\(UInt32.random(in: 0 ... .max))"))
        var keys: [Int64: Key] = [:]
        let begin = ContinuousClock.now
        var number = 0
        while !state.withLock({ $0.isStopping }) {
            let due = Int((ContinuousClock.now - begin) / .seconds(1) * Double(messagesPerSecond))
            while number < due {
                let key = Key(station: "ST-\(number % stations)", time: Self.start + Int64(number / stations) * 1000)
                let body = """
                    {"station":"\(key.station)","time":\(key.time),"sequence":\(number),\
                    "readings":[{"parameter":"N","value":\(number),"unit":"1"}]}
                    """
                let ticket = try publisher.publish(
                    Array(body.utf8).span, to: "\(prefix)/\(key.station)/readings", qualityOfService: qualityOfService)
                keys[ticket] = key
                number += 1
            }
            try publisher.step(milliseconds: 2)
            note(publisher.takeAcknowledged(), &keys)
        }
        try publisher.finish()
        note(publisher.takeAcknowledged(), &keys)
        publisher.close()
    }

    private func note(_ tickets: [Int64], _ keys: inout [Int64: Key]) {
        guard !tickets.isEmpty else { return }
        let done = tickets.compactMap { keys.removeValue(forKey: $0) }
        state.withLock { $0.acknowledged.formUnion(done) }
    }
}

/// What a puller has written into its folder: the warehouse of a test.
struct Warehouse {
    /// How often each natural key and version came, over all batch files.
    var arrivals: [String: Int] = [:]
    var keys: Set<LiveLoad.Key> = []
    var wrongValues = 0

    init(folder: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        where name.hasSuffix(".ndjson") {
            let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
            for line in text.split(separator: "\n") { try add(String(line)) }
        }
    }

    private mutating func add(_ line: String) throws {
        guard let reading = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            reading["kind"] as? String == "reading", let station = reading["station"] as? String,
            let time = reading["time"] as? String, let version = reading["version"] as? Int
        else { return }
        arrivals["\(station) \(time) \(version)", default: 0] += 1
        guard case .moment(let moment) = ParsedTime(rfc3339: time) else { throw TestingError("no time: \(line)") }
        let key = LiveLoad.Key(station: station, time: moment.millisecondsSince1970)
        keys.insert(key)
        // The value is the message's number, which the key determines.
        let round = (key.time - LiveLoad.start) / 1000
        if let value = reading["value"] as? Double, let index = Int(station.dropFirst(3)),
            Int(value) == Int(round) * 10 + index
        {
            return
        }
        wrongValues += 1
    }

    var duplicates: Int { arrivals.values.count { $0 > 1 } }
}
