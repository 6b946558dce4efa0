import OwnThread
import Readings

/// Where files go when they are durable: `done/YYYY/MM/DD/`, `failed/YYYY/MM/DD/`, or nowhere.
///
/// Below the day a file keeps its path, so that putting it back is one `mv`. Nothing is flushed to the disk: a file
/// whose move is lost in a power cut is read again, and its readings are duplicates.
struct FileShelf {
    /// A durable file that could not be put away.
    private struct Stuck {
        let file: FileOffer.File
        let isFaulty: Bool
    }

    /// What became of a file.
    enum Outcome: Equatable {
        case away
        /// Somebody has taken it away already.
        case gone
        /// It is no longer what was read: it must be read again.
        case changed
        /// It stays where it is, and is remembered.
        case stuck(FileFault)
    }

    /// So many files are remembered that could not be put away; with more, nothing further is read.
    static let stuckMax = 10_000
    /// Names tried beside a name that is taken.
    static let copiesMax = 100_000
    /// So many names are remembered that were taken.
    private static let rememberedMax = 1000

    private let settings: FolderSourceSettings
    private let events: FolderEvents
    private var stuck: [PathBytes: Stuck] = [:]
    /// The next number to try for a name that was taken.
    private var copies: [PathBytes: Int] = [:]
    private(set) var lastFault: FileFault?

    init(settings: FolderSourceSettings, events: FolderEvents) {
        self.settings = settings
        self.events = events
    }

    var stuckCount: Int { stuck.count }
    var firstStuck: PathBytes? { stuck.keys.min() }
    var hasRoom: Bool { stuck.count < Self.stuckMax }

    /// Whether a file is durable, as it stands, and only waits for its move.
    func holds(_ path: PathBytes, _ status: FileStatus) -> Bool {
        stuck[path]?.file.status == status
    }

    /// Whether a file of that path was durable and waits for its move.
    func holds(_ path: PathBytes) -> Bool {
        stuck[path] != nil
    }

    /// A file is something else by now, and is taken again.
    mutating func forget(_ path: PathBytes) {
        stuck[path] = nil
    }

    /// Puts a durable file away.
    mutating func putAway(_ file: FileOffer.File, isFaulty: Bool, on disk: any FolderDisk) -> Outcome {
        do throws(FileFault) {
            let status = try disk.status(of: file.path)
            guard status == file.status else {
                stuck[file.path] = nil
                return .changed
            }
            try move(file, isFaulty: isFaulty, on: disk)
            stuck[file.path] = nil
            return .away
        } catch {
            if error.isMissing, isGone(file.path, on: disk) {
                stuck[file.path] = nil
                return .gone
            }
            stuck[file.path] = Stuck(file: file, isFaulty: isFaulty)
            lastFault = error
            return .stuck(error)
        }
    }

    /// Tries again to put away what could not be; calls `changed` with those that must be read again.
    mutating func retry(on disk: any FolderDisk, until isOver: () -> Bool, changed: (PathBytes) -> Void) {
        for path in stuck.keys.sorted() {
            guard !isOver(), let entry = stuck[path] else { return }
            if putAway(entry.file, isFaulty: entry.isFaulty, on: disk) == .changed { changed(path) }
        }
    }

    private mutating func move(_ file: FileOffer.File, isFaulty: Bool, on disk: any FolderDisk) throws(FileFault) {
        if !isFaulty, settings.done == .delete {
            try disk.remove(file.path)
            return
        }
        let target = PathBytes(isFaulty ? "failed" : "done").appending(day(of: file.received)).appending(file.path)
        var number = copies[target] ?? 0
        while number <= Self.copiesMax {
            let name = number == 0 ? target : target.suffixed(".\(number)")
            number += 1
            if try disk.move(file.path, to: name) {
                if number > 1 {
                    if copies.count >= Self.rememberedMax { copies.removeAll() }
                    copies[target] = number
                }
                if isFaulty { events.failed(file.path, target: name) }
                return
            }
        }
        throw FileFault(call: "rename", path: "\(target)", code: FileFault.takenCode)
    }

    /// The missing name may also be one on the way to the target.
    private func isGone(_ path: PathBytes, on disk: any FolderDisk) -> Bool {
        do throws(FileFault) {
            _ = try disk.status(of: path)
            return false
        } catch {
            return error.isMissing
        }
    }

    private func day(of moment: Timestamp) -> PathBytes {
        let milliseconds = moment.millisecondsSince1970
        let seconds = (milliseconds - (milliseconds < 0 ? 999 : 0)) / 1000
        let local = seconds + Int64(settings.dayZone.secondsEast(atUTCSeconds: seconds))
        let date = CivilDate(daysSince1970: (local - (local < 0 ? 86_399 : 0)) / 86_400)
        let twoDigits = { (number: Int64) in number < 10 ? "0\(number)" : "\(number)" }
        return PathBytes("\(date.year)/\(twoDigits(date.month))/\(twoDigits(date.day))")
    }
}
