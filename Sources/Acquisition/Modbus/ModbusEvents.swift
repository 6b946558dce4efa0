import Logging
import Registers

/// The log lines of a bus: fixed words, and what differs in the metadata.
struct ModbusEvents: Sendable {
    private let logger: Logger

    init(logger: Logger, source: String, address: String) {
        var logger = logger
        logger[metadataKey: "source"] = "\(source)"
        logger[metadataKey: "bus"] = "\(address)"
        self.logger = logger
    }

    func resting(milliseconds: Int64) {
        logger.info(
            "bus not asked yet, an earlier process may still be answered",
            metadata: ["milliseconds": "\(milliseconds)"])
    }

    func connected() {
        logger.info("bus connected")
    }

    func stopped() {
        logger.info("source stopped")
    }

    func waiting(reason: String) {
        logger.warning("bus not reached, trying again", metadata: ["reason": "\(reason)"])
    }

    func connectionLost(reason: String) {
        logger.notice("bus connection lost", metadata: ["reason": "\(reason)"])
    }

    func silent(_ device: DeviceDefinition, reason: String) {
        log(.warning, "device silent", device, ["reason": "\(reason)"])
    }

    func answersAgain(_ device: DeviceDefinition) {
        log(.notice, "device answers again", device)
    }

    func breakerOpened(_ device: DeviceDefinition) {
        log(.warning, "device left alone until it answers a probe", device)
    }

    func breakerClosed(_ device: DeviceDefinition) {
        log(.notice, "device polled as usual again", device)
    }

    func addressesRefused(_ device: DeviceDefinition, addresses: String) {
        log(
            .warning, "addresses refused by the device", device,
            ["addresses": "\(addresses)", "advice": "they are asked again at the next start only; see its model"])
    }

    func everythingRefused(_ device: DeviceDefinition) {
        log(
            .error, "every address refused by the device", device,
            ["advice": "is it the right unit, kind and address? see quantrac modbus probe"])
    }

    func lateAnswers(_ count: Int64) {
        logger.notice("late answers discarded", metadata: ["answers": "\(count)"])
    }

    func overrun(_ device: DeviceDefinition, slots: Int64) {
        log(.warning, "polls left out, the bus is too slow", device, ["slots": "\(slots)"])
    }

    func clockJumped(_ jump: PollSchedule.Jump) {
        logger.warning(
            "wall clock jumped",
            metadata: ["milliseconds": "\(jump.microseconds / 1000)", "slots_left_out": "\(jump.slots)"])
    }

    func holding(readings: Int, reason: String) {
        logger.error(
            "batch not durable, offering it again", metadata: ["readings": "\(readings)", "reason": "\(reason)"])
    }

    func released(readings: Int) {
        logger.notice("batch durable again", metadata: ["readings": "\(readings)"])
    }

    func pollsHeldBack(readings: Int) {
        logger.error(
            "polls left out, too much is not durable",
            metadata: ["readings": "\(readings)", "limit": "\(BusOffer.readingsMax)"])
    }

    func lost(readings: Int, reason: String) {
        logger.error(
            "readings lost at the stop, not durable",
            metadata: ["readings": "\(readings)", "reason": "\(reason)"])
    }

    func failed(reason: String) {
        logger.critical("source ended by an error", metadata: ["reason": "\(reason)"])
    }

    private func log(
        _ level: Logger.Level, _ words: Logger.Message, _ device: DeviceDefinition, _ more: Logger.Metadata = [:]
    ) {
        var metadata: Logger.Metadata = ["unit": "\(device.unit)", "station": "\(device.station)"]
        metadata.merge(more) { $1 }
        logger.log(level: level, words, metadata: metadata)
    }
}
