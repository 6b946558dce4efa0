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
        /// It took the place of what was read, and was put away unread: the path that it came to.
        var unread: PathBytes?
    }

    /// What became of a file.
    enum Outcome: Equatable {
        case away
        /// Somebody has taken it away already.
        case gone
        /// It is no longer what was read: what lies at that path now must be read.
        case changed(PathBytes)
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
            stuck[file.path] = nil
            guard status == file.status else { return .changed(file.path) }
            if !isFaulty, settings.done == .delete { return try delete(file, on: disk) }
            return try keep(file, isFaulty: isFaulty, on: disk)
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
            let outcome =
                entry.unread.map { bringBack(path, from: entry, as: $0, on: disk) }
                ?? putAway(entry.file, isFaulty: entry.isFaulty, on: disk)
            if case .changed(let place) = outcome { changed(place) }
        }
    }

    /// Moves it, and looks at what was moved: a writer may have renamed another over it since it was looked at.
    private mutating func keep(
        _ file: FileOffer.File, isFaulty: Bool, on disk: any FolderDisk
    ) throws(FileFault) -> Outcome {
        let origin = AsidePlace.origin(of: file.path)
        let target = try move(
            file.path, to: PathBytes(isFaulty ? "failed" : "done").appending(day(of: file.received)).appending(origin),
            on: disk)
        do throws(FileFault) {
            if try disk.status(of: target).isSameContent(as: file.status) {
                if isFaulty { events.failed(origin, target: target) }
                return .away
            }
        } catch {
            // Whoever clears the folder was quick.
            if error.isMissing { return .away }
        }
        return bringBack(target, from: Stuck(file: file, isFaulty: isFaulty), as: origin, on: disk)
    }

    /// Lays aside what was put away unread, to be read. Not back to its path: that could replace a newer one.
    private mutating func bringBack(
        _ path: PathBytes, from entry: Stuck, as origin: PathBytes, on disk: any FolderDisk
    ) -> Outcome {
        do throws(FileFault) {
            let place = try layAside(path, as: origin, on: disk)
            stuck[path] = nil
            return .changed(place)
        } catch {
            if error.isMissing, isGone(path, on: disk) {
                stuck[path] = nil
                return .gone
            }
            stuck[path] = Stuck(file: entry.file, isFaulty: entry.isFaulty, unread: origin)
            lastFault = error
            return .stuck(error)
        }
    }

    /// Removes it from where no writer can put another in its place.
    private mutating func delete(_ file: FileOffer.File, on disk: any FolderDisk) throws(FileFault) -> Outcome {
        var (place, status) = (file.path, file.status)
        if !AsidePlace.contains(place) {
            place = try layAside(place, as: place, on: disk)
            status = try disk.status(of: place)
            guard status.isSameContent(as: file.status) else { return .changed(place) }
        }
        do throws(FileFault) {
            try disk.remove(place)
            return .away
        } catch {
            if error.isMissing { return .gone }
            let moved = FileOffer.File(path: place, status: status, received: file.received)
            stuck[place] = Stuck(file: moved, isFaulty: false)
            lastFault = error
            return .stuck(error)
        }
    }

    private func layAside(
        _ path: PathBytes, as origin: PathBytes, on disk: any FolderDisk
    ) throws(FileFault) -> PathBytes {
        for number in 0...Self.copiesMax {
            let place = AsidePlace.place(of: origin, number: number)
            if try disk.move(path, to: place) { return place }
        }
        throw FileFault(call: "rename", path: "\(path)", code: FileFault.takenCode)
    }

    /// Moves it to the first name that is free.
    private mutating func move(
        _ path: PathBytes, to target: PathBytes, on disk: any FolderDisk
    ) throws(FileFault) -> PathBytes {
        var number = copies[target] ?? 0
        while number <= Self.copiesMax {
            let name = number == 0 ? target : target.suffixed(".\(number)")
            number += 1
            if try disk.move(path, to: name) {
                if number > 1 {
                    if copies.count >= Self.rememberedMax { copies.removeAll() }
                    copies[target] = number
                }
                return name
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
