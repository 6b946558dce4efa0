import OwnThread

/// The files that were found and not taken yet: which are in line, and which must settle first.
///
/// Bounded: what is found beyond `filesMax` is forgotten, and `isOverfull` says that a sweep must find it again.
struct FileFinds {
    /// What is known of a file besides its path.
    struct Find: Equatable {
        /// Renamed into place: complete whatever its times say.
        var isComplete = false
        /// How it stood when it was sent to settle for the whole time.
        var seen: FileStatus?
        /// When it is due, in monotonic nanoseconds; `nil` when it is in line.
        var due: Int64?
    }

    /// What is known of a file's writer.
    enum Writing {
        /// Nothing; the kernel must be asked.
        case unknown
        case ongoing
        /// It has it open and left it alone for so long that it counts as gone.
        case abandoned
    }

    /// A file that is open for writing.
    private struct Open {
        /// How it stood.
        var seen: FileStatus?
        /// So long it has not changed, in monotonic nanoseconds.
        var since: Int64
        /// We did not see it coming into being, and may not be told when it is closed: the kernel said so when asked.
        var isAsked = false
    }

    /// So many files may be open for writing without being forgotten as such.
    static let beingWrittenMax = 10_000

    private let filesMax: Int
    private var known: [PathBytes: Find] = [:]
    /// The last is the next.
    private var ready: [PathBytes] = []
    private var arrived: [PathBytes] = []
    /// By due time; those whose time differs from what is known of them are void.
    private var settling: [(due: Int64, path: PathBytes)] = []
    private var beingWritten: [PathBytes: Open] = [:]
    /// Something found was forgotten.
    private(set) var isOverfull = false

    init(filesMax: Int) {
        self.filesMax = filesMax
    }

    var isFull: Bool { known.count >= filesMax }
    /// Files in line, besides those that settle.
    var hasNext: Bool { !ready.isEmpty || !arrived.isEmpty }
    /// When the next file has settled, in monotonic nanoseconds.
    var nextDue: Int64? { settling.first?.due }

    /// A sweep begins: it finds whatever was forgotten.
    ///
    /// - Parameter patience: As of `writing`.
    mutating func beginSweep(at now: Int64, patience: Int64) {
        isOverfull = false
        // What is still written is seen by each sweep; these are gone with their folder.
        beingWritten = beingWritten.filter { now - $0.value.since < 2 * patience }
    }

    /// A file came into being and is open for writing.
    mutating func noteCreated(_ path: PathBytes, at now: Int64) {
        guard beingWritten.count < Self.beingWrittenMax || beingWritten[path] != nil else { return }
        beingWritten[path] = Open(since: now)
    }

    /// The kernel said that somebody has the file open for writing.
    mutating func noteOpen(_ path: PathBytes, _ status: FileStatus, at now: Int64) {
        guard beingWritten[path]?.seen != status || beingWritten[path]?.isAsked != true else { return }
        guard beingWritten.count < Self.beingWrittenMax || beingWritten[path] != nil else { return }
        beingWritten[path] = Open(seen: status, since: now, isAsked: true)
    }

    /// A file was renamed into place.
    mutating func noteComplete(_ path: PathBytes) {
        beingWritten[path] = nil
        if known[path]?.due == nil, known[path] != nil {
            known[path]?.isComplete = true
        } else {
            enqueue(path, Find(isComplete: true))
        }
    }

    /// A file was closed after writing; it is complete when it is left alone until `due`.
    mutating func noteClosed(_ path: PathBytes, due: Int64) {
        beingWritten[path] = nil
        // In line already, it is looked at in its turn.
        if let find = known[path], find.due == nil {
            known[path]?.isComplete = false
            return
        }
        settle(path, seen: nil, due: due)
    }

    /// What was taken by `next` is in line again, before all others.
    mutating func putBack(_ path: PathBytes, _ find: Find) {
        known[path] = find
        ready.append(path)
    }

    /// Something was seen and not kept.
    mutating func noteForgotten() {
        isOverfull = true
    }

    /// A sweep saw the file.
    mutating func noteSwept(_ path: PathBytes) {
        if known[path] == nil { enqueue(path, Find()) }
    }

    /// A file was looked at and is not complete yet.
    ///
    /// - Parameter seen: How it stood, when it settles for the whole time from now on.
    mutating func settle(_ path: PathBytes, seen: FileStatus?, due: Int64) {
        guard !isFull || known[path] != nil else {
            isOverfull = true
            return
        }
        known[path] = Find(seen: seen, due: due)
        var index = settling.count
        while index > 0, settling[index - 1].due > due { index -= 1 }
        settling.insert((due, path), at: index)
    }

    /// Whether somebody is still writing a file that we saw coming into being, or that was open when we asked.
    ///
    /// - Parameter patience: Nanoseconds without a change after which the writer counts as gone.
    mutating func writing(_ path: PathBytes, _ status: FileStatus, at now: Int64, patience: Int64) -> Writing {
        guard let open = beingWritten[path] else { return .unknown }
        if open.seen == status, now - open.since >= patience {
            beingWritten[path] = nil
            return .abandoned
        }
        if open.seen != status { beingWritten[path] = Open(seen: status, since: now, isAsked: open.isAsked) }
        return open.isAsked ? .unknown : .ongoing
    }

    /// A file is gone, was taken, or is none of ours.
    mutating func noteGone(_ path: PathBytes) {
        beingWritten[path] = nil
    }

    /// Puts those in line whose time has come.
    mutating func advance(to now: Int64) {
        var count = 0
        while count < settling.count, settling[count].due <= now {
            let (due, path) = settling[count]
            count += 1
            guard known[path]?.due == due else { continue }
            known[path]?.due = nil
            arrived.append(path)
        }
        settling.removeFirst(count)
    }

    /// Takes the next file: the first by path of those that were in line together.
    mutating func next() -> (path: PathBytes, find: Find)? {
        while true {
            if ready.isEmpty {
                ready = arrived.sorted(by: >)
                arrived.removeAll(keepingCapacity: ready.count < 1000)
            }
            guard let path = ready.popLast() else { return nil }
            // Twice in line, it was taken the first time.
            if let find = known[path], find.due == nil {
                known[path] = nil
                return (path, find)
            }
        }
    }

    private mutating func enqueue(_ path: PathBytes, _ find: Find) {
        guard !isFull || known[path] != nil else {
            isOverfull = true
            return
        }
        known[path] = find
        arrived.append(path)
    }
}
