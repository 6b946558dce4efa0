/// How a Modbus bus stands, for `status` and the metrics; the numbers count since the daemon's start.
public struct BusReport: Sendable, Equatable {
    /// Its URL.
    public var address: String
    /// The share of the time since the start in which a request was outstanding, 0 … 1.
    public var utilisation = 0.0
    public var connects: Int64 = 0
    public var disconnects: Int64 = 0
    /// Answers that came after we had given up, recognised and thrown away.
    public var lateAnswers: Int64 = 0
    /// Bytes that belonged to nothing.
    public var strayBytes: Int64 = 0
    /// In the order of the settings.
    public var devices: [DeviceReport] = []

    public init(address: String) {
        self.address = address
    }
}

/// How one device on a bus stands.
public struct DeviceReport: Sendable, Equatable {
    public var unit: UInt8
    public var station: String
    public var sensor: UInt16
    public var state = State.unknown
    /// Why it is so, in a few words.
    public var detail: String?
    public var since: Timestamp
    public var lastAnswer: Timestamp?
    /// Slots in which it was asked, or would have been if the bus had been there.
    public var polls: Int64 = 0
    /// Polls that brought nothing at all.
    public var pollsFailed: Int64 = 0
    /// Polls that brought some registers and not all.
    public var pollsPartial: Int64 = 0
    /// Slots that passed while the bus was busy; they are not made up for.
    public var overruns: Int64 = 0
    /// Slots that were left out because the breaker was open.
    public var pollsPaused: Int64 = 0
    /// Slots that were left out because too much was not durable.
    public var pollsHeld: Int64 = 0
    /// Requests that were sent; not those at which the connection was lost.
    public var requests: Int64 = 0
    /// Of them, those that were sent again.
    public var retries: Int64 = 0
    /// Tries that brought nothing, sent or not, by reason: `timeout`, `checksum`, `incomplete`, `unexpected`, `exception-2`, `connection`, …
    public var errors: [String: Int64] = [:]
    public var breakerOpens: Int64 = 0
    /// Sum and number of the times from a request to its answer.
    public var latencyNanoseconds: Int64 = 0
    public var answers: Int64 = 0
    /// From the due moment of the last poll to its first request.
    public var latenessNanoseconds: Int64 = 0
    /// Addresses the device refuses to read: `holding 10-12`; empty for none.
    public var illegalAddresses = ""

    public init(unit: UInt8, station: String, sensor: UInt16, since: Timestamp) {
        self.unit = unit
        self.station = station
        self.sensor = sensor
        self.since = since
    }

    /// From a request to its answer, over all answers; `nil` before the first.
    public var meanLatencyMilliseconds: Double? {
        answers > 0 ? Double(latencyNanoseconds) / Double(answers) / 1e6 : nil
    }

    /// The fixed words of a device's state.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Not asked yet.
        case unknown
        case answering
        /// It answers, but not to everything.
        case partial
        /// The last poll brought nothing.
        case silent
        /// The breaker is open: it is left alone until the next probe.
        case paused
    }
}
