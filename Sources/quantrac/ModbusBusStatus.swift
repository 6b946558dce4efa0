import FoundationEssentials
import Readings
import Registers

/// What `GET /v1/status` tells of Modbus buses and their devices; what a release does not tell is left out.
struct ModbusBusStatus: Decodable {
    struct Device: Decodable {
        var unit: Int
        var station: String
        var sensor: Int?
        var state: String
        var detail: String?
        var since: String?
        var lastAnswer: String?
        var polls: Int64?
        var pollsFailed: Int64?
        var pollsPartial: Int64?
        var pollsPaused: Int64?
        var overruns: Int64?
        var latencyMilliseconds: Double?
        var illegalAddresses: String?

        private enum CodingKeys: String, CodingKey {
            case unit, station, sensor, state, detail, since, polls, overruns
            case lastAnswer = "last_answer"
            case pollsFailed = "polls_failed"
            case pollsPartial = "polls_partial"
            case pollsPaused = "polls_paused"
            case latencyMilliseconds = "latency_ms"
            case illegalAddresses = "illegal_addresses"
        }
    }

    var address: String?
    var utilisation: Double?
    var connects: Int64?
    var disconnects: Int64?
    var lateAnswers: Int64?
    var strayBytes: Int64?
    var devices: [Device]?

    private enum CodingKeys: String, CodingKey {
        case address, utilisation, connects, disconnects, devices
        case lateAnswers = "late_answers"
        case strayBytes = "stray_bytes"
    }

    /// A source of the document that is a bus.
    struct Source: Decodable {
        var name: String
        var state: String?
        var detail: String?
        var bus: ModbusBusStatus?
    }

    /// The buses of the document; none where there is no document or none of its sources is one.
    static func sources(in document: String?) -> [Source] {
        struct Document: Decodable {
            var sources: [Source]
        }
        // Whatever another release says otherwise: the rest of the status is shown all the same.
        guard let document, let read = try? JSONDecoder().decode(Document.self, from: Data(document.utf8)) else {
            return []
        }
        return read.sources.filter { $0.bus != nil }
    }

    /// The bus in a line, its devices in a table under it.
    func lines(of source: Source, _ localTime: LocalTime) -> [String] {
        // A serial line's URL is longer than what anybody wants to know of it.
        let place = address.map { url in (try? BusAddress(url: url)).map(ModbusText.place) ?? url }
        var facts = ["\(source.name)  \(place ?? "")"]
        if let utilisation { facts.append("in use \(ModbusLoadText.percent(utilisation))") }
        if let lateAnswers, lateAnswers > 0 { facts.append("\(Grouped.text(lateAnswers)) late answers thrown away") }
        if let strayBytes, strayBytes > 0 { facts.append("\(Grouped.text(strayBytes)) stray bytes") }
        if let disconnects, disconnects > 0 {
            facts.append("lost \(disconnects == 1 ? "once" : "\(Grouped.text(disconnects)) times")")
        }
        var lines = [facts.joined(separator: ", ")]
        if let detail = source.detail { lines.append("\(source.state?.uppercased() ?? ""): \(detail)") }
        var table = Table(
            ">UNIT", "STATION", "STATE", "LAST ANSWER", ">POLLS", ">FAILED", ">PARTIAL", ">PAUSED", ">OVERRUN", ">MS",
            "WHY")
        for device in devices ?? [] {
            let sensor = device.sensor ?? 1
            table.add(
                "\(device.unit)", sensor == 1 ? device.station : "\(device.station) #\(sensor)",
                Self.standingOut(device.state), localTime.text(Self.time(device.lastAnswer)),
                Self.count(device.polls), Self.count(device.pollsFailed), Self.count(device.pollsPartial),
                Self.count(device.pollsPaused), Self.count(device.overruns),
                device.latencyMilliseconds.map { ModbusText.number(($0 * 10).rounded() / 10) } ?? "",
                Self.reason(device, besides: source.detail, localTime))
        }
        return lines + table.lines
    }

    /// Nobody should have to look for the device that does not answer.
    private static func standingOut(_ state: String) -> String {
        state == "silent" || state == "paused" ? state.uppercased() : state
    }

    private static func count(_ number: Int64?) -> String { number.map(Grouped.text) ?? "" }

    /// Why the device is as it is, but for what is said of the whole bus already.
    private static func reason(_ device: Device, besides known: String?, _ localTime: LocalTime) -> String {
        var reasons: [String] = []
        if let detail = device.detail, detail != known { reasons.append(detail) }
        if device.state == "silent" || device.state == "paused", let since = time(device.since) {
            reasons.append("since \(localTime.text(since))")
        }
        if let illegal = device.illegalAddresses, !illegal.isEmpty, device.detail != "refuses \(illegal)" {
            reasons.append("refuses \(illegal)")
        }
        return reasons.joined(separator: ", ")
    }

    private static func time(_ text: String?) -> Timestamp? {
        guard let text, case .moment(let time) = ParsedTime(rfc3339: text) else { return nil }
        return time
    }
}
