import Logging
import Systemd

/// What the daemon as a whole says in its log.
enum PipelineEvents {
    static func ready(_ logger: Logger, version: String, http: String, queue: String, sequence: Int64) {
        logger.notice(
            "daemon ready",
            metadata: ["version": "\(version)", "http": "\(http)", "queue": "\(queue)", "sequence": "\(sequence)"])
    }

    static func stopped(_ logger: Logger, sequence: Int64) {
        logger.notice("daemon stopped", metadata: ["sequence": "\(sequence)"])
    }

    static func stalled(_ logger: Logger, part: String, seconds: Int64) {
        logger.error("no progress", metadata: ["part": "\(part)", "seconds": "\(seconds)"])
    }

    static func resumed(_ logger: Logger, part: String) {
        logger.notice("progress again", metadata: ["part": "\(part)"])
    }

    static func managerUnreachable(_ logger: Logger, error: NotifyError) {
        logger.warning("service manager not reached", metadata: ["reason": "\(error)"])
    }
}
