import Registers
import Testing

@Suite struct `Serial line` {
    @Test(
        arguments: [
            // 11 bits at 9600: 1145833.3 ns; 3.5 of them 4010416.7 ns.
            (9600, SerialLine.Parity.even, 1, 1_145_834, 4_010_417), (9600, .odd, 2, 1_250_000, 4_375_000),
            (9600, .none, 1, 1_041_667, 3_645_834), (9600, .none, 2, 1_145_834, 4_010_417),
            (1200, .even, 1, 9_166_667, 32_083_334), (19_200, .even, 1, 572_917, 2_005_209),
            (38_400, .even, 1, 286_459, 1_750_000), (115_200, .none, 1, 86_806, 1_750_000),
        ] as [(Int, SerialLine.Parity, Int, Int64, Int64)])
    func `takes this long for a character, and is silent between frames`(
        baud: Int, parity: SerialLine.Parity, stopBits: Int, character: Int64, silence: Int64
    ) {
        var line = SerialLine()
        line.baud = baud
        line.parity = parity
        line.stopBits = stopBits
        #expect(line.characterNanoseconds == character)
        #expect(line.frameSilenceNanoseconds == silence)
    }
}

@Suite struct `Load of a bus` {
    private func device(_ count: Int, kind: RegisterKind = .holding) -> DeviceDefinition {
        DeviceDefinition(
            (0..<count).map { place in
                RegisterDefinition(
                    name: "r\(place)", parameter: "P", kind: kind, address: UInt16(place),
                    type: kind.isBit ? .bool : .uint16)
            })
    }

    private func bus(_ devices: [DeviceDefinition]) -> BusDefinition {
        var bus = BusDefinition(name: "b", address: .rtu(device: "/dev/ttyS0", SerialLine()))
        bus.devices = devices
        return bus
    }

    private func isNear(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) <= 1e-12 * abs(expected) }

    @Test func `of ten registers at 9600 8E1 is 50.8 ms of each 10 s`() {
        // 8 out and 5 + 20 in: 33 characters of 1.145834 ms; 2 silences of 4.010417 ms; 5 ms of the slave.
        let load = bus([device(10)]).load
        #expect(load.requestsPerSecond == 0.1)
        #expect(isNear(load.utilisation, 0.050_833_356 / 10))
        // Two tries of 1 s each 10 s.
        #expect(isNear(load.utilisationWithOneSilent, 0.2))
    }

    @Test func `of coils counts eight to a byte`() {
        // 9 coils are 2 bytes: 15 characters.
        #expect(isNear(bus([device(9, kind: .coil)]).load.utilisation, 0.030_208_344 / 10))
        #expect(isNear(bus([device(8, kind: .discrete)]).load.utilisation, 0.029_062_510 / 10))
    }

    @Test func `adds up its requests and devices, each at its interval`() {
        var fast = device(10)
        fast.everyMilliseconds = 1000
        fast.limits.maxRegisters = 5
        // Twice 8 + 5 + 10 characters, 23 × 1.145834 + 8.020834 + 5 ms.
        let both = bus([device(10), fast]).load
        #expect(isNear(both.requestsPerSecond, 2.1))
        #expect(isNear(both.utilisation, 0.005_083_335_6 + 2 * 0.039_375_016))
        // The fast one costs 2 s of each second instead of its own.
        #expect(isNear(both.utilisationWithOneSilent, 0.005_083_335_6 + 2))
    }

    @Test func `takes the device's timeout, the retries and the dearest device`() {
        var slow = device(1)
        slow.timeoutMilliseconds = 3000
        var bus = bus([device(10), slow])
        bus.retries = 2
        bus.everyMilliseconds = 20_000
        #expect(isNear(bus.load.utilisationWithOneSilent, 0.050_833_356 / 20 + 9.0 / 20))
        bus.timeoutMilliseconds = 5000
        // One register: 15 characters.
        #expect(isNear(bus.load.utilisationWithOneSilent, 0.030_208_344 / 20 + 15.0 / 20))
    }

    @Test func `is nothing without registers`() {
        let nothing = BusLoad(requestsPerSecond: 0, utilisation: 0, utilisationWithOneSilent: 0)
        #expect(bus([]).load == nothing)
        #expect(bus([device(0)]).load == nothing)
    }

    @Test(arguments: [BusAddress.tcp(host: "h", port: 502), .rtuOverTCP(host: "h", port: 502)])
    func `through TCP is its requests`(address: BusAddress) {
        var bus = bus([device(10), device(126)])
        bus.address = address
        #expect(bus.load.utilisation == 0)
        #expect(bus.load.utilisationWithOneSilent == 0)
        #expect(isNear(bus.load.requestsPerSecond, 0.3))
    }
}
