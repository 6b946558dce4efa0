/// Row 9: a queue that keeps ten million rows: how long a start takes, and whether the rate of row 3 holds.
struct KeptRows {
    let workplace: Workplace

    func rows() throws -> [Row] {
        let kept = workplace.count(10_000_000, quick: 1_000_000)
        let added = workplace.count(1_000_000, quick: 200_000)
        let inProcess = InProcessRow(workplace: workplace)
        let folder = try workplace.makeFolder("kept")
        let daemon = try Daemon(workplace, folder: folder)
        _ = try inProcess.fill(daemon.dataDirectory, rows: kept, firstRound: 0)

        var starts: [Double] = []
        for repetition in 0..<workplace.options.repetitions {
            starts.append(try daemon.startUntilReady())
            workplace.tell("  \(repetition + 1)/\(workplace.options.repetitions): \(starts[repetition].fixed(3)) s")
            try daemon.stop()
        }
        var round = kept / Corpus.series
        let (full, empty) = try workplace.pairs { oursFirst in
            let fresh = {
                let other = try workplace.makeFolder("fresh")
                defer { workplace.remove(other) }
                return Double(added) / (try inProcess.fill(other, rows: added, firstRound: 0).wall)
            }
            let their = oursFirst ? nil : try fresh()
            let our = Double(added) / (try inProcess.fill(daemon.dataDirectory, rows: added, firstRound: round).wall)
            round += added / Corpus.series
            return (our, try their ?? fresh())
        }
        let rows = Double(kept).text
        return [
            Row(
                name: "9", work: "ready after a start with \(rows) rows kept, file in the page cache", reference: "–",
                unit: "s", ours: starts, must: 3, aim: 0.3),
            Row(
                name: "10", work: "row 3 with \(rows) rows kept", reference: "the empty queue", unit: "readings/s",
                ours: full, theirs: empty, must: 0.8, aim: 0.95),
        ]
    }
}
