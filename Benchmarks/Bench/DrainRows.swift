import Foundation

/// Rows 1 and 2: what waits at the broker for a session is taken, made durable and acknowledged.
struct DrainRows {
    let workplace: Workplace

    /// Wall and CPU seconds of a drain.
    private struct Drained: CustomStringConvertible {
        var messages: Int
        var wall: Double
        var cpu: Double

        var perSecond: Double { Double(messages) / wall }
        var microsecondsEach: Double { cpu / Double(messages) * 1e6 }
        var description: String { "\(perSecond.text)/s, \(microsecondsEach.fixed(2)) us" }
    }

    func oneReading() throws -> [Row] {
        let messages = workplace.count(200_000, quick: 20_000)
        let (ours, theirs) = try workplace.pairs { oursFirst in
            let folder = try workplace.makeFolder("drain")
            defer { workplace.remove(folder) }
            let broker = try Broker(in: folder)
            let daemon = try Daemon(workplace, folder: folder, broker: broker)
            let before = try daemon.makeSession(broker)
            let subscriber = Subscriber(broker)
            try subscriber.subscribe()
            try broker.publish(corpus(messages, readingsPerMessage: 1))
            var ours: Drained?
            if oursFirst { ours = try drain(daemon, messages, readings: messages, before: before) }
            let (wall, cpu) = try subscriber.drain(messages, seconds: 60)
            let our = try ours ?? drain(daemon, messages, readings: messages, before: before)
            try broker.stop()
            return (our, Drained(messages: messages, wall: wall, cpu: cpu))
        }
        return [
            Row(
                name: "1", work: "drain \(Double(messages).text) QoS 1 messages, 1 reading each, into the queue",
                reference: "mosquitto_sub > /dev/null", unit: "messages/s", ours: ours.map(\.perSecond),
                theirs: theirs.map(\.perSecond), must: 1, aim: 1.5,
                notes: [
                    "CPU \(ours.map(\.microsecondsEach).median.fixed(2)) us a message, "
                        + "reference \(theirs.map(\.microsecondsEach).median.fixed(2))"
                ])
        ]
    }

    func tenReadings() throws -> [Row] {
        let messages = workplace.count(200_000, quick: 10_000)
        let readings = messages * Corpus.parameters
        var cpu: [Double] = []
        let (ours, theirs) = try workplace.pairs { oursFirst in
            let reference = { try InProcessRow(workplace: self.workplace).loop(rows: readings, perCommit: 10_000) }
            let folder = try workplace.makeFolder("drain")
            defer { workplace.remove(folder) }
            let broker = try Broker(in: folder)
            let daemon = try Daemon(workplace, folder: folder, broker: broker)
            let before = try daemon.makeSession(broker)
            try broker.publish(corpus(messages, readingsPerMessage: Corpus.parameters))
            var their: Double?
            if !oursFirst { their = try reference() }
            let our = try drain(daemon, messages, readings: readings, before: before)
            try broker.stop()
            cpu.append(our.microsecondsEach)
            return (our.perSecond * Double(Corpus.parameters), try their ?? reference())
        }
        return [
            Row(
                name: "2", work: "drain \(Double(messages).text) QoS 1 messages, 10 readings each, into the queue",
                reference: "C loop, 10,000 rows a commit", unit: "readings/s", ours: ours, theirs: theirs, must: 0.6,
                aim: 1, notes: ["CPU \(cpu.median.fixed(2)) us a message"])
        ]
    }

    /// Times of the last minutes, so that nothing is late.
    private func corpus(_ messages: Int, readingsPerMessage: Int) -> Corpus {
        let rounds = Int64(max(1, messages * readingsPerMessage / Corpus.series))
        return Corpus(
            messages: messages, readingsPerMessage: readingsPerMessage,
            start: Int64(Date.now.timeIntervalSince1970 * 1000) - 200_000, stepMilliseconds: max(1, 200_000 / rounds))
    }

    /// From the start of the process until everything is committed.
    private func drain(_ daemon: Daemon, _ messages: Int, readings: Int, before: Int) throws -> Drained {
        let counter = try daemon.makeCounter()
        let start = Native.monotonicSeconds()
        try daemon.start()
        try daemon.attempt("all messages are committed", seconds: 90) {
            try counter.committed() >= before + readings
        }
        let wall = Native.monotonicSeconds() - start
        let cpu = try daemon.running.cpuSeconds
        try daemon.stop()
        guard try counter.committed() == before + readings else { throw BenchError("the queue holds too much") }
        return Drained(messages: messages, wall: wall, cpu: cpu)
    }
}
