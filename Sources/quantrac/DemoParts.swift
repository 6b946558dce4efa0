import FoundationEssentials
import Simulation

/// Where the parts of a running demo are.
struct DemoParts: Sendable {
    let program: String
    let broker: LocalBroker
    let httpPort: Int
    let plant: DemoPlant

    /// Says where to look; every line can be typed as it stands.
    func introduce(folder: DemoFolder, stations: Int) {
        let quantrac = Self.quoted(Self.shortest(program))
        let config = "-c \(Self.quoted(folder.configuration))"
        let models = Self.quoted(folder.plantModels)
        let http = "http://127.0.0.1:\(httpPort)"
        Output.note(
            """
            Quantrac demo: \(stations) simulated stations → mosquitto on port \(broker.port) → daemon → puller. Ctrl-C ends it.
            The daemon also polls a simulated Modbus plant; its unit 4 falls silent for 8 seconds of every minute.

            In another terminal:
              \(quantrac) status \(config)
              \(quantrac) queue tail \(config)
              \(quantrac) queue list --station HN-KK-01 --parameter PM2.5 --from 2h \(config)
              \(quantrac) queue list --parameter PM2.5 --flag 3 --flag 4 --from 24h \(config)
              \(quantrac) quality explain HN-KK-01 PM2.5 \(config)
              \(quantrac) quality explain --rules HN-KK-01 PM2.5 \(config)
              \(quantrac) queue list --station HN-NT-22 --parameter Flow_out --from 2m \(config)
              \(quantrac) modbus plan \(config)
              \(quantrac) modbus read \(plant.server.url) --unit 1 --model \(models) --name water-probe
              \(quantrac) deadletter list \(config)
              \(quantrac) deadletter show 1 \(config)
              \(quantrac) consumer list \(config)
              curl '\(http)/v1/readings?station=HN-KK-01&limit=3'
              curl \(http)/metrics
              ls \(Self.quoted(folder.warehouse))  # what the puller fetched
              cat \(Self.quoted(folder.daemonLog))  # what the daemon says

            """)
    }

    /// The program's name, where the shell finds this very one by it; else its path.
    private static func shortest(_ program: String) -> String {
        guard let name = program.split(separator: "/").last else { return program }
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        let found = folders.lazy.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let found else { return program }
        return URL(filePath: found).resolvingSymlinksInPath().path == program ? String(name) : program
    }

    /// As a shell takes it.
    static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || "/._-+:".utf8.contains(byte)
        }
        return isPlain
            ? text
            : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
