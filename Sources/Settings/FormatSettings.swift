public import Formats
public import Readings

/// One `[[format]]`: how a vendor writes its payloads.
public struct FormatSettings: Sendable {
    /// The kinds that a `[[format]]` may have: those that there is something to say of.
    static let kinds = FormatKind.allCases.filter { !$0.keys.isEmpty }

    public let definition: FormatDefinition
    public let examples: [Example]

    /// One `[[format.example]]`: a payload, and how many readings it gives.
    public struct Example: Sendable {
        public let topic: String
        public let pattern: TopicPattern?
        public let zone: Zone?
        public let payload: [UInt8]
        /// Readings.
        public let expected: Int
        let key: String
        let place: Place

        /// The fault of an example that gives something else.
        ///
        /// - Parameter message: What it gives, and what is expected.
        public func fault(_ message: String) -> SettingsFault {
            SettingsFault(.conflict, at: place, key: key, message)
        }
    }
}

/// One `[[folder]]`: files that are payloads.
public struct FolderSettings: Sendable, Hashable {
    /// What happens to a file that is on our disk.
    public enum Done: String, Sendable, Hashable, CaseIterable {
        case keep, delete
    }

    public let name: String
    /// Absolute.
    public let path: String
    public let format: FormatDefinition
    /// Of the paths in the folder.
    public let paths: [TopicPattern]
    public let missingTime: MQTTSettings.MissingTime
    /// Of times that name none.
    public let zone: Zone?
    public let done: Done
    public let settleMilliseconds: Int64
    public let payloadBytesMax: Int

    /// As it stands in counters and readings: `folder:NAME`.
    public var source: String { "folder:\(name)" }
}

/// One `[[sink]]`: somewhere to push batches to.
public struct SinkSettings: Sendable, Hashable {
    public let name: String
    public let kind: Kind
    public let isRequired: Bool
    /// Records.
    public let batchMax: Int

    /// What it is.
    public enum Kind: Sendable, Hashable {
        /// Station files into a folder, an absolute path.
        case stationFiles(directory: String)
    }
}
