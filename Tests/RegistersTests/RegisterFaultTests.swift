import Registers
import Testing

@Suite struct `Faults of a register` {
    private static func changed(_ type: RegisterType, _ change: (inout RegisterDefinition) -> Void)
        -> RegisterDefinition
    {
        RegisterDefinition(type).with(change)
    }

    private static let bad: [(RegisterDefinition, String)] = [
        (changed(.uint16) { $0.name = "" }, "has no name"),
        (changed(.uint16) { $0.kind = .coil }, "has type uint16; expected: bool, as a coil is one bit"),
        (changed(.bit) { $0.kind = .discrete }, "has type bit; expected: bool, as a discrete input is one bit"),
        (changed(.bool) { $0.kind = .holding }, "has type bool; expected"),
        (changed(.bool) { $0.kind = .input }, "has type bool; expected"),
        (changed(.bit) { $0.bit = 16 }, "has bit 16; expected: 0 … 15"),
        (changed(.bit) { $0.bit = -1 }, "has bit -1; expected: 0 … 15"),
        (changed(.bits) { $0.width = 0 }, "has bit 0 and width 0"),
        (changed(.bits) { $0.width = 17 }, "has bit 0 and width 17"),
        (changed(.bits) { $0.bit = -1 }, "has bit -1 and width 1"),
        (
            changed(.bits) {
                $0.bit = 12; $0.width = 5
            }, "has bits 12 … 16; expected: bits 0 … 15"
        ),
        (changed(.string) { $0.width = 0 }, "has width 0; expected: 1 … 125"),
        (changed(.string) { $0.width = -3 }, "has width -3; expected: 1 … 125"),
        (changed(.string) { $0.width = 126 }, "has width 126; expected: 1 … 125"),
        (changed(.uint16) { $0.bit = 3 }, "has bit 3, which type uint16 does not have"),
        (changed(.string) { $0.bit = 3 }, "has bit 3, which type string does not have"),
        (changed(.uint32) { $0.width = 2 }, "has width 2, which type uint32 does not have"),
        (changed(.bit) { $0.width = 2 }, "has width 2, which type bit does not have"),
        (changed(.uint32) { $0.address = 65_535 }, "ends at address 65536; expected: 65535 at most"),
        (changed(.float64) { $0.address = 65_533 }, "ends at address 65536; expected: 65535 at most"),
        (
            changed(.bool) {
                $0.kind = .coil; $0.order = .abcd
            }, "has order ABCD; expected: none"
        ),
        (
            changed(.uint16) { $0.order = .abcdefgh },
            "has order ABCDEFGH, which type uint16 does not have; expected: ABCD or BADC"
        ),
        (changed(.bcd16) { $0.order = .hgfedcba }, "has order HGFEDCBA, which type bcd16"),
        (changed(.bits) { $0.order = .ghefcdab }, "has order GHEFCDAB, which type bits"),
        (changed(.float32) { $0.order = .badcfehg }, "expected: ABCD, CDAB, BADC or DCBA"),
        (changed(.bcd32) { $0.order = .abcdefgh }, "expected: ABCD, CDAB, BADC or DCBA"),
        (changed(.float64) { $0.order = .abcd }, "expected: ABCDEFGH, GHEFCDAB, BADCFEHG or HGFEDCBA"),
        (changed(.uint64) { $0.order = .cdab }, "has order CDAB, which type uint64 does not have"),
        (changed(.int64) { $0.order = .dcba }, "has order DCBA, which type int64 does not have"),
        (changed(.string) { $0.order = .cdab }, "has order CDAB, which type string does not have"),
        (changed(.string) { $0.order = .dcba }, "has order DCBA, which type string does not have"),
        (changed(.string) { $0.order = .badcfehg }, "has order BADCFEHG, which type string does not have"),
        (changed(.uint16) { $0.scale = 0 }, "has scale 0.0"),
        (changed(.uint16) { $0.scale = .nan }, "has scale nan"),
        (changed(.uint16) { $0.scale = .infinity }, "has scale inf"),
        (changed(.uint16) { $0.offset = .nan }, "has offset nan"),
        (changed(.uint16) { $0.offset = -.infinity }, "has offset -inf"),
        (changed(.float32) { $0.status = [0: "00"] }, "has a status map"),
        (changed(.float64) { $0.status = [0: "00"] }, "has a status map"),
        (changed(.string) { $0.status = [:] }, "has a status map"),
        (changed(.string) { $0.missing = [.integer(1)] }, "has `missing`; expected: none"),
        (changed(.string) { $0.saturated = [.integer(1)] }, "has `saturated`; expected: none"),
        (changed(.uint16) { $0.missing = [.integer(-1)] }, "has -1 in `missing`; expected: a whole number, 0 … 65535"),
        (changed(.uint16) { $0.missing = [.integer(65_536)] }, "has 65536 in `missing`"),
        (
            changed(.int16) { $0.missing = [.integer(65_535)] },
            "has 65535 in `missing`; expected: a whole number, -32768 … 32767"
        ),
        (changed(.int16) { $0.saturated = [.integer(-32_769)] }, "has -32769 in `saturated`"),
        (changed(.int16) { $0.missing = [.real(-999.9)] }, "has -999.9 in `missing`"),
        (changed(.uint64) { $0.missing = [.real(-1)] }, "has -1.0 in `missing`"),
        (changed(.uint16) { $0.missing = [.real(.nan)] }, "has nan in `missing`"),
        (
            changed(.bcd16) { $0.missing = [.integer(65_536)] },
            "has 65536 in `missing`; expected: a whole number, 0 … 65535"
        ),
        (changed(.bit) { $0.missing = [.integer(2)] }, "has 2 in `missing`; expected: a whole number, 0 … 1"),
    ]

