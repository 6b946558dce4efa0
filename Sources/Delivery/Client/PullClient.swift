import AsyncHTTPClient
import Foundation
public import Logging
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// The reference client of docs/pull-protocol.md: takes batches, stores them durably, then acknowledges.
public struct PullClient: Sendable {
    /// From where, as whom, whereto, and how.
    public struct Settings: Sendable, Equatable {
        /// `http://node:8780`.
        public var address: String
        public var consumer: String
        public var destination: Destination
        /// End when nothing is pending; otherwise go on until cancelled.
        public var once = false
        /// Lines in a batch, 1…50,000.
        public var max = 10_000
        /// How long the node waits for something new, 0…60.
        public var waitSeconds = 30
        /// Tries without an answer after which it ends; `nil` for never.
        public var triesMax: Int?

        public init(address: String, consumer: String, destination: Destination) {
            self.address = address
            self.consumer = consumer
            self.destination = destination
        }
    }

    /// Where the lines go.
    public enum Destination: Sendable, Equatable {
        /// One file a batch, named after its id.
        case directory(String)
        case standardOutput
    }

    /// What was done so far.
    public struct Counts: Sendable, Equatable {
        /// Batches stored and acknowledged.
        public var batches: Int64 = 0
        public var lines: Int64 = 0
        /// Of NDJSON.
        public var bytes: Int64 = 0
        /// Batches that were stored already and only acknowledged.
        public var known: Int64 = 0
        public var retries: Int64 = 0
    }

    private let settings: Settings
    private let logger: Logger

