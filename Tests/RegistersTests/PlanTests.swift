import Registers
import Testing

@Suite struct `Plan` {
    private func plan(
        _ registers: [RegisterDefinition], limit: Int = 125, gap: Int = 16, illegal: [Range<Int>] = []
    ) -> [PlannedRequest] {
        var device = DeviceDefinition(registers)
        device.limits.maxRegisters = limit
        device.limits.maxBits = limit
        device.limits.maxGap = gap
        var ranges = IllegalRanges()
        for range in illegal { ranges.insert(range, of: .holding) }
        return device.plan(avoiding: ranges)
    }

    private func request(_ address: UInt16, _ count: UInt16, _ members: [Int], _ kind: RegisterKind = .holding)
        -> PlannedRequest
    {
        PlannedRequest(request: RegisterRequest(kind: kind, address: address, count: count), members: members)
    }

    private func words(_ addresses: UInt16...) -> [RegisterDefinition] { addresses.map { .init(.uint16, at: $0) } }

    @Test func `of nothing is nothing`() {
        #expect(plan([]) == [])
    }

    @Test func `puts neighbours into one request, by address`() {
        #expect(
            plan([.init(.uint16, at: 7), .init(.float32, at: 5), .init(.float64, at: 8)]) == [request(5, 7, [1, 0, 2])])
    }

    @Test func `reads a gap along up to its limit`() {
        #expect(plan(words(0, 17)) == [request(0, 18, [0, 1])])
        #expect(plan(words(0, 18)) == [request(0, 1, [0]), request(18, 1, [1])])
        #expect(plan(words(0, 2), gap: 0) == [request(0, 1, [0]), request(2, 1, [1])])
        #expect(plan(words(0, 1), gap: 0) == [request(0, 2, [0, 1])])
        #expect(plan(words(0, 3), gap: 2) == [request(0, 4, [0, 1])])
        #expect(
            plan([.init(.uint32, at: 0), .init(.uint16, at: 4)], gap: 1) == [request(0, 2, [0]), request(4, 1, [1])])
    }

    @Test func `asks for no more than the limit`() {
        #expect(plan(words(0, 1, 2, 3), limit: 3) == [request(0, 3, [0, 1, 2]), request(3, 1, [3])])
        #expect(plan([.init(.uint16), .init(.float32, at: 1)], limit: 2) == [request(0, 1, [0]), request(1, 2, [1])])
        #expect(plan([.init(.uint16), .init(.float32, at: 1)], limit: 3) == [request(0, 3, [0, 1])])
    }

    @Test func `asks for no more than the protocol allows`() {
        let registers = (0..<126).map { RegisterDefinition(.uint16, at: UInt16($0)) }
        #expect(plan(registers, limit: 10_000).map(\.request.count) == [125, 1])
        let coils = (0..<2001).map { place in
            RegisterDefinition(name: "c\(place)", parameter: nil, kind: .coil, address: UInt16(place), type: .bool)
        }
        #expect(plan(coils, limit: 10_000).map(\.request.count) == [2000, 1])
    }

    @Test func `has its own limit for bits`() {
        var device = DeviceDefinition(
            [RegisterKind.coil, .discrete, .holding].flatMap { kind in
                (0..<4).map {
                    RegisterDefinition(
                        name: "\(kind)\($0)", parameter: nil, kind: kind, address: $0,
                        type: kind.isBit ? .bool : .uint16)
                }
            })
        device.limits.maxBits = 3
        device.limits.maxRegisters = 2
        #expect(device.plan().map(\.request.count) == [2, 2, 3, 1, 3, 1])
    }

    @Test func `goes by kind, then by address`() {
        let kinds: [RegisterKind] = [.discrete, .coil, .input, .holding]
        let registers = kinds.flatMap { kind in
            [100, 5].map {
                RegisterDefinition(
                    name: "\(kind)\($0)", parameter: nil, kind: kind, address: $0, type: kind.isBit ? .bool : .uint16)
            }
        }
        #expect(
            plan(registers) == [
                request(5, 1, [7]), request(100, 1, [6]), request(5, 1, [5], .input), request(100, 1, [4], .input),
                request(5, 1, [3], .coil), request(100, 1, [2], .coil), request(5, 1, [1], .discrete),
                request(100, 1, [0], .discrete),
            ])
    }

    @Test func `reaches the last address`() {
        #expect(plan([.init(.uint32, at: 65_534)]) == [request(65_534, 2, [0])])
        #expect(plan([.init(.uint32, at: 65_535)]) == [])
    }

    @Test func `leaves out what no request can hold`() {
        #expect(plan([.init(.float64), .init(.uint16, at: 4)], limit: 3) == [request(4, 1, [1])])
    }

    @Test func `brings bits of one register together`() {
        let bits = (0..<3).map { bit in RegisterDefinition(.bit, at: 9).with { $0.bit = 2 - bit } }
        #expect(plan(bits + words(10)) == [request(9, 2, [0, 1, 2, 3])])
    }

    @Test func `brings along what lies within another value`() {
        let long = RegisterDefinition(.string, at: 0).with { $0.width = 6 }
        #expect(
            plan([.init(.uint16, at: 2), long, .init(.uint16, at: 6)], limit: 6) == [
                request(0, 6, [1, 0]), request(6, 1, [2]),
            ])
        #expect(plan([.init(.uint16, at: 2), long, .init(.uint16, at: 6)], limit: 7) == [request(0, 7, [1, 0, 2])])
    }

    @Test func `reads what lies within another value with it, not before it`() {
        #expect(
            plan(words(0, 3) + [.init(.uint64, at: 3)], limit: 4) == [request(0, 1, [0]), request(3, 4, [2, 1])])
    }

    @Test func `leaves out what an illegal address is part of`() {
        #expect(plan([.init(.uint32, at: 0), .init(.uint32, at: 2)], illegal: [1..<2]) == [request(2, 2, [1])])
        #expect(plan([.init(.uint32, at: 0), .init(.uint32, at: 2)], illegal: [2..<3]) == [request(0, 2, [0])])
        let long = RegisterDefinition(.string, at: 0).with { $0.width = 6 }
        #expect(plan([long, .init(.uint16, at: 2)], illegal: [4..<5]) == [request(2, 1, [1])])
    }

    @Test func `reads no gap with an illegal address in it`() {
        #expect(plan(words(0, 3), illegal: [1..<2]) == [request(0, 1, [0]), request(3, 1, [1])])
        #expect(plan(words(0, 3), illegal: [2..<3]) == [request(0, 1, [0]), request(3, 1, [1])])
        #expect(plan(words(0, 3), illegal: [4..<5]) == [request(0, 4, [0, 1])])
        #expect(plan(words(0, 3, 6), illegal: [3..<4]) == [request(0, 1, [0]), request(6, 1, [2])])
    }

    @Test func `minds illegal addresses of its own kind only`() {
        var ranges = IllegalRanges()
        ranges.insert(1..<2, of: .input)
        #expect(DeviceDefinition(words(0, 1, 2)).plan(avoiding: ranges) == [request(0, 3, [0, 1, 2])])
    }
}

