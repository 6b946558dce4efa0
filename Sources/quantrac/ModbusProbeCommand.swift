import ArgumentParser
import Modbus
import Registers

/// `quantrac modbus probe URL`: who is on a bus, and what they have.
struct ModbusProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Find the units of a bus and the registers that can be read.",
        discussion: """
            A unit is there when it answers at all, be it with an exception. Ranges are found by asking for blocks and \
            cutting those that are refused. It only ever reads; still, a serial line has one master: stop the daemon \
            that polls it first. Exits with 69 when no unit answers.
            """)

    @OptionGroup var line: ModbusLineOptions

    @Option(
        name: [.customLong("units"), .customLong("unit")],
        help: ArgumentHelp("Unit ids, such as 1, 1-247, 1,3,10-12. (default: 1-247)", valueName: "ids"))
    var units: ModbusUnitList?

    @Option(help: ArgumentHelp("Which table; again for another one. (default: holding)", valueName: "table"))
    var table: [RegisterKind] = []

    @Option(help: "The first address, from 0.")
    var from = ModbusAddress(0)

    @Option(help: "The last address.")
    var to = ModbusAddress(100)

    @Option(help: "Addresses in one question, 1 … 125; less for devices that refuse long ones.")
    var block = 50

    @Flag(help: "Where one address is refused, ask for two: for devices that refuse half of a value.")
    var pairs = false

    @Flag(help: "Do not look for ranges: only which units answer.")
    var unitsOnly = false

    @Flag(help: "Of one unit: what each register could mean, in every plausible type and order.")
    var guess = false

    @Flag(help: "With --guess: implausible types and orders too.")
    var all = false

    @OptionGroup var listing: ListingOptions

    func validate() throws {
        guard from.value <= to.value else {
            throw ValidationError("--from \(from.value) is above --to \(to.value).")
        }
        guard (1...125).contains(block) else { throw ValidationError("--block is 1 … 125, not \(block).") }
        if all, !guess { throw ValidationError("--all goes with --guess.") }
        if guess {
            guard units?.units.count == 1 else { throw ValidationError("--guess is for one unit: --unit 1, say.") }
            if table.contains(where: \.isBit) { throw ValidationError("--guess is for holding and input registers.") }
            if unitsOnly { throw ValidationError("--guess reads registers; --units-only does not.") }
        }
        if try line.address.serialLine != nil, let wrong = asked.first(where: { !(1...247).contains($0) }) {
            throw ValidationError("a serial line has the units 1 … 247, not \(wrong).")
        }
    }

    private var asked: [UInt8] { units?.units ?? Array(1...247) }
    private var tables: [RegisterKind] { table.isEmpty ? [.holding] : table }

    mutating func run() async throws {
        let command = self
        let patience = line.patience(retries: 0)
        let address = try line.address
        if let text = ModbusProbeText.silenceEstimate(units: asked.count, patience) { Output.note(text) }
        let isInterrupted = try await ModbusSession.run(address, patience) { session in
            defer { session.noteStrayBytes() }
            try command.probe(session)
        }
        if isInterrupted { Output.note("interrupted: not everything was asked") }
    }

    private func probe(_ session: ModbusSession) throws {
        let progress = ModbusProgress()
        defer { progress.end() }
        session.willWait = { progress.note("waiting \($0 / 1_000_000_000) s for answers that may still come") }
        session.reconnectsMax = 3
        let scan = ModbusScan(session: session, progress: { progress.note($0) })
        let question = RegisterRequest(kind: tables[0], address: from.value, count: 1)
        let units = scan.units(asked, asking: question)
        progress.clear()
        var output = Output()
        for line in listing.isJSON ? ModbusProbeText.json(units) : ModbusProbeText.lines(units, asked: asked) {
            try output.line(line)
        }
        try output.flush()
        if session.master.counters.lateAnswers > 0 {
            Output.note("answers came after --timeout \(line.timeout.defaultValueDescription): a longer one finds more")
        }
        if let failure = ModbusProbeText.failure(units, on: session.address) { throw failure }
        if unitsOnly || units.failure != nil { return }
        for unit in wanted(units, on: session.address) {
            let isStopped = try ranges(of: unit, scan, question, progress, &output)
            if isStopped { return }
        }
    }

    /// A device that is reached by TCP often answers for every unit id: then the first is enough.
    private func wanted(_ units: ModbusScan.UnitScan, on address: BusAddress) -> [UInt8] {
        let answering = units.answering
        guard answering.count > 2, answering.count == asked.count, address.serialLine == nil else { return answering }
        Output.note(
            "every unit answers: the device does not look at the unit id; looking for ranges of unit \(answering[0]) only"
        )
        return [answering[0]]
    }

    private func ranges(
        of unit: UInt8, _ scan: ModbusScan, _ question: RegisterRequest, _ progress: ModbusProgress,
        _ output: inout Output
    ) throws -> Bool {
        if !listing.isJSON { try output.line("\nunit \(unit)") }
        for kind in tables {
            let before = scan.session.requests
            let found = scan.ranges(
                of: unit, kind, Int(from.value)..<Int(to.value) + 1, block: block, pairs: pairs, known: question)
            progress.clear()
            let text = ModbusRangeText(
                unit: unit, scan: found, requests: scan.session.requests - before, address: scan.session.address)
            for line in listing.isJSON ? text.json() : text.lines() { try output.line(line) }
            if guess {
                let guesses = ModbusGuessText(kind: kind, words: found.words, showsAll: all)
                if !listing.isJSON, !found.words.isEmpty { try output.line("") }
                for line in listing.isJSON ? guesses.json(unit: unit) : guesses.lines() { try output.line(line) }
                if !listing.isJSON, !found.words.isEmpty {
                    try output.line("Of 64 bits: ABCDEFGH GHEFCDAB BADCFEHG HGFEDCBA.")
                }
            }
            try output.flush()
            if case .failed(let failure) = found.ending {
                if failure.isStop { return true }
                throw CommandFailure(
                    ModbusText.status(failure), "unit \(unit): \(ModbusText.advice(failure, on: scan.session.address))")
            }
        }
        return false
    }
}
