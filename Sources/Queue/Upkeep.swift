import Logging
import OwnThread
import Readings
import SQLite
import Synchronization

/// When the writer's regular work is due, and what it found last.
struct Upkeep {
    /// In nanoseconds of the monotonic clock.
    var nextLook: Int64 = 0
    var nextFlush: Int64 = 0
    /// The file system has less than `min_free_disk` left.
    var isDiskShort = false
    /// Rows that may not go fill `max_size`.
    var isFull = false
    /// There is more to retire than one transaction's worth.
    var hasMore = false
    /// There are more dead letters to drop than one transaction's worth.
    var hasMoreDeadLetters = false
    /// There is a maintenance window that was not gone through yet.
    var hasMoreMaintenance = false
    var usedBytes: Int64 = 0
    /// The part of `usedBytes` that is the log.
    var logBytes: Int64 = 0
    /// Bytes written, roughly, since `usedBytes` was measured.
    var bytesSinceLook: Int64 = 0
    var availableBytes: Int64?
}

extension Writer {
    /// Refuses a batch for which there is no room.
    mutating func checkRoom() throws(QueueError) {
        if upkeep.isDiskShort { lookAtDisk() }
        if upkeep.isDiskShort {
            throw QueueError(
                .diskFull,
                "the file system of \(file.directory) has \(upkeep.availableBytes ?? 0) bytes left, less than "
                    + "min_free_disk = \(settings.minFreeDiskBytes): free some; nothing acknowledged is lost")
        }
        if upkeep.isFull {
            throw QueueError(
                .queueFull,
                "\(file.database) holds max_size = \(settings.maxSizeBytes) bytes of rows that are not acknowledged: "
                    + "look at `quantrac consumer list`, raise max_size, or remove a consumer that is gone")
        }
    }

    /// What is due: the disk each second, summaries and ages each minute, deletion whenever there is something to delete.
    mutating func maintain() {
        let now = SystemTime.monotonicNanoseconds()
        do {
            if now >= upkeep.nextLook || upkeep.isFull || upkeep.hasMore || upkeep.bytesSinceLook > 1 << 20 {
                try measure()
            }
            if now >= upkeep.nextLook {
                upkeep.nextLook = now + 1_000_000_000
                look()
            }
            let isDue = now >= upkeep.nextFlush || days.rowsSinceFlush >= Limits.rowsUnsummarised
            if isDue {
                upkeep.nextFlush = now + 60_000_000_000
                upkeep.hasMore = true
                try flushDays()
                try skipAged()
            }
            if isDue || upkeep.hasMoreDeadLetters || deadLetterBytes > settings.deadLetterMaxSizeBytes {
                try trimDeadLetters()
            }
            if upkeep.hasMore || sizeBytes > settings.maxSizeBytes { try retire() }
            if isDue || upkeep.hasMoreMaintenance {
                try applyMaintenance()
                upkeep.hasMoreMaintenance = maintenance.unfinished != nil
            }
        } catch {
            upkeep.hasMore = false
            upkeep.hasMoreMaintenance = false
            upkeep.hasMoreDeadLetters = false
            noteFailure(error)
        }
    }

    /// Looks at the disk. What it finds wrong is told and holds nothing up: the work that follows may make room.
    private mutating func look() {
        lookAtDisk()
        keepBallast()
        do {
            // Without any intake, too, a disk that runs short is told, and one that has room again is found out.
            if isCommitting { try checkRoom() } else { try probe() }
        } catch {
            noteFailure(error)
        }
    }

    /// What counts against `max_size`. Dead letters and decoder memories have limits of their own.
    var sizeBytes: Int64 { upkeep.usedBytes - deadLetterBytes - memoryBytes }

    /// Whether `max_size` is reached without the log: what SQLite leaves of it in place goes with no row.
    var isFilledByRows: Bool {
        sizeBytes - min(upkeep.logBytes, Limits.logBytes) > settings.maxSizeBytes
    }

    private var isCommitting: Bool { shared.health.withLock { $0.canCommit } }

    /// A commit that changes nothing but a page, to see whether commits work again.
    private mutating func probe() throws(QueueError) {
        try checkRoom()
        let start = SystemTime.monotonicNanoseconds()
        let numbers = Numbers(sequence: lastSequence, version: lastVersion)
        try inTransaction { try $0.store.updateQueue.run(.integer(numbers.sequence), .integer(numbers.version)) }
        noteCommit(since: start)
    }

    private mutating func measure() throws(QueueError) {
        do {
            try reopenIfNeeded()
            upkeep.logBytes = Disk.fileSize(file.writeAheadLog) ?? 0
            upkeep.usedBytes = try store.usedPageBytes() + upkeep.logBytes
        } catch {
            throw queueError(error)
        }
        upkeep.bytesSinceLook = 0
        if !isFilledByRows { upkeep.isFull = false }
        let used = upkeep.usedBytes
        shared.health.withLock { $0.usedBytes = used }
    }

    mutating func lookAtDisk() {
        let available = Disk.availableBytes(at: file.directory)
        upkeep.availableBytes = available
        upkeep.isDiskShort = available.map { $0 < settings.minFreeDiskBytes } ?? false
        shared.health.withLock { $0.availableDiskBytes = available }
    }

    /// Makes the ballast again when there is plenty of room for it.
    private func keepBallast() {
        guard Disk.fileSize(file.ballast) == nil,
            (upkeep.availableBytes ?? 0) > max(settings.minFreeDiskBytes, 4 * QueueFile.ballastBytes)
        else { return }
        if !Disk.reserve(file.ballast, bytes: QueueFile.ballastBytes) {
            logger.debug("ballast not made", metadata: ["path": "\(file.ballast)"])
        }
    }
}
