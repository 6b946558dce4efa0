import ArgumentParser

/// A length of time as the settings write it: `250ms`, `10s`, `5m`, `24h`, `60d`.
struct TimeLength: ExpressibleByArgument, Equatable {
    let milliseconds: Int64

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), number < 1_000_000 else { return nil }
        switch argument.dropFirst(digits.count) {
        case "ms": milliseconds = number
        case "s": milliseconds = number * 1000
        case "m": milliseconds = number * 60_000
        case "h": milliseconds = number * 3_600_000
        case "d": milliseconds = number * 86_400_000
        default: return nil
        }
    }

    init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    var duration: Duration { .milliseconds(milliseconds) }

    var defaultValueDescription: String {
        switch milliseconds {
        case 0: "0s"
        case _ where milliseconds % 3_600_000 == 0: "\(milliseconds / 3_600_000)h"
        case _ where milliseconds % 60_000 == 0: "\(milliseconds / 60_000)m"
        case _ where milliseconds % 1000 == 0: "\(milliseconds / 1000)s"
        default: "\(milliseconds)ms"
        }
    }
}
