import Queue
import Readings

/// Where a fault stands and what it is, whether it comes from the queue or from a decoder.
struct FaultPlace {
    var index: Int?
    var offset: Int
    var reason: String

    init(_ fault: StoredFault) {
        index = fault.index
        offset = fault.offset
        reason = fault.reason
    }

    init(_ fault: Fault) {
        index = fault.index.map { Int($0) }
        offset = Int(fault.offset)
        reason = fault.reason.rawValue
    }
}

/// Faults in words, with the place they stand at.
enum FaultText {
    static func lines(_ faults: [FaultPlace]) -> [String] {
        faults.map { fault in
            let place = fault.index.map { "reading \($0), " } ?? ""
            return "  \(place)offset \(fault.offset): \(fault.reason), \(meaning(fault.reason))"
        }
    }

    /// The line of text around the first fault with a caret under it; nothing where the bytes are no text.
    static func excerpt(_ payload: [UInt8], faults: [FaultPlace]) -> [String] {
        guard let offset = faults.first?.offset, offset <= payload.count, !payload.isEmpty,
            String(validating: payload, as: UTF8.self) != nil
        else { return [] }
        var start = max(0, offset - 50)
        var end = min(payload.count, offset + 30)
        // Not in the middle of a character.
        while start > 0, payload[start] & 0xc0 == 0x80 { start -= 1 }
        while end < payload.count, payload[end] & 0xc0 == 0x80 { end += 1 }
        let before = Table.printable(String(decoding: payload[start..<offset], as: UTF8.self))
        let after = Table.printable(String(decoding: payload[offset..<end], as: UTF8.self))
        let prefix = start > 0 ? "…" : ""
        return [
            prefix + before + after + (end < payload.count ? "…" : ""),
            String(repeating: " ", count: prefix.count + before.count) + "^",
        ]
    }

    static func meaning(_ reason: String) -> String {
        switch Fault.Reason(rawValue: reason) {
        case .empty: "there is nothing in it"
        case .oversize: "longer than max_payload; only its beginning is kept"
        case .notText: "the bytes are no UTF-8"
        case .syntax: "this is not the grammar of the format"
        case .depth: "nested deeper than 16"
        case .tooManyReadings: "more than 10,000 readings"
        case .duplicateMember: "a member stands twice"
        case .wrongType: "a member is of another type than it must be"
        case .missingMember: "a member that must be there is not"
        case .missingStation: "neither the payload nor its topic names a station"
        case .stationMismatch: "the payload names another station than its topic"
        case .topicMismatch: "the payload names another parameter or sensor than its topic"
        case .badStation: "no station id: 1-64 of A-Z a-z 0-9 . _ -"
        case .badParameter: "no parameter symbol: 1-64 bytes of UTF-8 without control characters"
        case .badSensor: "no sensor index: 1-65535"
        case .badText: "a unit or status longer than 64 bytes or with control characters"
        case .badTime: "no time, or one outside 1970..2100"
        case .timeWithoutZone: "the time names no zone and the source declares none"
        case .badValue: "no number, null, nor text that is kept"
        case .wrongColumns: "a line with more or fewer columns than it must have"
        case .noMatch: "the pattern of the format does not fit the name, the line or the topic"
        case .unsupported: "allowed by the format, and no reading"
        case .unknownAlias: "the metric has no name, and no birth that is known names its alias"
        case nil: "unknown to this release"
        }
    }
}
