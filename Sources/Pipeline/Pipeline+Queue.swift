import Quality
public import Queue
import Readings
import Settings

/// The queue without the daemon, for the command line while the daemon is stopped.
extension Pipeline {
    /// Opens the node's queue for writing, as the daemon would; the caller closes it.
    ///
    /// - Throws: `QueueError`; `locked` while a daemon or another command has it.
    public func openQueue() throws(QueueError) -> ReadingQueue {
        let book = configuration.ruleBook
        return try ReadingQueue.open(queueSettings, clock: wallClock, logger: logger) {
            QualityJudge(book: book)
        }
    }
}