    @Test(arguments: bad)
    func `are told, each by itself`(register: RegisterDefinition, fault: String) {
        #expect(register.faults.count == 1, "\(register.faults)")
        #expect(register.faults.first?.contains(fault) == true, "\(register.faults)")
    }

    @Test func `are told together`() {
        let register = RegisterDefinition(.float32, at: 65_535, order: .abcdefgh).with {
            $0.name = ""; $0.scale = 0
        }
        #expect(register.faults.count == 4)
    }

    private static func inEachOrder(
        _ types: [RegisterType], at address: UInt16, _ orders: [ByteOrder?]
    ) -> [RegisterDefinition] {
        types.flatMap { type in orders.map { RegisterDefinition(type, at: address, order: $0) } }
    }

    private static let ordered: [RegisterDefinition] =
        inEachOrder([.bit, .bits, .uint16, .int16, .bcd16], at: 65_535, [nil, .abcd, .cdab, .badc, .dcba])
        + inEachOrder([.uint32, .int32, .float32, .bcd32], at: 65_534, [nil, .abcd, .cdab, .badc, .dcba])
        + inEachOrder([.uint64, .int64, .float64], at: 65_532, [nil, .abcdefgh, .ghefcdab, .badcfehg, .hgfedcba])

    private static let good: [RegisterDefinition] = [
        changed(.string) {
            $0.width = 125; $0.order = .badc
        },
        changed(.string) {
            $0.width = 1; $0.order = .abcd
        },
        changed(.bits) {
            $0.bit = 11; $0.width = 5
        }, changed(.bits) { $0.width = 16 }, changed(.bit) { $0.bit = 15 },
        changed(.bool) { $0.kind = .coil },
        changed(.bool) {
            $0.kind = .discrete; $0.address = 65_535
        },
        changed(.uint16) {
            $0.kind = .input; $0.status = [:]; $0.missing = [.integer(0), .integer(65_535), .real(7)]
        },
        changed(.uint64) { $0.missing = [.integer(-1), .integer(.min), .integer(.max)] },
        changed(.float32) { $0.missing = [.real(-999.9), .real(.nan), .integer(.min)] },
        changed(.bcd16) { $0.missing = [.integer(9999), .integer(65_535)] },
        changed(.bcd32) { $0.missing = [.integer(0xffff_ffff)] },
        changed(.int16) {
            $0.saturated = [.integer(-32_768), .integer(32_767)]; $0.scale = -0.1; $0.offset = 5
        },
    ]

    @Test(arguments: ordered + good)
    func `are none in a good one`(register: RegisterDefinition) {
        #expect(register.faults == [])
    }
}

@Suite struct `Faults of a device` {
    private func faults(_ registers: RegisterDefinition...) -> [String] { DeviceDefinition(registers).faults }

