public import Logging
import OwnThread
public import Readings

/// Files that others drop into a folder: read when they are complete, put away only when they are durable.
///
/// One thread of its own, one batch at a time. Which files are taken, and when, is in docs/operating.md.
public final class FolderSource: Source {
    public let name: String
    private let settings: FolderSourceSettings
    private let events: FolderEvents
    private let board: StatusBoard
    private let digest: (@Sendable (Span<UInt8>) -> [UInt8])?
    private let makeDisk: @Sendable () -> any FolderDisk

    /// - Parameter digest: SHA-256, for the whole of a file of which only the beginning is kept; of one longer than
    ///   16 MiB, for its first 16 MiB.
    public convenience init(
        settings: FolderSourceSettings, logger: Logger, digest: (@Sendable (Span<UInt8>) -> [UInt8])? = nil
    ) {
        let path = settings.path
        self.init(settings: settings, logger: logger, digest: digest) { SystemFolderDisk(path: path) }
    }

    init(
        settings: FolderSourceSettings, logger: Logger, digest: (@Sendable (Span<UInt8>) -> [UInt8])?,
        makeDisk: @escaping @Sendable () -> any FolderDisk
    ) {
        name = "folder:\(settings.name)"
        self.settings = settings
        self.digest = digest
        self.makeDisk = makeDisk
        events = FolderEvents(logger: logger, source: name, path: settings.path)
        board = StatusBoard(name: name)
    }

    public var status: SourceStatus { board.snapshot }

    public func run(accept: @escaping @Sendable (inout Intake) throws -> Void) async throws {
        let stop = try StopSwitch()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                stop.begin(waiter)
                start(stop: stop, accept: accept)
            }
        } onCancel: {
            stop.request()
        }
        board.pause()
        board.enter(.stopped)
        do {
            try result.get()
            events.stopped()
        } catch {
            events.failed(reason: "\(error)")
            throw error
        }
    }

    private func start(stop: StopSwitch, accept: @escaping @Sendable (inout Intake) throws -> Void) {
        do {
            _ = try OwnThread.start(name: name) { [self] in
                let loop = FolderLoop(
                    source: name, settings: settings, disk: makeDisk(), events: events, board: board, stop: stop,
                    digest: digest, accept: accept)
                stop.end(Result { try loop.run() })
            }
        } catch {
            stop.end(.failure(error))
        }
    }
}
