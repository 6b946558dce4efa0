public import ArgumentParser
public import Registers

/// Where a bus is and how patient we are with it.
struct ModbusLineOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The bus: tcp://host:502, rtu:///dev/ttyUSB0?baud=9600&parity=even, rtu+tcp://host:port.",
            valueName: "url"))
    var url: String

    @Option(help: ArgumentHelp("How long one answer may take, such as 500ms.", valueName: "time"))
    var timeout = TimeLength(milliseconds: 1000)

    @Option(help: "Tries after the first, 0 … 10. (default: 1; 0 when probing)")
    var retries: Int?

    @Option(
        help: ArgumentHelp(
            "How long a late answer may still come; it is never taken for another one. (default: 10 x --timeout)",
            valueName: "time"))
    var lateResponseWindow: TimeLength?

    func validate() throws {
        _ = try address
        guard (10...60_000).contains(timeout.milliseconds) else { throw ValidationError("--timeout is 10ms … 1m.") }
        if let retries, !(0...10).contains(retries) {
            throw ValidationError("--retries is 0 … 10, not \(retries).")
        }
        if let window = lateResponseWindow, !(timeout.milliseconds...600_000).contains(window.milliseconds) {
            throw ValidationError(
                "--late-response-window is at least --timeout (\(timeout.defaultValueDescription)) and at most 10m.")
        }
    }

    var address: BusAddress {
        get throws {
            do {
                return try BusAddress(url: url)
            } catch {
                throw ValidationError("`\(url)` \(error.reason)")
            }
        }
    }

    func patience(retries standard: Int) -> ModbusPatience {
        ModbusPatience(
            timeoutMilliseconds: timeout.milliseconds, retries: retries ?? standard,
            lateResponseWindowMilliseconds: lateResponseWindow?.milliseconds ?? timeout.milliseconds * 10)
    }
}

// The words of the settings, on the command line.
extension RegisterKind: ExpressibleByArgument {}
extension RegisterType: ExpressibleByArgument {}
extension ByteOrder: ExpressibleByArgument {}
