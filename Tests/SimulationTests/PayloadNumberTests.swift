import Testing

@testable import Simulation

@Suite struct `Numbers as loggers print them` {
    @Test(arguments: [
        (35.24, 1, "35.2"), (35.25, 0, "35"), (-1.6, 1, "-1.6"), (-0.04, 1, "0.0"), (0.05, 2, "0.05"), (7, 2, "7.00"),
        (1_250_000.4, 0, "1250000"), (-21.437, 2, "-21.44"),
    ])
    func `have a fixed count of decimals`(value: Double, decimals: Int, expected: String) {
        #expect(PayloadWriter.decimal(value, decimals: decimals) == expected)
    }
}