@Suite struct `Cuts of a request` {
    private let device = DeviceDefinition([
        .init(.uint16, at: 10), .init(.float32, at: 11), .init(.uint16, at: 16), .init(.uint16, at: 17),
    ])

    @Test func `lie after each value but the last`() {
        #expect(device.plan().map { device.cuts(of: $0) } == [[1, 3, 7]])
        #expect(
            DeviceDefinition([.init(.float64)]).plan().map { DeviceDefinition([.init(.float64)]).cuts(of: $0) } == [[]])
    }

    @Test func `go through no value that lies over others`() {
        let long = RegisterDefinition(.string, at: 0).with { $0.width = 4 }
        let device = DeviceDefinition([long, .init(.uint16, at: 1), .init(.uint32, at: 3), .init(.uint16, at: 5)])
        #expect(device.cuts(of: device.plan()[0]) == [5])
    }

    @Test func `make pieces that begin and end with what is wanted`() {
        let planned = device.plan()[0]
        func piece(_ address: UInt16, _ count: UInt16, _ members: [Int]) -> PlannedRequest {
            PlannedRequest(request: RegisterRequest(kind: .holding, address: address, count: count), members: members)
        }
        #expect(device.pieces(of: planned, cutAt: 1) == (piece(10, 1, [0]), piece(11, 7, [1, 2, 3])))
        #expect(device.pieces(of: planned, cutAt: 3) == (piece(10, 3, [0, 1]), piece(16, 2, [2, 3])))
        #expect(device.pieces(of: planned, cutAt: 5) == (piece(10, 3, [0, 1]), piece(16, 2, [2, 3])))
        #expect(device.pieces(of: planned, cutAt: 7) == (piece(10, 7, [0, 1, 2]), piece(17, 1, [3])))
    }

    @Test func `make pieces of a request that was lengthened, too`() {
        let wide = PlannedRequest(
            request: RegisterRequest(kind: .holding, address: 8, count: 12), members: [0, 1, 2, 3])
        #expect(device.cuts(of: wide) == [3, 5, 9])
        let (first, second) = device.pieces(of: wide, cutAt: 5)
        #expect(first.request == RegisterRequest(kind: .holding, address: 10, count: 3))
        #expect(second.request == RegisterRequest(kind: .holding, address: 16, count: 2))
    }
}
