import Foundation
import HTTPTypes
import Readings

/// The parameters of a request, checked as they are taken.
///
/// Take all that a request knows, then call `finish`: what nobody took is unknown.
struct QueryParameters {
    private var values: [String: String] = [:]

    /// - Throws: 400 for a parameter that stands twice and for bytes that are no UTF-8.
    init(_ query: String?) throws(HTTPProblem) {
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decode(parts[0])
            let value = parts.count > 1 ? try Self.decode(parts[1]) : ""
            guard values.updateValue(value, forKey: name) == nil else {
                throw HTTPProblem(.badRequest, "The query parameter \"\(name)\" stands twice; give it once.")
            }
        }
    }

    /// A text; empty counts as absent.
    mutating func text(_ name: String) -> String? {
        guard let value = values.removeValue(forKey: name), !value.isEmpty else { return nil }
        return value
    }

    /// A whole number.
    mutating func integer(
        _ name: String, in range: ClosedRange<Int64>, default standard: Int64
    ) throws(HTTPProblem) -> Int64 {
        guard let value = values.removeValue(forKey: name) else { return standard }
        guard let number = Int64(value), range.contains(number) else {
            throw HTTPProblem(
                .badRequest,
                "The query parameter \"\(name)\" is \"\(Self.shortened(value))\"; it must be a whole number from "
                    + "\(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// An RFC 3339 time with a zone.
    mutating func time(_ name: String) throws(HTTPProblem) -> Timestamp? {
        guard let value = text(name) else { return nil }
        if case .moment(let time) = ParsedTime(rfc3339: value) { return time }
        // Forms turn the + of a zone into a space.
        guard case .moment(let time) = ParsedTime(rfc3339: String(value.map { $0 == " " ? "+" : $0 })) else {
            throw HTTPProblem(
                .badRequest,
                "The query parameter \"\(name)\" is \"\(Self.shortened(value))\"; it must be a time with a zone such as "
                    + "2026-11-23T00:00:00Z.")
        }
        return time
    }

    /// - Throws: 400 when a parameter was not taken.
    func finish() throws(HTTPProblem) {
        guard let name = values.keys.min() else { return }
        throw HTTPProblem(.badRequest, "This request has no query parameter \"\(Self.shortened(name))\".")
    }

    private static func decode(_ text: Substring) throws(HTTPProblem) -> String {
        let spaced = String(text.map { $0 == "+" ? " " : $0 })
        guard let decoded = spaced.removingPercentEncoding else {
            throw HTTPProblem(
                .badRequest, "The query holds a percent sign that is not followed by the code of UTF-8 text.")
        }
        return decoded
    }

    private static func shortened(_ text: String) -> String {
        text.count > 40 ? text.prefix(40) + "…" : text
    }
}
