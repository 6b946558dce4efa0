import Foundation
import Glibc

/// What is going on, in one line of a terminal's standard error that overwrites itself; nothing elsewhere.
final class ModbusProgress {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var width = 0

    func note(_ text: String) {
        guard isTerminal else { return }
        let padding = String(repeating: " ", count: max(0, width - text.count))
        Output.error(Array("\r\(text)\(padding)".utf8))
        width = text.count
    }

    /// Before anything else is written.
    func clear() {
        guard isTerminal, width > 0 else { return }
        Output.error(Array("\r\(String(repeating: " ", count: width))\r".utf8))
        width = 0
    }

    func end() { clear() }
}
