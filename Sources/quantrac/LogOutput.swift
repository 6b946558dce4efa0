import Glibc
import Logging
import OwnThread
import Readings
import Settings
import Synchronization
import Systemd

/// Where the daemon's events go: standard error, as journal entries, JSON or text.
struct LogOutput: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let label: String
    private let form: Form
    private let repetition: Repetition

    enum Form: Sendable { case journal, text, json }

    /// A logger as `[log]` asks for.
    static func logger(_ settings: LogSettings) -> Logger {
        let form: Form =
            switch settings.format {
            case .auto: Journal.isStandardError ? .journal : isatty(STDERR_FILENO) == 1 ? .text : .json
            case .journald: .journal
            case .text: .text
            case .json: .json
            }
        let repetition = Repetition(intervalNanoseconds: settings.repeatAfterMilliseconds * 1_000_000)
        return Logger(label: "quantrac") { label in
            LogOutput(
                logLevel: Logger.Level(rawValue: settings.level.rawValue) ?? .info, label: label, form: form,
                repetition: repetition)
        }
    }

    /// A logger for commands that are no daemon: warnings and errors, as text.
    static func quiet() -> Logger {
        Logger(label: "quantrac") { label in
            LogOutput(logLevel: .warning, label: label, form: .text, repetition: Repetition(intervalNanoseconds: 0))
        }
    }

    private init(logLevel: Logger.Level, label: String, form: Form, repetition: Repetition) {
        self.logLevel = logLevel
        self.label = label
        self.form = form
        self.repetition = repetition
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error { fields["error"] = "\(error)" }
        let sorted = fields.map { ($0.key, "\($0.value)") }.sorted { $0.0 < $1.0 }
        let thing = sorted.filter { ["source", "consumer", "station", "unit", "part"].contains($0.0) }.map(\.1).joined(
            separator: " ")
        guard
            let withheld = repetition.admit(
                "\(event.level) \(event.message) \(thing)", at: SystemTime.monotonicNanoseconds())
        else { return }
        let shown = withheld > 0 ? sorted + [("withheld", "\(withheld)")] : sorted
        var bytes: [UInt8] = []
        switch form {
        case .journal:
            Journal.append(Self.text(event, shown), priority: Self.priority(event.level), to: &bytes)
        case .text:
            bytes = Array("\(Timestamp.current) \(event.level) \(Self.text(event, shown))\n".utf8)
        case .json:
            bytes = Array((Self.json(event, shown) + "\n").utf8)
        }
        // A closed standard error must not end the daemon.
        Output.error(bytes)
    }

    private static func text(_ event: LogEvent, _ fields: [(String, String)]) -> String {
        fields.reduce(Table.printable("\(event.message)")) { text, field in
            let value = Table.printable(field.1)
            return text + " \(field.0)=" + (value.contains(" ") || value.isEmpty ? "\"\(value)\"" : value)
        }
    }

    private static func json(_ event: LogEvent, _ fields: [(String, String)]) -> String {
        var line = JSONLine()
        line.add("time", Timestamp.current)
        line.add("level", "\(event.level)")
        line.add("event", "\(event.message)")
        for (name, value) in fields where !["time", "level", "event"].contains(name) { line.add(name, value) }
        return line.finished
    }

    private static func priority(_ level: Logger.Level) -> Journal.Priority {
        switch level {
        case .trace, .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}

/// Holds back what was said a moment ago of the same thing, and counts it.
final class Repetition: Sendable {
    private struct Entry {
        var said: Int64
        var withheld: Int
    }

    private let intervalNanoseconds: Int64
    private let entries = Mutex<[String: Entry]>([:])
    /// More different events than this are not told apart: the table begins anew.
    private static let entryLimit = 1000

    /// - Parameter intervalNanoseconds: 0 holds nothing back.
    init(intervalNanoseconds: Int64) {
        self.intervalNanoseconds = intervalNanoseconds
    }

    /// `nil` when the event is to be held back, otherwise how many were since it was last said.
    func admit(_ key: String, at now: Int64) -> Int? {
        guard intervalNanoseconds > 0 else { return 0 }
        return entries.withLock { entries in
            if var entry = entries[key], now - entry.said < intervalNanoseconds {
                entry.withheld += 1
                entries[key] = entry
                return nil
            }
            if entries.count >= Self.entryLimit { entries.removeAll(keepingCapacity: true) }
            let withheld = entries[key]?.withheld ?? 0
            entries[key] = Entry(said: now, withheld: 0)
            return withheld
        }
    }
}
