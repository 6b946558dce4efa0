import Logging
import Queue

/// What this target logs, each event spelled once.
enum DeliveryEvents {
    static func failed(_ logger: Logger, method: String, path: String, error: String) {
        logger.error("request failed", metadata: ["method": "\(method)", "path": "\(path)", "error": "\(error)"])
    }

    static func consumerChanged(_ logger: Logger, consumer: String, what: String) {
        logger.notice("consumer changed", metadata: ["consumer": "\(consumer)", "change": "\(what)"])
    }

    static func maintenanceChanged(_ logger: Logger, station: String, what: String, window: Int64) {
        logger.notice(
            "maintenance changed",
            metadata: ["station": "\(station)", "change": "\(what)", "window": "\(window)"])
    }

    static func deadLetterReplayed(_ logger: Logger, _ outcome: ReplayOutcome, by actor: String?) {
        logger.notice(
            "dead letter replayed",
            metadata: [
                "dead_letter": "\(outcome.deadLetter)", "queued": "\(outcome.queued)",
                "duplicates": "\(outcome.duplicates)", "faults": "\(outcome.faultCount)",
                "removed": "\(outcome.isRemoved)", "by": "\(actor ?? "nobody named")",
            ])
    }

    static func deadLettersTaken(_ logger: Logger, count: Int, by actor: String?) {
        logger.notice(
            "dead letters dropped by hand", metadata: ["count": "\(count)", "by": "\(actor ?? "nobody named")"])
    }

    static func lineRejected(_ logger: Logger, consumer: String, batch: String, count: Int) {
        logger.warning(
            "lines rejected by consumer",
            metadata: ["consumer": "\(consumer)", "batch": "\(batch)", "count": "\(count)"])
    }

    /// Rows that fail their checksum are never sent; here somebody hears of it.
    static func rowsDamaged(_ logger: Logger, consumer: String, through: Int64, count: Int) {
        logger.error(
            "damaged rows left out of a batch",
            metadata: ["consumer": "\(consumer)", "through": "\(through)", "count": "\(count)"])
    }

    static func pullRetry(_ logger: Logger, reason: String, seconds: Int) {
        logger.warning("pull failed, trying again", metadata: ["reason": "\(reason)", "after_seconds": "\(seconds)"])
    }

    static func sinkFailing(_ logger: Logger, sink: String, reason: String) {
        logger.error("sink failing, trying again", metadata: ["sink": "\(sink)", "reason": "\(reason)"])
    }

    static func sinkResumed(_ logger: Logger, sink: String) {
        logger.notice("sink writes again", metadata: ["sink": "\(sink)"])
    }

    /// A station file has whole seconds.
    static func withinOneSecond(_ logger: Logger, sink: String, count: Int) {
        logger.warning(
            "several lines of a parameter within one second", metadata: ["sink": "\(sink)", "count": "\(count)"])
    }

    /// The HTTP library's own lines are not events of ours: it speaks only when something is wrong.
    static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}