    @Test func `tell a name that is there twice, once`() {
        let faults = faults(
            .init(.uint16, at: 1), .init(.uint16, at: 1).with { $0.kind = .input }, .init(.uint16, at: 2))
        #expect(faults == ["two registers have the name `r1`"])
        let three = (0..<3).map { place in RegisterDefinition(.uint16, at: UInt16(place)).with { $0.name = "x" } }
        #expect(DeviceDefinition(three).faults == ["two registers have the name `x`"])
    }

    @Test func `tell an overlap with both addresses`() {
        #expect(
            faults(.init(.uint16, at: 11), .init(.float32, at: 10))
                == ["`r10` (holding 10-11) and `r11` (holding 11) overlap"])
        #expect(faults(.init(.float64, at: 10), .init(.uint32, at: 13), .init(.uint16, at: 14)).count == 2)
    }

    @Test func `tell overlaps that are not beside each other`() {
        let faults = faults(.init(.float64, at: 10), .init(.uint16, at: 11), .init(.uint16, at: 13))
        #expect(faults.count == 2)
        #expect(faults.last == "`r10` (holding 10-13) and `r13` (holding 13) overlap")
    }

    @Test func `are none for neighbours and for other kinds`() {
        #expect(faults(.init(.float32, at: 10), .init(.uint16, at: 12), .init(.uint16, at: 9)) == [])
        #expect(faults(.init(.float32, at: 10), .init(.float32, at: 11).with { $0.kind = .input }) == [])
    }

    private func bits(_ name: String, _ bit: Int, _ width: Int, _ order: ByteOrder? = nil) -> RegisterDefinition {
        RegisterDefinition(.bits, at: 5, order: order).with {
            $0.name = name; $0.bit = bit; $0.width = width
        }
    }

    @Test func `let different bits share a register`() {
        #expect(faults(bits("a", 0, 4), bits("b", 4, 4), bits("c", 15, 1)) == [])
        #expect(faults(bits("a", 0, 4), bits("b", 3, 1)) == ["`a` (holding 5) and `b` (holding 5) overlap"])
        #expect(faults(bits("a", 0, 16), bits("b", 15, 1)).count == 1)
        #expect(faults(RegisterDefinition(.bit, at: 5).with { $0.bit = 2 }, bits("b", 2, 1)).count == 1)
        #expect(faults(RegisterDefinition(.bit, at: 5).with { $0.bit = 2 }, bits("b", 3, 1)) == [])
    }

    @Test func `compare bits as they travel`() {
        #expect(faults(bits("a", 0, 8), bits("b", 8, 8, .badc)).count == 1)
        #expect(faults(bits("a", 0, 8), bits("b", 0, 8, .badc)) == [])
    }

    @Test func `let a status register lie over bits, and nothing else`() {
        let status = RegisterDefinition(.uint16, at: 5).with {
            $0.name = "s"; $0.parameter = nil; $0.status = [0: "00"]
        }
        #expect(faults(status, bits("a", 3, 1)) == [])
        #expect(faults(bits("a", 3, 1), status) == [])
        #expect(faults(status.with { $0.parameter = "P" }, bits("a", 3, 1)).count == 1)
        #expect(faults(status.with { $0.status = nil }, bits("a", 3, 1)).count == 1)
        #expect(faults(status, .init(.uint16, at: 5)).count == 1)
        #expect(
            faults(
                bits("a", 3, 2).with {
                    $0.parameter = nil; $0.status = [:]
                }, bits("b", 3, 1)) == [])
    }

    @Test func `tell a value that no request can hold`() {
        var device = DeviceDefinition([.init(.float64), .init(.uint32, at: 8)])
        device.limits.maxRegisters = 3
        #expect(device.faults == ["`r0` takes 4 registers, and one request of this device takes 3"])
        device.limits.maxRegisters = 4
        #expect(device.faults == [])
    }

    @Test func `tell a status register that is none`() {
        var device = DeviceDefinition([.init(.uint16), .init(.uint16, at: 1).with { $0.status = [0: "00"] }])
        device.statusRegister = 1
        #expect(device.faults == [])
        device.statusRegister = 0
        #expect(device.faults == ["the status register `r0` has no status map"])
        for outside in [-1, 2] {
            device.statusRegister = outside
            #expect(device.faults == ["the status register is not among its registers"])
        }
    }
}
