public import Decoding
public import Formats
import Readings
public import Settings

extension IntakeDecoder {
    /// The decoder of one `[[mqtt]]`.
    init(_ settings: MQTTSettings) throws(UnknownFormat) {
        try self.init(settings.format, topics: settings.topics, zone: settings.zone, settings.missingTime)
    }

    /// The decoder of one `[[folder]]`.
    init(_ settings: FolderSettings) throws(UnknownFormat) {
        try self.init(settings.format, topics: settings.paths, zone: settings.zone, settings.missingTime)
    }

    /// The decoder of an example, as a source with its pattern and zone would have it.
    public init(_ format: FormatDefinition, example: FormatSettings.Example) throws(UnknownFormat) {
        try self.init(format, topics: [example.pattern].compactMap(\.self), zone: example.zone, .required)
    }

    private init(
        _ format: FormatDefinition, topics: [TopicPattern], zone: Zone?, _ missingTime: MQTTSettings.MissingTime
    ) throws(UnknownFormat) {
        guard let decoder = DecoderCatalog.make(format) else { throw UnknownFormat(name: format.name) }
        self.init(
            decoder: decoder,
            context: DecodingContext(
                topics: topics, zone: zone, missingTime: missingTime == .required ? .required : .received),
            name: format.name)
    }
}

extension Configuration {
    /// A decoder as a source's payloads are decoded with, for what is decoded once more.
    ///
    /// - Parameter source: As it stands in counters and dead letters: `mqtt:NAME`, `folder:NAME`.
    /// - Returns: `nil` when these settings have no such source.
    public func decoder(ofSource source: String) throws(UnknownFormat) -> IntakeDecoder? {
        if let settings = mqtt.first(where: { $0.source == source }) { return try IntakeDecoder(settings) }
        if let settings = folders.first(where: { $0.source == source }) { return try IntakeDecoder(settings) }
        return nil
    }
}

/// A format that no decoder is known for.
public struct UnknownFormat: Error, CustomStringConvertible {
    let name: String

    public var description: String {
        "there is no format \"\(name)\"; the formats are \(DecoderCatalog.builtIn.joined(separator: ", "))"
    }
}
