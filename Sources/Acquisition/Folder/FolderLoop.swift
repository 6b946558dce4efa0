import OwnThread
import Readings

/// The thread of a folder source: find files, read those that are complete, have them accepted, put them away.
final class FolderLoop {
    let settings: FolderSourceSettings
    let disk: any FolderDisk
    let events: FolderEvents
    let board: StatusBoard
    let stop: StopSwitch
    var finds: FileFinds
    var tree: FolderTree
    var shelf: FileShelf
    /// Files and folders that cannot be read and were told of.
    var unreadable: Set<PathBytes> = []
    /// When everything is looked through again, in monotonic nanoseconds.
    var sweepAt: Int64 = 0
    /// Something was put away since the last sweep.
    var hasPutAway = false
    var isWatching = true
    var wasStuck = false
    var warnedTooDeep = false
    private let offer: FileOffer
    private var backOff: BackOff
    private var wasConnected = false

    init(
        source: String, settings: FolderSourceSettings, disk: any FolderDisk, events: FolderEvents, board: StatusBoard,
        stop: StopSwitch, digest: ((Span<UInt8>) -> [UInt8])?, accept: @escaping (inout Intake) throws -> Void
    ) {
        self.settings = settings
        self.disk = disk
        self.events = events
        self.board = board
        self.stop = stop
        finds = FileFinds(filesMax: settings.filesMax)
        tree = FolderTree(root: settings.path, watchesMax: settings.watchesMax)
        shelf = FileShelf(settings: settings, events: events)
        offer = FileOffer(
            source: source, settings: settings, events: events, board: board, stop: stop, digest: digest,
            accept: accept)
        backOff = BackOff(
            lastMilliseconds: 10_000, seed: UInt64(bitPattern: SystemTime.monotonicNanoseconds()))
    }

    /// Runs until stopped; throws what `accept` threw when it is not worth trying again.
    func run() throws {
        board.enter(.connecting)
        while !stop.isRequested {
            do {
                try serve()
            } catch is Stopped {
                return
            } catch let fault as FileFault {
                if board.enter(.waiting, detail: fault.description) { events.waiting(reason: fault.description) }
                pause(milliseconds: backOff.next())
            }
        }
    }

    /// Serves the folder until stopped.
    ///
    /// - Throws: a `FileFault` when the folder is not there or cannot be read; or what `accept` threw.
    private func serve() throws {
        try disk.open()
        finds = FileFinds(filesMax: settings.filesMax)
        tree = FolderTree(root: settings.path, watchesMax: settings.watchesMax)
        try sweep()
        begin()
        var checkAt = SystemTime.monotonicNanoseconds()
        while !stop.isRequested {
            board.progress()
            let isOurs = readNews()
            var now = SystemTime.monotonicNanoseconds()
            if !isOurs || now >= checkAt {
                try disk.check()
                checkAt = now + 1_000_000_000
            }
            if now >= sweepAt { try sweep() }
            finds.advance(to: now)
            let hasTaken = try takeBatch()
            showState()
            if hasTaken || (finds.hasNext && shelf.hasRoom) { continue }
            now = SystemTime.monotonicNanoseconds()
            // What did not fit into the last sweep comes now, unless it would only find the same again.
            if finds.isOverfull, hasPutAway { sweepAt = now }
            let next = min(checkAt, sweepAt, finds.nextDue ?? .max)
            wait(milliseconds: max(0, Int((next - now + 999_999) / 1_000_000)))
        }
    }

    /// Nanoseconds without a change after which the writer of an open file counts as gone.
    var patience: Int64 { Int64(max(settings.abandonedMilliseconds, settings.settleMilliseconds)) * 1_000_000 }

    private func begin() {
        backOff.reset()
        if wasConnected { board.update { $0.reconnects += 1 } }
        wasConnected = true
        events.connected()
        board.enter(.connected)
        showState()
    }

    private func wait(milliseconds: Int) {
        guard let watch = tree.watch else {
            _ = stop.wake.wait(milliseconds: milliseconds)
            return
        }
        watch.wait(wake: stop.wake, milliseconds: milliseconds)
    }

