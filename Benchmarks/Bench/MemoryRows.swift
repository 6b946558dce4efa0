import Foundation

/// Row 8: what the daemon occupies with 1,000 series, at rest and while 50,000 readings a second arrive.
struct MemoryRows {
    let workplace: Workplace
    private static let messagesPerSecond = 5000

    func rows() throws -> [Row] {
        let seconds = workplace.count(20, quick: 4)
        let folder = try workplace.makeFolder("memory")
        let broker = try Broker(in: folder)
        let daemon = try Daemon(workplace, folder: folder, broker: broker)
        _ = try daemon.makeSession(broker)
        try daemon.startUntilReady()
        let counter = try daemon.makeCounter()
        let start = Int64(Date.now.timeIntervalSince1970 * 1000)
        // One reading of each series, so that all are known.
        var awaited = try counter.committed() + Corpus.series
        try broker.publish(Corpus(messages: 100, readingsPerMessage: 10, start: start, stepMilliseconds: 1))
        try daemon.attempt("all series are known", seconds: 20) { try counter.committed() >= awaited }
        usleep(workplace.options.isQuick ? 2_000_000 : 10_000_000)
        let idle = try daemon.running.memory("VmRSS")
        let idleOwn = try daemon.running.memory("RssAnon")

        let corpus = Corpus(
            messages: Self.messagesPerSecond * seconds, readingsPerMessage: 10, start: start + 1, stepMilliseconds: 20)
        awaited += corpus.readings
        var peak: Int64 = 0
        var peakOwn: Int64 = 0
        let cpu = try daemon.running.cpuSeconds
        let took = try broker.publish(corpus, perSecond: Double(Self.messagesPerSecond)) {
            peak = max(peak, try daemon.running.memory("VmRSS"))
            peakOwn = max(peakOwn, try daemon.running.memory("RssAnon"))
        }
        let begin = Native.monotonicSeconds()
        try daemon.attempt("the load is committed", seconds: 60) { try counter.committed() >= awaited }
        let behind = Native.monotonicSeconds() - begin
        let used = try daemon.running.cpuSeconds - cpu
        try daemon.stop()
        try broker.stop()
        let mebibytes = 1048576.0
        let load = "\((Double(corpus.readings) / took).text) readings/s"
        return [
            Row(
                name: "8", work: "resident memory, 1,000 series, at rest", reference: "–", unit: "MiB",
                ours: [Double(idle) / mebibytes], must: 40, aim: 25,
                notes: ["\((Double(idleOwn) / mebibytes).fixed(1)) MiB of it anonymous, the rest the program's file"]),
            Row(
                name: "8", work: "resident memory, 1,000 series, \(load), \(seconds) s", reference: "–", unit: "MiB",
                ours: [Double(peak) / mebibytes], must: 80, aim: 50,
                notes: [
                    "\((Double(peakOwn) / mebibytes).fixed(1)) MiB of it anonymous",
                    "CPU \((used / took * 100).fixed(0)) % of a core",
                    "committed \((behind * 1000).fixed(0)) ms after the end",
                ]),
        ]
    }
}
