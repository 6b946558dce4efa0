/// One thing that is wrong with the settings: where, what, and what was expected.
public struct SettingsFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// What sort of mistake it is.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A file that is not there, cannot be read, or is no text.
        case unreadable
        /// The text breaks the grammar of TOML; what follows in that file was not looked at.
        case syntax
        case unknownKey = "unknown-key"
        case missing
        case wrongType = "wrong-type"
        case badValue = "bad-value"
        case outOfRange = "out-of-range"
        /// The same name twice, or the same key in two files.
        case duplicate
        /// Each key is right by itself, but not together with another one.
        case conflict
        /// Known and well written, but this version does not act on it.
        case unsupported
    }

    public let kind: Kind
    /// The file as it was named, or `environment`.
    public let file: String
    /// From 1; `nil` for the environment and for a file as a whole.
    public let line: Int?
    /// In characters, from 1.
    public let column: Int?
    /// `queue.max_size`, `mqtt[2].url`, or the variable's name; empty when it is about the file as a whole.
    public let key: String
    /// What is wrong, and what is expected.
    public let message: String
    /// What was perhaps meant, to be offered as `did you mean …?`.
    public let suggestion: String?

    init(_ kind: Kind, at place: Place, key: String, _ message: String, suggestion: String? = nil) {
        self.kind = kind
        self.file = place.file
        self.line = place.line
        self.column = place.column
        self.key = place.variable ?? key
        self.message = message
        self.suggestion = suggestion
    }

    /// `file:line: key: what is wrong, what is expected`.
    public var description: String {
        var text = file
        if let line { text += ":\(line)" }
        if !key.isEmpty { text += ": \(key)" }
        text += ": \(message)"
        if let suggestion { text += "; did you mean `\(suggestion)`?" }
        return text
    }
}

/// All that is wrong with the settings, in the order of the files and lines.
public struct SettingsFaults: Error, Sendable, Hashable, CustomStringConvertible {
    public let faults: [SettingsFault]

    /// One fault a line.
    public var description: String { faults.map(\.description).joined(separator: "\n") }

    /// No restart and no waiting changes what a file says.
    public var isTransient: Bool { false }
}

/// Where faults are gathered, so that one reading reports all of them.
struct FaultList {
    private(set) var faults: [SettingsFault] = []

    mutating func add(
        _ kind: SettingsFault.Kind, at place: Place, key: String, _ message: String, suggestion: String? = nil
    ) {
        faults.append(SettingsFault(kind, at: place, key: key, message, suggestion: suggestion))
    }

    mutating func append(_ fault: SettingsFault) {
        faults.append(fault)
    }

    /// The faults as a person reads the files: by file in the order they were read, then by line.
    func sorted(files: [String]) -> [SettingsFault] {
        func order(_ fault: SettingsFault) -> (Int, Int, Int, String) {
            (files.firstIndex(of: fault.file) ?? files.count, fault.line ?? 0, fault.column ?? 0, fault.key)
        }
        return faults.sorted { order($0) < order($1) }
    }
}
