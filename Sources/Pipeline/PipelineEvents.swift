import Logging
import Systemd

/// What the daemon as a whole says in its log.
enum PipelineEvents {
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
