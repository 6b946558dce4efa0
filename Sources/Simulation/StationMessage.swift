public import Readings

/// One message of a station as it goes to the broker, and what must become of it.
public struct StationMessage: Sendable {
    public let station: String
    public let topic: String
    public let payload: [UInt8]
    public let time: Timestamp
    /// What is wrong with it; `nil` for a good one.
    public let misbehaviour: Misbehaviour?
    /// Readings that the queue must hold for it, revisions included.
    public let readings: Int
    /// Readings that the queue must know already.
    public let duplicates: Int
    /// Dead letters it must become: 0 or 1.
    public let deadLetters: Int
}

/// How the payload of a message differs from a good one.
struct PayloadFault {
    var misbehaviour: Misbehaviour?
    /// The channel it hits, where it hits one.
    var channel: Int
}

/// Writes a station's JSON, `{"station": …, "time": …, "readings": […]}`.
struct PayloadWriter {
    private(set) var bytes: [UInt8] = []

    init(
        station: SimulatedStation, samples: [Sample], time: Timestamp, sequence: Int64, fault: PayloadFault?
    ) {
        let misbehaviour = fault?.misbehaviour
        if misbehaviour == .empty { return }
        bytes.reserveCapacity(160 + samples.count * 64)
        text(#"{"station":"#)
        string(misbehaviour == .wrongStation ? "\(station.id)X" : station.id)
        if misbehaviour == .notText {
            text(#","name":"Tr"#)
            bytes.append(0xe1)  // "Trạm" in a single-byte code page
            text(#"m""#)
        }
        if misbehaviour == .nested {
            text(#","debug":"#)
            text(String(repeating: "[", count: 64) + String(repeating: "]", count: 64))
        }
        text(#","time":"#)
        string(Self.localTime(time, zone: misbehaviour == .zonelessTime ? "" : "+07:00"))
        text(#","sequence":\#(sequence),"status":"#)
        string(misbehaviour == .unknownStatus ? "17" : "00")
        text(#","readings":["#)
        if misbehaviour == .truncated { return }
        for (index, sample) in samples.enumerated() {
            if index > 0 { text(",") }
            reading(sample, misbehaviour: index == fault?.channel ? misbehaviour : nil)
        }
        text("]}")
    }

    private mutating func reading(_ sample: Sample, misbehaviour: Misbehaviour?) {
        text(#"{"parameter":"#)
        string(sample.channel.parameter)
        if sample.channel.sensor != 1 { text(#","sensor":\#(sample.channel.sensor)"#) }
        text(#","value":"#)
        switch (misbehaviour, sample.value) {
        case (.notANumber, _): text("NaN")
        case (.overflow, _): text("1e999")
        case (.wrongType, _): text(#"{"mean":1}"#)
        case (_, let value?): text(Self.decimal(value, decimals: sample.channel.decimals))
        case (_, nil): text("null")
        }
        text(#","unit":"#)
        string(sample.channel.unit)
        if sample.status != "00" {
            text(#","status":"#)
            string(sample.status)
        }
        text("}")
    }

    /// Only for texts of ours, which hold nothing that JSON must escape.
    private mutating func string(_ value: String) {
        text("\"\(value)\"")
    }

    private mutating func text(_ value: String) {
        bytes.append(contentsOf: value.utf8)
    }

    private static func localTime(_ time: Timestamp, zone: String) -> String {
        var bytes: [UInt8] = []
        time.advanced(byMilliseconds: 7 * 3_600_000).appendRFC3339(to: &bytes)
        bytes.removeLast()
        return String(decoding: bytes, as: UTF8.self) + zone
    }

    /// A number with a fixed count of decimals, as loggers print it.
    static func decimal(_ value: Double, decimals: Int) -> String {
        var weight = 1
        for _ in 0..<decimals { weight *= 10 }
        let scaled = Int64((value * Double(weight)).rounded())
        let magnitude = scaled.magnitude
        let sign = scaled < 0 ? "-" : ""
        guard decimals > 0 else { return sign + String(magnitude) }
        let fraction = String(magnitude % UInt64(weight))
        return sign + String(magnitude / UInt64(weight)) + "."
            + String(repeating: "0", count: decimals - fraction.count) + fraction
    }
}
