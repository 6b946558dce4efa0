import Acquisition
import Decoding
import OwnThread
public import Readings
public import Registers
public import Settings

/// The sources without the queue: what a person looks at before the daemon is let loose.
extension Pipeline {
    /// Listens to all sources for `duration`, decodes what arrives and shows it; stores nothing.
    ///
    /// It logs in at the brokers beside the running daemon, with a session of its own that ends with it, so that nothing
    /// is taken away from anybody. Messages that wait in the daemon's session are not seen. Modbus buses are polled by
    /// their schedule; a serial line that the daemon has open is not there for us, and its bus is among the silent.
    /// - Parameter show: Called on the sources' threads, for one batch at a time of each source.
    /// - Returns: The sources that were not connected at the end, and the buses no device of which gives anything, with the
    ///   reason.
    public func test(
        for duration: Duration, show: @escaping @Sendable (Intake) throws -> Void
    ) async throws -> [(source: String, reason: String)] {
        var sources: [any Source] = []
        var silent: [(source: String, reason: String)] = []
        try await withThrowingTaskGroup(of: Void.self) { group in
            for settings in configuration.mqtt {
                var trial = MQTTSourceSettings(settings, lingerMilliseconds: 0)
                trial.isTrial = true
                let source = MQTTSource(settings: trial, grants: NoGrantedFilters(), logger: logger)
                let stage = TrialStage(decoder: try IntakeDecoder(settings), show: show)
                sources.append(source)
                group.addTask { try await source.run(accept: stage.accept) }
            }
            for bus in configuration.modbus {
                let source = ModbusSource(bus: bus, logger: logger)
                sources.append(source)
                group.addTask { try await source.run { intake in try show(intake) } }
            }
            group.addTask { try await Task.sleep(for: duration) }
            // The first that ends is the time, or a source that gave up.
            defer { group.cancelAll() }
            do { try await group.next() } catch is CancellationError {}
            silent = sources.map(\.status).compactMap { status in
                status.silence.map { (status.name, $0) }
            }
        }
        return silent
    }

    /// Logs in to the broker of one source and asks for its topics, with a session of its own.
    ///
    /// - Returns: Why it did not work; `nil` when it did.
    public func refusal(of source: MQTTSettings) async -> String? {
        let settings = MQTTSourceSettings(source, lingerMilliseconds: 0)
        do {
            // It blocks for as long as the network does.
            try await OwnThread(name: "probe").run { try MQTTProbe.check(settings) }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Opens a bus and asks each of its devices once.
    ///
    /// - Returns: Why it did not work, and whether it is because another program has the line; `nil` when every device
    ///   answered for all its registers.
    public func refusal(of bus: BusDefinition) async -> (reason: String, isBusy: Bool)? {
        do {
            // It blocks for as long as the bus's timeouts add up to.
            return try await OwnThread(name: "probe").run { ModbusProbe.refusal(of: bus) }
                .map { ($0.reason, $0.isBusy) }
        } catch {
            return ("\(error)", false)
        }
    }
}

extension SourceStatus {
    /// Why nothing comes from it; `nil`: something may.
    fileprivate var silence: String? {
        if !isConnected { return detail ?? state.rawValue }
        guard let devices = bus?.devices, !devices.isEmpty,
            devices.allSatisfy({ $0.state == .silent || $0.state == .paused })
        else { return nil }
        let reasons = devices.prefix(5).map { "unit \($0.unit) (\($0.station)): \($0.detail ?? "no answer")" }
        return reasons.joined(separator: ", ") + (devices.count > 5 ? ", and \(devices.count - 5) more" : "")
    }
}
