import ArgumentParser
import Settings
import Simulation
import Testing

@testable import quantrac

@Suite struct `Demo` {
    private func result(queued: Int64, pulled: Int64, waiting: Int64 = 0) -> DemoResult {
        DemoResult(
            counts: SimulatorCounts(), queued: queued, duplicates: 0, deadLetters: 0, pulled: pulled, waiting: waiting)
    }

    @Test func `counts what is neither delivered nor kept as lost`() {
        #expect(result(queued: 100, pulled: 100).lost == 0)
        #expect(result(queued: 100, pulled: 90, waiting: 10).lost == 0)
        #expect(result(queued: 100, pulled: 90, waiting: 9).lost == 1)
        // Stored at the warehouse, but not acknowledged any more.
        #expect(result(queued: 100, pulled: 100, waiting: 10).lost == 0)
    }

    @Test func `prints lines that a shell takes as they stand`() {
        #expect(DemoParts.quoted("/tmp/quantrac-demo-1/quantrac.toml") == "/tmp/quantrac-demo-1/quantrac.toml")
        #expect(DemoParts.quoted("/tmp/it's here") == #"'/tmp/it'\''s here'"#)
    }

    @Test func `has a folder of its own, with settings that pass the check`() throws {
        let folder = try DemoFolder()
        try folder.writeConfiguration(broker: "mqtt://127.0.0.1:21000", httpPort: 21001)
        let settings = try ConfigurationOptions.parse(["--config", folder.configuration]).load()
        #expect(settings.node.dataDirectory == folder.data)
        #expect(settings.consumers.map(\.name) == ["warehouse"])
        try folder.remove()
    }

    @Test func `says in one line what flows`() {
        var figures = DemoLiveLine.Figures()
        figures.queued = 20_613
        figures.delivered = 20_000
        figures.waiting = 613
        let line = DemoLiveLine.line(figures, rate: 71.4, elapsed: .seconds(65), counts: SimulatorCounts())
        #expect(line.hasPrefix("1:05  71 readings/s · stored 20,613 · delivered 20,000 · waiting 613"))
    }
}
