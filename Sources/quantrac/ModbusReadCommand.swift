import ArgumentParser
import Modbus
import Readings
import Registers

/// `quantrac modbus read URL`: what a device says now.
struct ModbusReadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "Read registers of a device once, or again and again.",
        discussion: """
            A serial line has one master: stop the daemon that polls it first. Exits with 1 when a register could not \
            be read, with 69 when nothing answers, with 75 when another program has the line.
            """)

    @OptionGroup var line: ModbusLineOptions
    @OptionGroup(title: "What is read") var what: ModbusReadOptions

    @Flag(name: .customLong("hex"), help: "Show the registers in hexadecimal as well.")
    var showsHexadecimal = false

    @Option(help: ArgumentHelp("Read again at this interval until Ctrl-C, such as 1s.", valueName: "time"))
    var watch: TimeLength?

    @OptionGroup var listing: ListingOptions

    func validate() throws {
        if let watch, watch.milliseconds < 10 { throw ValidationError("--watch is at least 10ms.") }
        if try line.address.serialLine != nil, !(1...247).contains(what.unit) {
            throw ValidationError("--unit is 1 … 247 on a serial line, not \(what.unit).")
        }
    }

    mutating func run() async throws {
        let command = self
        let device = try what.device()
        _ = try await ModbusSession.run(try line.address, line.patience(retries: 1)) { session in
            session.willWait = { nanoseconds in
                Output.note("waiting \(nanoseconds / 1_000_000_000) s: the answer to an earlier try may still come")
            }
            let text = ModbusValueText(
                device: device, showsHexadecimal: command.showsHexadecimal, showsNames: command.what.model != nil)
            defer { session.noteStrayBytes() }
            if let watch = command.watch {
                try command.watch(session, text, every: watch.milliseconds)
            } else {
                try command.readOnce(session, text)
            }
        }
    }

    private func readOnce(_ session: ModbusSession, _ text: ModbusValueText) throws {
        var reader = ModbusDeviceReader(text.device)
        let time = Timestamp(microsecondsSince1970: session.clock.wallMicroseconds())
        let findings = reader.read(with: session)
        let failure = ModbusReadVerdict.failure(of: findings, of: text.device, on: session.address)
        if findings.contains(where: \.isStop) { throw ExitCode(CommandStatus.failure.rawValue) }
        var output = Output()
        if listing.isJSON {
            for line in text.json(findings, at: time) { try output.line(line) }
        } else if findings.contains(where: { $0.isContent }) {
            for line in text.lines(findings) { try output.line(line) }
        }
        try output.flush()
        if let failure { throw failure }
    }

    /// At multiples of the interval since 1970, so that two who watch see the same moments.
    private func watch(_ session: ModbusSession, _ text: ModbusValueText, every milliseconds: Int64) throws {
        var reader = ModbusDeviceReader(text.device)
        var watched = ModbusWatchText(text)
        var isFirst = true
        while true {
            let time = Timestamp(microsecondsSince1970: session.clock.wallMicroseconds())
            let findings = reader.read(with: session)
            if findings.contains(where: \.isStop) { return }
            if isFirst, let failure = ModbusReadVerdict.failure(of: findings, of: text.device, on: session.address),
                !findings.contains(where: { $0.isContent })
            {
                throw failure
            }
            isFirst = false
            var output = Output()
            let lines = listing.isJSON ? text.json(findings, at: time) : watched.lines(findings, at: time)
            for line in lines { try output.line(line) }
            try output.flush()
            let now = session.clock.wallMicroseconds() / 1000
            let wait = milliseconds - now % milliseconds
            let next = session.clock.monotonicNanoseconds() + wait * 1_000_000
            guard session.clock.sleep(untilMonotonic: next) else { return }
        }
    }
}

/// What a reading by hand ends with.
enum ModbusReadVerdict {
    /// `nil` when every register was read.
    static func failure(
        of findings: [ModbusFinding], of device: DeviceDefinition, on address: BusAddress
    ) -> CommandFailure? {
        guard let index = findings.firstIndex(where: { !$0.isContent }) else { return nil }
        let count = findings.count { !$0.isContent }
        let register = device.registers[index]
        let subject = "unit \(device.unit) of \(ModbusText.place(address))"
        let place = "\(register.kind.rawValue) \(register.number) (address \(register.address))"
        let share =
            findings.count == 1
            ? place : "\(count) of \(findings.count) values \(count == 1 ? "was" : "were") not read; \(place)"
        switch findings[index] {
        case .content: return nil
        case .failed(let failure) where count == findings.count:
            return CommandFailure(ModbusText.status(failure), "\(subject): \(ModbusText.advice(failure, on: address))")
        case .failed(.noAnswer) where findings.contains(where: \.isContent):
            return CommandFailure(
                .failure, "\(subject): \(share): no answer, though it answers others; a longer --timeout may help")
        case .failed(let failure):
            return CommandFailure(.failure, "\(subject): \(share): \(ModbusText.advice(failure, on: address))")
        case .exception(let code):
            let advice =
                switch code {
                case 4, 5, 6: "ask again later"
                case 10, 11: "check the unit id"
                default: "`quantrac modbus probe` finds out what the device has"
                }
            return CommandFailure(.failure, "\(subject): \(share): \(ModbusText.numbered(code)); \(advice)")
        }
    }
}

extension ModbusFinding {
    var isContent: Bool { if case .content = self { true } else { false } }
    var isStop: Bool { if case .failed(let failure) = self { failure.isStop } else { false } }
}
