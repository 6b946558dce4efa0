import Compression
import HTTPTypes

/// A form in which lines can leave.
enum BodyFormat: Sendable, Equatable {
    case ndjson, csv

    var mediaType: String {
        switch self {
        case .ndjson: "application/x-ndjson"
        case .csv: "text/csv; charset=utf-8; header=present"
        }
    }
}

/// How the lines of an answer are written and coded.
struct BodyForm: Sendable, Equatable {
    var format: BodyFormat
    var coding: ContentCoding?

    /// What the client prefers of what we have (RFC 9110, 12.5).
    ///
    /// - Throws: 406 when it accepts none of the formats.
    init(accepting headers: HTTPFields) throws(HTTPProblem) {
        guard let format = Self.format(headers[.accept]) else {
            throw HTTPProblem(
                .notAcceptable, "The lines can be sent as application/x-ndjson or text/csv; \"Accept\" allows neither.")
        }
        self.format = format
        coding = Self.coding(headers[.acceptEncoding])
    }

    init(format: BodyFormat, coding: ContentCoding?) {
        self.format = format
        self.coding = coding
    }

    private static func format(_ header: String?) -> BodyFormat? {
        let wanted = weights(header ?? "*/*")
        let ndjson = weight(of: ["application/x-ndjson", "application/*", "*/*"], in: wanted)
        let csv = weight(of: ["text/csv", "text/*", "*/*"], in: wanted)
        guard max(ndjson, csv) > 0 else { return nil }
        return ndjson >= csv ? .ndjson : .csv
    }

    private static func coding(_ header: String?) -> ContentCoding? {
        guard let header else { return nil }
        let wanted = weights(header)
        let identity = wanted["identity"] ?? 0
        let zstd = weight(of: ["zstd", "*"], in: wanted)
        let gzip = weight(of: ["gzip", "*"], in: wanted)
        let best = max(zstd, gzip)
        // A client that prefers the body as it is gets it so.
        guard best > 0, best >= identity else { return nil }
        return zstd >= gzip ? .zstd : .gzip
    }

    /// The weight of the most specific name that is listed, 0 for none.
    private static func weight(of names: [String], in weights: [String: Double]) -> Double {
        names.lazy.compactMap { weights[$0] }.first ?? 0
    }

    /// Names in lower case with their quality values; parameters other than `q` do not matter here.
    private static func weights(_ header: String) -> [String: Double] {
        var weights: [String: Double] = [:]
        for element in header.split(separator: ",") {
            let parts = element.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let name = parts.first, !name.isEmpty else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            weights[name] = max(weights[name] ?? 0, quality)
        }
        return weights
    }
}
