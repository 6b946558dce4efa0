import Readings

/// The metrics of Modbus buses and their devices.
extension MetricsText {
    mutating func add(buses sources: [SourceSnapshot]) {
        let buses = sources.compactMap { source in source.bus.map { (name: source.name, bus: $0) } }
        guard !buses.isEmpty else { return }
        func perBus(_ name: String, _ kind: Kind, _ help: String, _ value: (BusReport) -> Double) {
            family(name, kind, help)
            for (source, bus) in buses { sample(value(bus), labels: [("source", source)]) }
        }
        perBus("quantrac_modbus_utilisation_ratio", .gauge, "Share of the time in which a request was outstanding.") {
            $0.utilisation
        }
        perBus("quantrac_modbus_connects_total", .counter, "How often the bus was opened.") { Double($0.connects) }
        perBus("quantrac_modbus_disconnects_total", .counter, "How often the bus was lost or given up.") {
            Double($0.disconnects)
        }
        perBus("quantrac_modbus_late_answers_total", .counter, "Answers that came too late and were thrown away.") {
            Double($0.lateAnswers)
        }
        perBus("quantrac_modbus_stray_bytes_total", .counter, "Bytes that belonged to no answer.") {
            Double($0.strayBytes)
        }
        addDevices(buses.flatMap { source, bus in bus.devices.map { (Self.labels(source, $0), $0) } })
    }

    private static func labels(_ source: String, _ device: DeviceReport) -> [(String, String)] {
        [
            ("source", source), ("unit", "\(device.unit)"), ("station", device.station),
            ("sensor", "\(device.sensor)"),
        ]
    }

    private mutating func addDevices(_ devices: [(labels: [(String, String)], report: DeviceReport)]) {
        func perDevice(_ name: String, _ kind: Kind, _ help: String, _ value: (DeviceReport) -> Double) {
            family(name, kind, help)
            for device in devices { sample(value(device.report), labels: device.labels) }
        }
        perDevice("quantrac_modbus_device_answering", .gauge, "1 while the last poll brought something.") {
            $0.state == .answering || $0.state == .partial ? 1 : 0
        }
        perDevice("quantrac_modbus_device_paused", .gauge, "1 while the breaker is open.") {
            $0.state == .paused ? 1 : 0
        }
        family("quantrac_modbus_polls_total", .counter, "Slots that passed, by what became of them.")
        for device in devices {
            for (outcome, count) in device.report.outcomes {
                sample(Double(count), labels: device.labels + [("outcome", outcome)])
            }
        }
        perDevice("quantrac_modbus_requests_total", .counter, "Requests sent, unless the connection was lost.") {
            Double($0.requests)
        }
        perDevice("quantrac_modbus_retries_total", .counter, "Requests sent again.") { Double($0.retries) }
        family("quantrac_modbus_errors_total", .counter, "Tries that brought nothing, by reason, sent or not.")
        for device in devices {
            for (reason, count) in device.report.errors.sorted(by: { $0.key < $1.key }) {
                sample(Double(count), labels: device.labels + [("reason", reason)])
            }
        }
        perDevice("quantrac_modbus_breaker_opens_total", .counter, "How often the breaker opened.") {
            Double($0.breakerOpens)
        }
        family("quantrac_modbus_answer_seconds", .summary, "From a request to its answer.")
        for device in devices {
            sample(Double(device.report.latencyNanoseconds) / 1e9, suffix: "_sum", labels: device.labels)
            sample(Double(device.report.answers), suffix: "_count", labels: device.labels)
        }
        perDevice("quantrac_modbus_lateness_seconds", .gauge, "How late the last poll began.") {
            Double($0.latenessNanoseconds) / 1e9
        }
    }
}

extension DeviceReport {
    /// Every slot that has passed, by what became of it.
    fileprivate var outcomes: [(String, Int64)] {
        [
            ("complete", polls - pollsFailed - pollsPartial), ("partial", pollsPartial), ("failed", pollsFailed),
            ("paused", pollsPaused), ("held", pollsHeld), ("overrun", overruns),
        ]
    }
}