    private func pause(milliseconds: Int) {
        let end = SystemTime.monotonicNanoseconds() + Int64(milliseconds) * 1_000_000
        while !stop.isRequested {
            board.progress()
            let left = Int((end - SystemTime.monotonicNanoseconds()) / 1_000_000)
            guard left > 0 else { return }
            // Short enough for the watchdog to see that the thread lives.
            _ = stop.wake.wait(milliseconds: min(left, 1000))
        }
    }

    /// Takes one batch of complete files as far as their putting away; `false` when there was none to take.
    private func takeBatch() throws -> Bool {
        guard shelf.hasRoom else { return false }
        disk.forget()
        gather()
        guard !offer.files.isEmpty else { return false }
        guard try offer.run() == .durable else { throw Stopped() }
        putAway()
        offer.removeAll()
        return true
    }

    private func gather() {
        let wall = SystemTime.wallMicroseconds() * 1000
        let now = SystemTime.monotonicNanoseconds()
        while !stop.isRequested, offer.files.count < settings.batchFiles, let (path, find) = finds.next() {
            do throws(FileFault) {
                let status = try disk.status(of: path)
                guard isOurs(path, status) else { continue }
                let completeness = completeness(path, find, status, wall: wall, now: now)
                guard completeness != .no else { continue }
                guard !offer.isFull(for: status.size) else {
                    finds.putBack(path, find)
                    return
                }
                let taking = try offer.take(path, status, evenOpen: completeness == .abandoned, from: disk)
                switch taking {
                case .taken:
                    unreadable.remove(path)
                    finds.noteGone(path)
                case .changed: settleAgain(path)
                case .beingWritten:
                    finds.noteOpen(path, status, at: now)
                    settleAgain(path, atLeastMilliseconds: 100)
                }
            } catch {
                note(error, of: path)
            }
        }
    }

    private func isOurs(_ path: PathBytes, _ status: FileStatus) -> Bool {
        guard status.kind == .file else {
            finds.noteGone(path)
            return false
        }
        if shelf.holds(path, status) { return false }
        shelf.forget(path)
        return true
    }

    private enum Completeness {
        case no
        case yes
        /// Somebody has it open, and counts as gone.
        case abandoned
    }

    /// Whether nobody writes it any more, as far as can be told; it is sent to settle when that is a matter of waiting.
    private func completeness(
        _ path: PathBytes, _ find: FileFinds.Find, _ status: FileStatus, wall: Int64, now: Int64
    ) -> Completeness {
        if find.isComplete { return .yes }
        switch finds.writing(path, status, at: now, patience: patience) {
        case .abandoned: return .abandoned
        // Its writer may pause for longer than it takes to settle: a slow link. The kernel tells when it is closed.
        case .ongoing: return .no
        case .unknown: break
        }
        if find.seen == status { return .yes }
        let settle = Int64(settings.settleMilliseconds) * 1_000_000
        let age = status.age(at: wall)
        if age >= settle { return .yes }
        // A time in the future says nothing: it must stand unchanged for the whole time.
        finds.settle(path, seen: age < 0 ? status : nil, due: now + (age < 0 ? settle : settle - age))
        return .no
    }

    private func settleAgain(_ path: PathBytes, atLeastMilliseconds: Int = 0) {
        let settle = Int64(max(settings.settleMilliseconds, atLeastMilliseconds)) * 1_000_000
        finds.settle(path, seen: nil, due: SystemTime.monotonicNanoseconds() + settle)
    }

    private func putAway() {
        let faulty = offer.faulty
        var deadline: Int64?
        for (index, file) in offer.files.enumerated() {
            if stop.isRequested {
                // What is left is read again at the next start, and its readings are duplicates.
                let now = SystemTime.monotonicNanoseconds()
                if now >= deadline ?? .max { return }
                deadline = deadline ?? now + 1_000_000_000
            }
            switch shelf.putAway(file, isFaulty: faulty.contains(index), on: disk) {
            case .away, .gone: hasPutAway = true
            case .stuck: break
            case .changed(let place):
                events.changed(file.path)
                settleAgain(place)
            }
        }
    }
}
