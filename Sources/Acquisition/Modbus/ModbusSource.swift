public import Logging
public import Modbus
public import OwnThread
public import Readings
public import Registers

/// Readings of the devices on one Modbus bus, polled at clock-aligned moments.
///
/// One thread of its own, one connection, one request at a time. An answer is given to `accept` within about a second;
/// what is not durable yet when the process is killed is a gap, as a bus cannot be asked for the past.
public final class ModbusSource: Source {
    public let name: String
    private let bus: BusDefinition
    private let makeChannel: @Sendable (Wake) -> any ByteChannel
    private let clock: @Sendable (Wake) -> any BusClock
    private let restMilliseconds: Int64
    private let events: ModbusEvents
    private let board: StatusBoard

    /// A source of the bus, over its own channel and by the machine's clocks.
    ///
    /// With RTU frames it asks nothing for the late-response window and a timeout: the process before it may have been
    /// killed between a request and its answer, and nothing in that answer would tell it from one to us. (Seen with a slave
    /// that takes 600 ms, killed four times: up to 60 of 120 readings were those of other registers.)
    public convenience init(bus: BusDefinition, logger: Logger) {
        let timeout = bus.devices.map { $0.timeoutMilliseconds ?? bus.timeoutMilliseconds }.max() ?? 0
        self.init(
            bus: bus, logger: logger, makeChannel: { [address = bus.address] in address.makeChannel(wake: $0) },
            clock: { SystemBusClock(wake: $0) },
            restMilliseconds: bus.address.framing == .rtu ? bus.lateResponseWindowMilliseconds + timeout : 0)
    }

    /// The same over another line and in another time, for tests.
    ///
    /// Both are made when `run` begins, on the source's own thread, with the wake that a stop signals.
    /// - Parameter restMilliseconds: For so long nothing is asked at the beginning.
    public init(
        bus: BusDefinition, logger: Logger, makeChannel: @escaping @Sendable (Wake) -> any ByteChannel,
        clock: @escaping @Sendable (Wake) -> any BusClock, restMilliseconds: Int64 = 0
    ) {
        name = bus.source
        self.bus = bus
        self.makeChannel = makeChannel
        self.clock = clock
        self.restMilliseconds = restMilliseconds
        events = ModbusEvents(logger: logger, source: bus.source, address: bus.address.description)
        board = StatusBoard(name: bus.source)
        board.update { status in
            status.bus = BusReport(address: bus.address.description)
            status.bus?.devices = bus.devices.map {
                DeviceReport(unit: $0.unit, station: $0.station, sensor: $0.sensor, since: status.since)
            }
        }
    }

    public var status: SourceStatus { board.snapshot }

    public func run(accept: @escaping @Sendable (inout Intake) throws -> Void) async throws {
        let stop = try StopSwitch()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                stop.begin(waiter)
                start(stop: stop, accept: accept)
            }
        } onCancel: {
            stop.request()
        }
        board.pause()
        board.enter(.stopped)
        do {
            try result.get()
            events.stopped()
        } catch {
            events.failed(reason: "\(error)")
            throw error
        }
    }

    private func start(stop: StopSwitch, accept: @escaping @Sendable (inout Intake) throws -> Void) {
        do {
            _ = try OwnThread.start(name: name) { [self] in
                let loop = BusLoop(
                    bus: bus, channel: makeChannel(stop.wake), clock: clock(stop.wake), events: events,
                    board: board, stop: stop, restNanoseconds: restMilliseconds * 1_000_000, accept: accept)
                stop.end(Result { try loop.run() })
            }
        } catch {
            stop.end(.failure(error))
        }
    }
}
