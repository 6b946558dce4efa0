import QuantracTesting
import Registers
import Testing

@testable import Acquisition

@Suite struct `Register plan` {
    private func device(_ registers: [RegisterDefinition]) -> DeviceDefinition {
        var device = DeviceDefinition(unit: 1, station: "S")
        device.registers = registers
        return device
    }

    private func register(_ address: Int, _ type: RegisterType = .uint16, kind: RegisterKind = .holding)
        -> RegisterDefinition
    {
        RegisterDefinition(
            name: "r\(kind.rawValue)\(address)", parameter: "P\(address)", kind: kind, address: UInt16(address),
            type: type)
    }

    /// Asks everything until nothing is in doubt; returns the requests and the registers that were answered last.
    private func learn(
        _ plan: inout RegisterPlan, refuses: (RegisterRequest) -> Bool
    ) -> (requests: Int, read: Set<Int>) {
        var requests = 0
        var read: Set<Int> = []
        for _ in 0..<200 {
            read = []
            var place = 0
            var wasRefused = false
            while place < plan.entries.count {
                let entry = plan.entries[place]
                requests += 1
                if refuses(entry.planned.request) {
                    wasRefused = true
                    plan.noteRefusal(at: place)
                } else {
                    read.formUnion(entry.planned.members)
                    plan.noteAnswer(at: place)
                    place += 1
                }
            }
            _ = plan.settle()
            if !wasRefused { return (requests, read) }
        }
        return (requests, read)
    }

    @Test func `finds exactly what is refused and reads everything else`() {
        let seed = Seed.fromEnvironment()
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var registers: [RegisterDefinition] = []
            var address = Int.random(in: 0...50, using: &random)
            for _ in 0..<Int.random(in: 2...120, using: &random) {
                let type: RegisterType = [.uint16, .float32, .float64].randomElement(using: &random) ?? .uint16
                registers.append(register(address, type, kind: address.isMultiple(of: 3) ? .input : .holding))
                address += 4 + (Int.random(in: 0...9, using: &random) == 0 ? Int.random(in: 0...30, using: &random) : 0)
            }
            let share = Double.random(in: 0...0.5, using: &random)
            let illegal = Set(
                registers.indices.dropFirst().filter { _ in Double.random(in: 0...1, using: &random) < share })
            let device = device(registers)
            var plan = RegisterPlan(of: device)
            let (_, read) = learn(&plan) { request in
                illegal.contains {
                    registers[$0].kind == request.kind && registers[$0].addresses.overlaps(request.addresses)
                }
            }
            #expect(read == Set(registers.indices).subtracting(illegal))
            for index in registers.indices {
                #expect(
                    plan.illegal.overlap(registers[index].addresses, of: registers[index].kind)
                        == illegal.contains(index))
            }
            #expect(plan.entries.map(\.planned) == device.plan(avoiding: plan.illegal), "the fewest requests again")
        }
    }

    @Test func `one refused register costs about twice the logarithm`() {
        var plan = RegisterPlan(of: device((0..<100).map { register($0) }))
        let (requests, read) = learn(&plan) { $0.addresses.contains(37) }
        #expect(read.count == 99)
        #expect(plan.illegal.description == "holding 37")
        #expect(requests <= 20)
    }

    @Test func `a gap that is refused stays cut out`() {
        let device = device([register(0), register(1), register(10), register(11), register(12)])
        var plan = RegisterPlan(of: device)
        #expect(plan.entries.count == 1)
        let (_, read) = learn(&plan) { $0.addresses.overlaps(2..<10) }
        #expect(read.count == 5)
        #expect(plan.illegal.isEmpty)
        #expect(plan.entries.map(\.planned.request.addresses) == [0..<2, 10..<13])
    }

    @Test func `a device that gives less at a time than its settings say is read all the same`() {
        var plan = RegisterPlan(of: device((0..<100).map { register($0) }))
        let (_, read) = learn(&plan) { $0.count > 20 }
        #expect(read.count == 100)
        #expect(plan.illegal.isEmpty)
        #expect(plan.entries.allSatisfy { $0.planned.request.count <= 20 })
    }

    @Test func `a device that refuses everything teaches nothing`() {
        var plan = RegisterPlan(of: device((0..<5).map { register($0) }))
        var isStarting = true
        _ = learn(&plan) { _ in isStarting }
        #expect(plan.refusesAll)
        #expect(plan.illegal.isEmpty)
        isStarting = false
        let (_, read) = learn(&plan) { _ in isStarting }
        #expect(read.count == 5)
        #expect(!plan.refusesAll)
    }

    @Test func `bits of one register are refused together`() {
        var registers = (0..<16).map { bit in
            var register = register(5, .bit)
            register.name = "b\(bit)"
            register.bit = bit
            return register
        }
        registers.append(register(6))
        var plan = RegisterPlan(of: device(registers))
        let (_, read) = learn(&plan) { $0.addresses.contains(5) }
        #expect(read == [16])
        #expect(plan.illegal.description == "holding 5")
    }

    @Test func `a refused beginning is asked for alone`() {
        var plan = RegisterPlan(of: device((0..<10).map { register($0) }))
        plan.noteRefusal(at: 0, of: 4)
        #expect(plan.entries.map(\.planned.request.addresses) == [0..<2, 2..<4, 4..<10])
    }
}
