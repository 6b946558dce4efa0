import Foundation
import Mosquitto
import OwnThread
import Readings

/// A mosquitto on a loopback port, with the windows of deploy/mosquitto.conf and nothing kept on disk.
final class Broker {
    let port: Int
    private let child: Child

    init(in folder: String) throws {
        port = try Native.freePort()
        // Persistence is off: a save of all that waits after each 1,000 changes would be what is measured.
        let configuration = """
            listener \(port) 127.0.0.1
            allow_anonymous true
            \(geteuid() == 0 ? "user root" : "")
            persistence false
            max_inflight_messages 1000
            max_queued_messages 2000000
            max_queued_bytes 0
            set_tcp_nodelay true
            log_type error

            """
        let file = folder + "/mosquitto.conf"
        try configuration.write(toFile: file, atomically: true, encoding: .utf8)
        child = try Child(Self.program(), ["-c", file], output: folder + "/mosquitto.log")
        let options = MQTTOptions(host: "127.0.0.1", port: UInt16(port), clientID: "bench-probe")
        try Workplace.wait(for: "the broker answers", seconds: 10) {
            do {
                try MQTTPublisher.connect(options).close()
                return true
            } catch let error as MQTTError where error.reason == .unreachable {
                return false
            }
        }
    }

    /// Debian puts it into /usr/sbin, which is not on everyone's PATH.
    static func program() throws -> String {
        for path in ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"]
        where FileManager.default.isExecutableFile(atPath: path) {
            return path
        }
        throw BenchError("mosquitto is not installed: apt-get install mosquitto mosquitto-clients")
    }

    /// Publishes with quality of service 1 and returns when the broker has all of it.
    func publish(_ corpus: Corpus) throws {
        var publisher = try connect()
        for message in corpus.messages {
            try publisher.publish(corpus.bytes.span.extracting(message.body), to: Corpus.topics[message.station])
        }
        try publisher.finish()
        publisher.close()
    }

    /// Publishes so many messages a second; the seconds it took.
    func publish(_ corpus: Corpus, perSecond rate: Double, whileDoing tick: () throws -> Void) throws -> Double {
        var publisher = try connect()
        let start = Native.monotonicSeconds()
        var sent = 0
        while sent < corpus.messages.count {
            let due = min(corpus.messages.count, Int((Native.monotonicSeconds() - start) * rate))
            while sent < due {
                let message = corpus.messages[sent]
                try publisher.publish(
                    corpus.bytes.span.extracting(message.body), to: Corpus.topics[message.station])
                sent += 1
            }
            try publisher.step(milliseconds: 5)
            try tick()
        }
        try publisher.finish()
        let seconds = Native.monotonicSeconds() - start
        publisher.close()
        return seconds
    }

    private func connect() throws -> MQTTPublisher {
        var options = MQTTOptions(host: "127.0.0.1", port: UInt16(port), clientID: "bench-publisher")
        options.isCleanSession = true
        return try MQTTPublisher.connect(options, window: 1000, timeoutMilliseconds: 60_000)
    }

    func stop() throws {
        try child.terminate(seconds: 10)
    }
}

/// `mosquitto_sub` with a session that the broker keeps, everything it prints thrown away.
struct Subscriber {
    let broker: Broker
    private let common: [String]
    private static let program = "/usr/bin/mosquitto_sub"

    init(_ broker: Broker) {
        self.broker = broker
        common = [
            "-h", "127.0.0.1", "-p", "\(broker.port)", "-q", "1", "-c", "-i", "bench-subscriber", "-t",
            "quantrac/v1/+/readings",
        ]
    }

    /// Makes the session.
    func subscribe() throws {
        try Child(Self.program, common + ["-E"]).wait(seconds: 10)
    }

    /// Takes so many messages; wall and CPU seconds from the start of the process to its end.
    func drain(_ messages: Int, seconds: Double) throws -> (wall: Double, cpu: Double) {
        let start = Native.monotonicSeconds()
        let cpu = try Child(Self.program, common + ["-C", "\(messages)"]).wait(seconds: seconds)
        return (Native.monotonicSeconds() - start, cpu)
    }
}
