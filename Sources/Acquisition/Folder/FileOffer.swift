import OwnThread
import Readings

/// The files on offer: handed to `accept` until they are durable.
final class FileOffer {
    /// A file whose bytes are in the batch, as it was when they were read.
    struct File {
        let path: PathBytes
        let status: FileStatus
        let received: Timestamp
    }

    /// What came of reading a file into the batch.
    enum Taking {
        case taken
        /// It changed meanwhile: it is not in the batch.
        case changed
        /// Somebody has it open for writing: it is not in the batch.
        case beingWritten
    }

    /// How it ended.
    enum Outcome {
        /// Everything is durable; the files may be put away.
        case durable
        /// The stop came before that; the files stay where they are.
        case stopped
    }

    private(set) var files: [File] = []
    private var intake: Intake
    private let accept: (inout Intake) throws -> Void
    private let settings: FolderSourceSettings
    private let events: FolderEvents
    private let board: StatusBoard
    private let stop: StopSwitch
    private let digest: ((Span<UInt8>) -> [UInt8])?
    private var backOff = BackOff(lastMilliseconds: 1000, seed: UInt64(bitPattern: SystemTime.monotonicNanoseconds()))

    init(
        source: String, settings: FolderSourceSettings, events: FolderEvents, board: StatusBoard, stop: StopSwitch,
        digest: ((Span<UInt8>) -> [UInt8])?, accept: @escaping (inout Intake) throws -> Void
    ) {
        self.settings = settings
        self.events = events
        self.board = board
        self.stop = stop
        self.digest = digest
        self.accept = accept
        intake = Intake(source: source)
    }

    /// Whether a file of that size is to wait for the next batch.
    func isFull(for size: Int64) -> Bool {
        guard !files.isEmpty else { return false }
        let added = min(size, Int64(maxPayloadBytes))
        return files.count >= settings.batchFiles || Int64(intake.bytes.count) + added > settings.batchBytes
    }

    /// Reads a file into the batch.
    ///
    /// - Parameter status: How it stands; its size says how it is read.
    /// - Parameter evenOpen: Even when somebody has it open for writing.
    func take(
        _ path: PathBytes, _ status: FileStatus, evenOpen: Bool, from disk: any FolderDisk
    ) throws(FileFault) -> Taking {
        let start = intake.bytes.count
        intake.bytes.append(contentsOf: AsidePlace.origin(of: path).bytes)
        let bodyStart = intake.bytes.count
        do throws(FileFault) {
            let isCut = status.size > Int64(maxPayloadBytes)
            let read = try isCut ? takeCut(path, evenOpen, from: disk) : takeWhole(path, evenOpen, from: disk)
            guard read.reading == .whole(status) else {
                intake.bytes.removeLast(intake.bytes.count - start)
                return read.reading == .beingWritten ? .beingWritten : .changed
            }
            let received = StatusBoard.now()
            files.append(File(path: path, status: status, received: received))
            intake.payloads.append(
                Payload(
                    topic: TextRange(inBytes: start..<bodyStart), body: TextRange(inBytes: bodyStart..<read.bodyEnd),
                    received: received, fullLength: Int(status.size), digest: read.digest))
            return .taken
        } catch {
            intake.bytes.removeLast(intake.bytes.count - start)
            throw error
        }
    }

    /// Offers the batch until it is durable or the stop comes.
    ///
    /// - Throws: the error of `accept` that is not worth trying again.
    func run() throws -> Outcome {
        countTaken()
        let (state, detail) = (board.snapshot.state, board.snapshot.detail)
        var isHolding = false
        while true {
            do {
                try accept(&intake)
                break
            } catch let error as any TransientError where error.isTransient {
                intake.removeDecoded()
                if !isHolding { board.update { $0.batchesHeld += 1 } }
                isHolding = true
                if board.enter(.holding, detail: "\(error)") { events.holding(files: files.count, reason: "\(error)") }
            }
            if stop.isRequested { return .stopped }
            _ = stop.wake.wait(milliseconds: backOff.next())
            board.progress()
        }
        if isHolding {
            events.released(files: files.count)
            board.enter(state, detail: detail)
        }
        backOff.reset()
        return .durable
    }

    /// Which files became dead letters, after `run`.
    var faulty: Set<Int> { Set(intake.faults.map { Int($0.payload) }) }

    /// Empties the batch and keeps its memory.
    func removeAll() {
        files.removeAll(keepingCapacity: true)
        intake.removeAll()
    }

    private var maxPayloadBytes: Int { min(settings.maxPayloadBytes, FolderSourceSettings.digestBytes) }

    private typealias Read = (reading: FolderHandle.Reading, bodyEnd: Int, digest: TextRange)

    private func takeWhole(_ path: PathBytes, _ evenOpen: Bool, from disk: any FolderDisk) throws(FileFault) -> Read {
        let reading = try disk.read(path, into: &intake.bytes, atMost: maxPayloadBytes, evenOpen: evenOpen)
        return (reading, intake.bytes.count, .none)
    }

    private func takeCut(_ path: PathBytes, _ evenOpen: Bool, from disk: any FolderDisk) throws(FileFault) -> Read {
        var bytes: [UInt8] = []
        let limit = digest == nil ? FolderSourceSettings.keptBytes : FolderSourceSettings.digestBytes
        let reading = try disk.read(path, into: &bytes, atMost: limit, evenOpen: evenOpen)
        intake.bytes.append(contentsOf: bytes.prefix(min(FolderSourceSettings.keptBytes, maxPayloadBytes)))
        let bodyEnd = intake.bytes.count
        guard let digest, case .whole = reading else { return (reading, bodyEnd, .none) }
        intake.bytes.append(contentsOf: digest(bytes.span))
        return (reading, bodyEnd, TextRange(inBytes: bodyEnd..<intake.bytes.count))
    }

    private func countTaken() {
        let bytes = intake.payloads.reduce(0) { $0 + $1.topic.count + $1.fullLength }
        let last = files.last?.received
        board.update { status in
            status.messages += Int64(files.count)
            status.bytes += Int64(bytes)
            status.lastMessage = last
        }
    }
}
