/// Something in the settings that works, and that an operator will probably want otherwise.
public struct SettingsWarning: Sendable, Hashable, CustomStringConvertible {
    /// The file as it was named.
    public let file: String
    /// From 1.
    public let line: Int?
    /// `modbus[plant].url`.
    public let key: String
    /// What will happen, and what is recommended.
    public let message: String

    init(at place: Place, key: String, _ message: String) {
        file = place.file
        line = place.line
        self.key = key
        self.message = message
    }

    /// `file:line: key: what will happen, what is recommended`.
    public var description: String {
        "\(file)\(line.map { ":\($0)" } ?? ""): \(key): \(message)"
    }
}

extension Configuration {
    /// What is right and still not advisable; never a reason to refuse the settings.
    public func warnings() -> [SettingsWarning] { advice }
}
