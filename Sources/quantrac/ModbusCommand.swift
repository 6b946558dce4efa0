import ArgumentParser

/// `quantrac modbus`: devices that are polled.
struct ModbusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "modbus", abstract: "Look at Modbus devices, and plan how they are polled.",
        discussion: """
            URLs: tcp://10.0.0.7:502, rtu:///dev/serial/by-id/X?baud=9600&parity=even, rtu+tcp://10.0.0.8:4001 (RTU \
            through a serial server). Nothing is ever written to a device. Docs: adding-a-modbus-device.md.
            """,
        subcommands: [
            ModbusReadCommand.self, ModbusProbeCommand.self, ModbusPlanCommand.self, ModbusSimulateCommand.self,
        ])
}