    public init(_ settings: Settings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    /// Pulls until nothing is pending (`once`) or the task is cancelled.
    ///
    /// - Parameter progress: Called after each acknowledged batch.
    /// - Throws: `ClientError` for what trying again does not cure; nothing that was acknowledged is lost then.
    public func run(progress: @Sendable (Counts) -> Void = { _ in }) async throws -> Counts {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: ClientExchange.configuration)
        do {
            let counts = try await run(client, progress)
            try await client.shutdown()
            return counts
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    private func run(_ client: HTTPClient, _ progress: @Sendable (Counts) -> Void) async throws -> Counts {
        guard (1...64).contains(settings.consumer.utf8.count), settings.consumer.utf8.allSatisfy(PulledBatch.isPlain)
        else {
            throw ClientError(.usage, "a consumer's name is 1-64 of A-Z a-z 0-9 . _ -, not \"\(settings.consumer)\"")
        }
        var base = settings.address
        while base.hasSuffix("/") { base.removeLast() }
        let session = try Session(settings, ClientExchange(client: client, base: base))
        var counts = Counts()
        var failures = 0
        while !Task.isCancelled {
            do {
                let isEmpty = try await session.step(&counts)
                failures = 0
                if isEmpty && settings.once { break }
                if !isEmpty { progress(counts) }
            } catch is CancellationError {
                break
            } catch let error as ClientError where error.isTransient {
                failures += 1
                if let triesMax = settings.triesMax, failures >= triesMax { throw error }
                counts.retries += 1
                // 1, 2, 4 … 60 s, or what the node asks for.
                let seconds = min(60, max(1 << min(failures - 1, 6), error.retryAfterSeconds ?? 0))
                DeliveryEvents.pullRetry(logger, reason: error.message, seconds: seconds)
                do { try await Task.sleep(for: .seconds(seconds)) } catch { break }
            }
        }
        return counts
    }
}

/// One run of a client.
private final class Session {
    private let settings: PullClient.Settings
    private let exchange: ClientExchange
    private let folder: BatchFolder?
    /// By `PulledBatch.line`: behind one address another node may answer, with a chain of its own.
    private var chains: [String: (number: Int64, value: [UInt8])] = [:]
    /// On standard output a batch that comes again must not be written again.
    private var lastWritten: String?
    private let path: String

    /// An answer is at most this long, coded or not.
    private static let answerBytesMax = 64 << 20

    init(_ settings: PullClient.Settings, _ exchange: ClientExchange) throws {
        self.settings = settings
        self.exchange = exchange
        path = "/v1/consumers/\(ClientExchange.segment(settings.consumer))"
        switch settings.destination {
        case .directory(let path):
            folder = try BatchFolder(path: path)
        case .standardOutput:
            folder = nil
        }
    }

    /// Takes, stores and acknowledges one batch; returns `true` when there was none.
    func step(_ counts: inout PullClient.Counts) async throws -> Bool {
        let wait = settings.once ? 0 : settings.waitSeconds
        let answer = try await exchange.send(
            .GET, "\(path)/batch?max=\(settings.max)&wait=\(wait)",
            headers: [("Accept", "application/x-ndjson"), ("Accept-Encoding", "zstd, gzip")],
            timeout: .seconds(Int64(wait) + 30), limit: Self.answerBytesMax)
        if answer.status == 204 { return true }
        guard answer.status == 200 else { throw refusal(answer) }
        let batch = try PulledBatch(answer)
        try check(batch)
        let isNew = try store(batch)
        guard let chain = try await acknowledge(batch) else { return false }
        chains[batch.line] = (batch.number, chain)
        try folder?.setChain(of: batch.line, number: batch.number, value: chain)
        counts.batches += 1
        counts.known += isNew ? 0 : 1
        counts.lines += Int64(batch.count)
        counts.bytes += Int64(batch.lines.readableBytes)
        return false
    }

    private func check(_ batch: PulledBatch) throws {
        if chains[batch.line] == nil { chains[batch.line] = try folder?.chain(of: batch.line) }
        guard let chain = chains[batch.line], batch.number == chain.number + 1 else { return }
        guard batch.chain(after: chain.value) == batch.chain else {
            throw ClientError(
                .notStored,
                "the chain is broken at batch \(batch.id): the node does not count the batches before it as they were "
                    + "delivered here. Was its queue restored from a copy, or does somebody else pull as this consumer?"
            )
        }
    }

    private func store(_ batch: PulledBatch) throws -> Bool {
        if let folder { return try folder.store(batch) }
        guard lastWritten != batch.id else { return false }
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(batch.lines.readableBytesView))
        } catch {
            throw ClientError(.notStored, "standard output takes nothing: \(error.localizedDescription)")
        }
        lastWritten = batch.id
        return true
    }

    /// - Returns: The value of the chain after this batch, which is not that of its header when somebody else has
    ///   acknowledged only a part of it; `nil` when the batch is no longer the consumer's: the next step takes the one
    ///   that is.
    private func acknowledge(_ batch: PulledBatch) async throws -> [UInt8]? {
        let answer = try await exchange.send(
            .POST, "\(path)/ack", body: JSONValue.object([("batch", .string(batch.id))]).text,
            timeout: .seconds(30), limit: 1 << 20)
        if answer.status == 409 { return nil }
        guard answer.status == 200 else { throw refusal(answer) }
        struct Acknowledged: Decodable { var chain: String }
        let acknowledged: Acknowledged
        do {
            acknowledged = try JSONDecoder().decode(Acknowledged.self, from: Data(answer.body.readableBytesView))
        } catch {
            throw ClientError(.protocolBroken, "the answer to the acknowledgement of \(batch.id) has no chain")
        }
        guard let chain = ContentDigest.bytes(hexadecimal: acknowledged.chain), chain.count == 32 else {
            throw ClientError(.protocolBroken, "the chain after \(batch.id) is no SHA-256")
        }
        return chain
    }

    private func refusal(_ answer: ClientExchange.Answer) -> ClientError {
        var error = ClientError(.refused(status: answer.status), "\(exchange.base): \(answer.detail)")
        error.retryAfterSeconds = answer.headers.first(name: "Retry-After").flatMap { Int($0) }
        return error
    }
}
