import Logging
import Readings

/// The log lines of a source: fixed words, and what differs in the metadata.
struct SourceEvents: Sendable {
    private let logger: Logger

    init(logger: Logger, source: String, address: String) {
        var logger = logger
        logger[metadataKey: "source"] = "\(source)"
        logger[metadataKey: "broker"] = "\(address)"
        self.logger = logger
    }

    func connected(hasSession: Bool) {
        logger.info("source connected", metadata: ["session": "\(hasSession ? "continued" : "new")"])
    }

    func stopped() {
        logger.info("source stopped")
    }

    func waiting(reason: String) {
        logger.warning("source not connected, trying again", metadata: ["reason": "\(reason)"])
    }

    func refused(reason: String) {
        logger.error("source refused, trying again", metadata: ["reason": "\(reason)"])
    }

    func sessionLost() {
        logger.warning(
            "session lost at the broker",
            metadata: ["advice": "what was published meanwhile is lost; see session_expiry"])
    }

    func subscribed(filter: String) {
        logger.info("subscription granted", metadata: ["filter": "\(filter)"])
    }

    func unsubscribed(filter: String) {
        logger.info("subscription given back", metadata: ["filter": "\(filter)"])
    }

    func subscriptionRefused(filter: String, reason: String) {
        logger.error(
            "subscription refused, trying again", metadata: ["filter": "\(filter)", "reason": "\(reason)"])
    }

    func replied(topic: String) {
        logger.info("command published", metadata: ["topic": "\(topic)"])
    }

    func packetTooLarge(reason: String) {
        logger.error("connection ended for its packet's size", metadata: ["reason": "\(reason)"])
    }

    func holding(messages: Int, reason: String) {
        logger.error(
            "batch not durable, offering it again", metadata: ["messages": "\(messages)", "reason": "\(reason)"])
    }

    func released(messages: Int) {
        logger.notice("batch durable again", metadata: ["messages": "\(messages)"])
    }

    func failed(reason: String) {
        logger.critical("source ended by an error", metadata: ["reason": "\(reason)"])
    }
}
