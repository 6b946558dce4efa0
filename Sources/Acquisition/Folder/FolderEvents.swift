import Logging
import OwnThread

/// The log lines of a folder: fixed words, and what differs in the metadata.
struct FolderEvents: Sendable {
    private let logger: Logger

    init(logger: Logger, source: String, path: String) {
        var logger = logger
        logger[metadataKey: "source"] = "\(source)"
        logger[metadataKey: "folder"] = "\(path)"
        self.logger = logger
    }

    func connected() {
        logger.info("folder opened")
    }

    func stopped() {
        logger.info("source stopped")
    }

    func waiting(reason: String) {
        logger.warning("folder not reached, trying again", metadata: ["reason": "\(reason)"])
    }

    func notWatched(reason: String) {
        logger.warning(
            "folders not watched, sweeping them instead",
            metadata: ["reason": "\(reason)", "advice": "raise fs.inotify.max_user_watches, or remove empty folders"])
    }

    func watchedAgain() {
        logger.notice("folders watched again")
    }

    func newsLost() {
        logger.notice("news of the folder lost, sweeping it")
    }

    func unreadable(_ path: PathBytes, reason: String) {
        logger.warning(
            "file not readable, left where it is", metadata: ["file": "\(path)", "reason": "\(reason)"])
    }

    func tooDeep(_ path: PathBytes) {
        logger.warning(
            "folder too deep, left alone",
            metadata: ["path": "\(path)", "limit": "\(FolderSourceSettings.depthMax)"])
    }

    func gone(_ path: PathBytes) {
        logger.debug("file gone before it was read", metadata: ["file": "\(path)"])
    }

    func changed(_ path: PathBytes) {
        logger.notice(
            "file changed after it was read, taken again",
            metadata: ["file": "\(path)", "advice": "write under another name and rename, or raise settle"])
    }

    func failed(_ path: PathBytes, target: PathBytes) {
        logger.debug("file put away as failed", metadata: ["file": "\(path)", "target": "\(target)"])
    }

    func notMoved(_ path: PathBytes, reason: String) {
        logger.error(
            "files durable but not put away, trying again", metadata: ["file": "\(path)", "reason": "\(reason)"])
    }

    func allMoved() {
        logger.notice("files put away again")
    }

    func holding(files: Int, reason: String) {
        logger.error("batch not durable, offering it again", metadata: ["files": "\(files)", "reason": "\(reason)"])
    }

    func released(files: Int) {
        logger.notice("batch durable again", metadata: ["files": "\(files)"])
    }

    func failed(reason: String) {
        logger.critical("source ended by an error", metadata: ["reason": "\(reason)"])
    }
}
