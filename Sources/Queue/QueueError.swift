public import Readings
import SQLite

/// Why the queue did not do what was asked of it.
public struct QueueError: Error, Sendable, Equatable, TransientError {
    public let reason: Reason
    /// What happened, to what, and what to do about it.
    public let message: String

    /// What a caller may tell apart.
    public enum Reason: Sendable, Equatable {
        /// Another process has the queue open; its id, 0 when it cannot be told.
        case locked(pid: Int32)
        /// No room on the file system.
        case diskFull
        /// `max_size` is reached by rows that may not be deleted.
        case queueFull
        /// The file is not a queue of ours.
        case foreignFile
        /// The file is damaged.
        case corrupt
        /// The file was written by a newer release.
        case newerSchema
        /// There is no queue in the directory.
        case notFound
        /// The system refused: no permission, a failing disk.
        case io
        /// The queue was closed.
        case closed
        case noSuchConsumer
        case consumerExists
        /// The consumer comes from the configuration, which wins.
        case configuredConsumer
        /// The batch is not the open one; the open one's id.
        case noSuchBatch(current: String?)
        /// A rejection names a sequence that is not in the batch.
        case unknownSequence(Int64)
        case noSuchDeadLetter
        /// Nothing can be made of the dead letter: only its beginning is kept, or nobody knows its format any more.
        case notReplayable
        case badArgument
    }

    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// Whether the same call may succeed later although nothing is changed.
    public var isTransient: Bool {
        switch reason {
        case .locked, .diskFull, .queueFull, .io: true
        default: false
        }
    }
}

extension QueueError: CustomStringConvertible {
    public var description: String { message }
}

extension QueueError {
    /// What an SQLite error in the file at `path` means for the queue.
    init(_ error: SQLiteError, path: String) {
        if error.isDiskFull {
            self.init(.diskFull, "no room left on the file system of \(path): free some; nothing acknowledged is lost")
        } else if error.isCorrupt {
            self.init(
                .corrupt,
                "\(path) is damaged (\(error.message)): stop the daemon, move the file away and start with a new queue; "
                    + "keep the damaged file: the sqlite3 shell's .recover may still read it")
        } else if error.isNotADatabase {
            self.init(
                .foreignFile, "\(path) is not an SQLite file: move it away, or set data_directory to another directory")
        } else if error.isBusy {
            self.init(.io, "\(path) is locked by another program: end the program that writes to it")
        } else {
            self.init(.io, "\(path) cannot be read or written (\(error)): check the disk and the permissions")
        }
    }
}
