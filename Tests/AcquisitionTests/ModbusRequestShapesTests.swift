import Registers
import Testing

@testable import Acquisition

@Suite struct `Request shapes` {
    private func device(_ registers: [RegisterDefinition]) -> DeviceDefinition {
        var device = DeviceDefinition(unit: 1, station: "S")
        device.registers = registers
        return device
    }

    private func register(_ address: Int, _ type: RegisterType = .uint16, kind: RegisterKind = .holding)
        -> RegisterDefinition
    {
        RegisterDefinition(
            name: "r\(address)", parameter: "P\(address)", kind: kind, address: UInt16(address), type: type)
    }

    /// The requests that are found when those of `taken` lengths are not free, one after the other.
    private func found(
        _ device: DeviceDefinition, needed: Int = 0, taken: Set<Int> = [], illegal: IllegalRanges = IllegalRanges(),
        count: Int
    ) throws -> [Range<Int>] {
        let planned = try #require(device.plan().first)
        let shapes = RequestShapes(planned: planned, needed: needed, device: device, avoided: [illegal])
        var taken = taken
        var result: [Range<Int>] = []
        while result.count < count {
            let isBit = planned.request.kind.isBit
            let request = shapes.first { !taken.contains(isBit ? (Int($0.count) + 7) / 8 : Int($0.count)) }
            guard let request else { break }
            taken.insert(isBit ? (Int(request.count) + 7) / 8 : Int(request.count))
            result.append(request.addresses)
        }
        return result
    }

    @Test func `a block is cut between values, then elsewhere, then lengthened`() throws {
        let device = device([register(10, .float32), register(12, .float32), register(14, .float32)])
        #expect(
            try found(device, count: 20) == [10..<16, 10..<14, 10..<12, 10..<15, 10..<13, 10..<17, 10..<18, 10..<19])
    }

    @Test func `what is left is read with more of the same block`() throws {
        let device = device([register(10, .float32), register(12, .float32), register(14, .float32)])
        #expect(try found(device, needed: 2, taken: [2, 6], count: 3) == [13..<16, 12..<16, 11..<16])
    }

    @Test func `one register is lengthened forwards, else backwards`() throws {
        var illegal = IllegalRanges()
        #expect(try found(device([register(10)]), count: 9) == [10..<11, 10..<12, 10..<13, 10..<14])
        illegal.insert(12..<13, of: .holding)
        #expect(
            try found(device([register(10)]), illegal: illegal, count: 9) == [10..<11, 10..<12, 8..<11, 7..<11])
        illegal.insert(9..<12, of: .holding)
        illegal.insert(9..<10, of: .holding)
        var both = IllegalRanges()
        both.insert(9..<10, of: .holding)
        both.insert(11..<12, of: .holding)
        #expect(try found(device([register(10)]), illegal: both, count: 9) == [10..<11])
    }

    @Test func `the ends of the address space are kept`() throws {
        #expect(try found(device([register(0)]), count: 9) == [0..<1, 0..<2, 0..<3, 0..<4])
        #expect(
            try found(device([register(65_535)]), count: 9)
                == [65_535..<65_536, 65_534..<65_536, 65_533..<65_536, 65_532..<65_536])
    }

    @Test func `bits are told apart by their bytes`() throws {
        let device = device((0..<10).map { register($0, .bool, kind: .coil) })
        let ranges = try found(device, count: 9)
        #expect(ranges == [0..<10, 0..<8, 0..<18, 0..<26, 0..<34])
    }

    @Test func `the longest request is not lengthened`() throws {
        let device = device((0..<125).map { register($0) })
        #expect(try found(device, count: 300).allSatisfy { $0.count <= 125 })
        #expect(try found(device, count: 300).count == 125)
    }
}
