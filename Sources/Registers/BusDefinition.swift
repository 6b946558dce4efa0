/// A bus, as the settings describe it: one owner, one request outstanding, devices that hang on it.
public struct BusDefinition: Sendable, Hashable {
    /// `[a-z0-9-]{1,32}`.
    public var name: String
    public var address: BusAddress
    public var everyMilliseconds: Int64 = 10_000
    /// How far after the full interval a poll is due.
    public var offsetMilliseconds: Int64 = 0
    public var observedTime = ObservedTime.slot
    public var silence = SilenceRecords.edges
    /// Of one request, until its answer is there in full; what a serial line itself needs for the bytes is added.
    public var timeoutMilliseconds: Int64 = 1000
    /// After the first try of a request.
    public var retries = 1
    /// How long after its request an answer may still arrive, and is then never taken for another one.
    public var lateResponseWindowMilliseconds: Int64 = 10_000
    public var devices: [DeviceDefinition] = []

    public init(name: String, address: BusAddress) {
        self.name = name
        self.address = address
    }

    /// As it stands in counters and readings: `modbus:NAME`.
    public var source: String { "modbus:\(name)" }

    /// What the observed time of a reading is.
    public enum ObservedTime: String, Sendable, Hashable, CaseIterable {
        /// The moment at which the poll was due.
        ///
        /// Where its first request is sent more than a second later, or a tenth of the interval if that is more, the
        /// readings carry the middle of its first request with an answer instead.
        case slot
        /// The middle of the request that read it.
        case request
    }

    /// How silence is recorded: null readings with `COM`.
    public enum SilenceRecords: String, Sendable, Hashable, CaseIterable {
        /// One of each register when it begins.
        case edges
        /// One of each register at every poll.
        case each
    }
}

/// One device on a bus.
public struct DeviceDefinition: Sendable, Hashable {
    /// The unit id: 0 … 255 over TCP, 1 … 247 on a serial line.
    public var unit: UInt8
    public var station: String
    /// The instrument's index at the station, 1 … 65535.
    public var sensor: UInt16 = 1
    /// The name of its model, for people; its registers are in `registers` already.
    public var model: String?
    /// `nil`: the bus's.
    public var everyMilliseconds: Int64?
    /// `nil`: the bus's.
    public var timeoutMilliseconds: Int64?
    public var breakerFailures = 3
    public var breakerMaxPauseMilliseconds: Int64 = 600_000
    public var limits = RequestLimits()
    public var registers: [RegisterDefinition] = []
    /// The place in `registers` of the one whose `status` gives the status of all.
    public var statusRegister: Int?

    public init(unit: UInt8, station: String) {
        self.unit = unit
        self.station = station
    }
}

/// What one request may ask for.
public struct RequestLimits: Sendable, Hashable {
    /// 1 … 125. // Modbus Application Protocol 1.1b3, 6.3
    public var maxRegisters = 125
    /// 1 … 2000, coils and discrete inputs. // Modbus Application Protocol 1.1b3, 6.1
    public var maxBits = 2000
    /// Registers (or bits) that nobody asked for, read along to save a request.
    public var maxGap = 16

    public init() {}
}
