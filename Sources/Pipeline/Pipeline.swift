import Acquisition
import Decoding
import Delivery
public import Logging
import Quality
import Queue
import Readings
import ServiceLifecycle
public import Settings
import Systemd
import UnixSignals

/// The daemon: source → decode → judge → queue → delivery, joined here and nowhere else.
public struct Pipeline: Sendable {
    let configuration: Configuration
    let logger: Logger

    /// - Parameter configuration: read and checked already; the pipeline reads no file and no environment of its own,
    ///   but for the secret files that the sources name and what systemd passes.
    public init(configuration: Configuration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Runs until SIGTERM or SIGINT, then stops within two seconds without loss: sources commit and acknowledge what
    /// they hold, pullers get their last byte, the queue is closed.
    ///
    /// - Throws: `QueueError` when the queue cannot be opened, what the system says when an address cannot be taken, and
    ///   what a source gives up with. The queue is closed then as well.
    public func run() async throws {
        let book = configuration.ruleBook
        let queue = try ReadingQueue.open(queueSettings, clock: wallClock, logger: logger) {
            QualityJudge(book: book)
        }
        defer {
            queue.close()
            PipelineEvents.stopped(logger, sequence: queue.lastSequence)
        }
        try queue.configureConsumers(
            configuration.consumers.map(ConsumerDefinition.init) + configuration.sinks.map(ConsumerDefinition.init))

        let inlets = try brokers(queue) + folders(queue) + buses(queue)
        let sources = inlets.map(\.source)
        let delivery = HTTPService(
            settings: httpSettings, queue: queue, clock: SystemWallClock(), logger: logger,
            redecode: ReplayDecoding.decoder(configuration, queue), snapshot: snapshot(of: sources))
        let control = ControlClient(socketPath: controlSocketPath)
        let supervision = Supervision(
            notifier: try ServiceNotifier.fromEnvironment(), queue: queue, sources: sources, delivery: delivery,
            host: configuration.http.listen.host, probe: { await control.isAlive() }, logger: logger)

        // Stopped in the reverse order: first nothing more comes in, last nothing more goes out.
        try await ServiceGroup(
            services: [delivery, supervision] + outlets(queue) + [Inlets(inlets: inlets)],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        ).run()
    }

    private func brokers(_ queue: ReadingQueue) throws -> [Inlets.Inlet] {
        try configuration.mqtt.map { settings in
            let stage = IntakeStage(
                queue: queue, decoder: try recalled(IntakeDecoder(settings), settings.source, queue))
            return Inlets.Inlet(
                source: MQTTSource(
                    settings: MQTTSourceSettings(
                        settings, lingerMilliseconds: configuration.queue.commitAfterMilliseconds),
                    grants: queue, logger: logger, digest: PayloadDigest.sha256),
                accept: stage.accept)
        }
    }

    private func folders(_ queue: ReadingQueue) throws -> [Inlets.Inlet] {
        try configuration.folders.map { settings in
            let stage = IntakeStage(
                queue: queue, decoder: try recalled(IntakeDecoder(settings), settings.source, queue))
            return Inlets.Inlet(
                source: FolderSource(
                    settings: FolderSourceSettings(settings, dayZone: configuration.node.zone), logger: logger,
                    digest: PayloadDigest.sha256),
                accept: stage.accept)
        }
    }

    /// A decoder that knows what it wanted to be told after a restart.
    private func recalled(
        _ decoder: IntakeDecoder, _ source: String, _ queue: ReadingQueue
    ) throws -> IntakeDecoder {
        var decoder = decoder
        for memory in try queue.decoderMemories(of: source) { decoder.recall(key: memory.key, body: memory.body) }
        return decoder
    }

    private func outlets(_ queue: ReadingQueue) -> [any Service] {
        configuration.sinks.map { sink in
            switch sink.kind {
            case .stationFiles(let directory):
                StationFileSink(
                    name: sink.name, directory: directory, batchMax: sink.batchMax, queue: queue, logger: logger)
            }
        }
    }

    private func buses(_ queue: ReadingQueue) -> [Inlets.Inlet] {
        let stage = PolledStage(queue: queue)
        return configuration.modbus.map { bus in
            Inlets.Inlet(source: ModbusSource(bus: bus, logger: logger), accept: stage.accept)
        }
    }
}

/// The sources, each with the stage behind it. They stop together; one that gives up takes the daemon with it.
private struct Inlets: Service {
    struct Inlet: Sendable {
        let source: any Source
        let accept: @Sendable (inout Intake) throws -> Void
    }

    let inlets: [Inlet]

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for inlet in inlets {
                    group.addTask { try await inlet.source.run(accept: inlet.accept) }
                }
                // A daemon without sources still delivers what it has.
                group.addTask { try await gracefulShutdown() }
                do { while try await group.next() != nil {} } catch is CancellationError {}
            }
        }
    }
}
