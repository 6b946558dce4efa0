import Queue
import Readings

/// What stands between the values of a line, for one format.
///
/// A line is: `opening`, sequence, a series' piece, time, `beforeValue`, value, the context's `unit` piece, raw value, its
/// `status` piece, flag, `beforeTests`, tests, `beforeSettles`, settles, its `qualifiers` piece, revision,
/// `beforeVersion`, version, its `rules` piece, received, its `source` piece, station sequence, `closing`.
struct LineFormat {
    var opening: String
    var beforeValue: String
    var beforeTests: String
    var beforeSettles: String
    var beforeVersion: String
    var closing: String
    var null: String
    /// JSON text is escaped inside its quotes; CSV text doubles them.
    var isJSON: Bool

    static let ndjson = LineFormat(
        opening: #"{"kind":"reading","sequence":"#, beforeValue: #"","value":"#, beforeTests: #","tests":""#,
        beforeSettles: #"","settles":"#, beforeVersion: #","version":"#, closing: "}\n", null: "null", isJSON: true)

    static let csv = LineFormat(
        opening: "", beforeValue: ",", beforeTests: ",", beforeSettles: ",", beforeVersion: ",", closing: "\r\n",
        null: "", isJSON: false)

    func piece(of series: SeriesName) -> [UInt8] {
        guard isJSON else {
            return Array(",\(CSVText.field(series.station)),\(CSVText.field(series.parameter)),\(series.sensor),".utf8)
        }
        let station = JSONText.string(series.station)
        let parameter = JSONText.string(series.parameter)
        return Array(
            ",\"station\":\(station),\"parameter\":\(parameter),\"sensor\":\(series.sensor),\"time\":\"".utf8)
    }

    /// The five pieces of a context, in the order of the line.
    func pieces(of context: ReadingContext) -> [[UInt8]] {
        let names = context.qualifiers.names
        let pieces: [String]
        if isJSON {
            let qualifiers = names.map { JSONText.string($0) }.joined(separator: ",")
            pieces = [
                ",\"unit\":\(JSONText.string(context.unit)),\"raw_value\":",
                ",\"raw_unit\":\(JSONText.string(context.rawUnit)),\"status\":\(JSONText.string(context.status)),\"flag\":",
                ",\"qualifiers\":[\(qualifiers)],\"revision\":",
                ",\"cause\":\(JSONText.string(context.cause?.rawValue)),\"rules\":\(JSONText.string(context.rules)),"
                    + "\"received\":\"",
                "\",\"source\":\(JSONText.string(context.source)),\"station_sequence\":",
            ]
        } else {
            pieces = [
                ",\(CSVText.field(context.unit)),",
                ",\(CSVText.field(context.rawUnit)),\(CSVText.field(context.status)),",
                ",\(names.joined(separator: " ")),",
                ",\(CSVText.field(context.cause?.rawValue)),\(CSVText.field(context.rules)),",
                ",\(CSVText.field(context.source)),",
            ]
        }
        return pieces.map { Array($0.utf8) }
    }
}
