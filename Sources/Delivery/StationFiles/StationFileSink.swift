import Formats
public import Logging
import OwnThread
public import Queue
import Readings
public import ServiceLifecycle

/// A consumer of the queue that writes what it gets as station files into a folder (`[[sink]]`, kind `station-files`).
///
/// A batch is fixed, its files are written through to the disk, then it is acknowledged: killed in between, the same files
/// are written once more.
public struct StationFileSink: Service {
    /// Its consumer's name.
    public let name: String
    private let directory: String
    private let batchMax: Int
    private let queue: ReadingQueue
    private let logger: Logger

    /// - Parameters:
    ///   - directory: An absolute path; it is made when it is not there.
    ///   - batchMax: Records of one batch, 1 … 50,000.
    public init(name: String, directory: String, batchMax: Int, queue: ReadingQueue, logger: Logger) {
        self.name = name
        self.directory = directory
        self.batchMax = batchMax
        self.queue = queue
        self.logger = logger
    }

    /// Runs until asked to stop. What cannot be written is tried again, at most every minute; the queue keeps it.
    public func run() async throws {
        let desk = Desk(queue: queue, name: "sink-\(name)", logger: logger)
        let thread = OwnThread(name: "sink-\(name)-disk")
        await cancelWhenGracefulShutdown {
            var scanned: Desk.Scanned?
            var pause = 1
            var isFailing = false
            while !Task.isCancelled {
                do {
                    let seen = queue.lastSequence
                    let found = try await deliver(from: desk, on: thread, after: scanned)
                    if isFailing { DeliveryEvents.sinkResumed(logger, sink: name) }
                    isFailing = false
                    pause = 1
                    guard case .nothing(let further, let reachedEnd) = found else { continue }
                    scanned = further
                    guard reachedEnd else { continue }
                    _ = await queue.waitForCommit(beyond: max(seen, further.through), until: .now + .seconds(30))
                } catch is CancellationError {
                    return
                } catch {
                    if !isFailing { DeliveryEvents.sinkFailing(logger, sink: name, reason: "\(error)") }
                    isFailing = true
                    do { try await Task.sleep(for: .seconds(pause)) } catch { return }
                    pause = min(60, pause * 2)
                }
            }
        }
    }

    private func deliver(
        from desk: Desk, on thread: OwnThread, after scanned: Desk.Scanned?
    ) async throws -> Desk.Finding {
        let form = BodyForm(format: .ndjson, coding: nil)
        let found = try await desk.find(for: name, max: batchMax, after: scanned, form: form)
        let batch: FixedBatch
        switch found {
        case .nothing: return found
        case .open(let open, _): batch = open
        case .proposal(let proposal, _):
            batch = try await thread.run { try queue.fixBatch(consumer: name, proposal) }
        }
        let readings = try await desk.readings(of: batch, for: name)
        let outcome = try await thread.run {
            let outcome = try StationFileFolder(path: directory).write(readings)
            _ = try queue.acknowledge(consumer: name, batch: batch.id)
            return outcome
        }
        if outcome.withinOneSecond > 0 {
            DeliveryEvents.withinOneSecond(logger, sink: name, count: outcome.withinOneSecond)
        }
        return found
    }
}

extension Desk {
    /// The readings of a batch; the other kinds of lines are nothing that a station file can say.
    func readings(of batch: FixedBatch, for consumer: String) throws -> [Reading] {
        let filter = try state(of: consumer).definition.filter
        let reader = try currentReader()
        var page = Page()
        var readings: [Reading] = []
        var position = batch.first - 1
        repeat {
            try reader.page(after: position, through: batch.last, limit: Self.pageRows, filter: filter, into: &page)
            position = page.scannedThrough
            readings += page.rows.map { page.reading($0) }
        } while !page.reachedEnd
        return readings
    }
}
