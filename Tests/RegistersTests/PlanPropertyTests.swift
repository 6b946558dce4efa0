import Registers
import Testing

/// A random device, and its illegal addresses.
private struct Case {
    var device: DeviceDefinition
    var illegal = IllegalRanges()

    init(values: Int, span: Int, kinds: [RegisterKind], overlapping: Bool, _ draws: inout Draws) {
        var registers: [RegisterDefinition] = []
        for place in 0..<values {
            let kind = kinds[Int.random(in: 0..<kinds.count, using: &draws)]
            let type: RegisterType =
                kind.isBit ? .bool : [.uint16, .uint32, .uint64, .string][Int.random(in: 0..<4, using: &draws)]
            var register = RegisterDefinition(
                name: "r\(place)", parameter: "P", kind: kind,
                address: UInt16.random(in: 0..<UInt16(span), using: &draws),
                type: type)
            if type == .string { register.width = Int.random(in: 1...6, using: &draws) }
            let isFree = !registers.contains { $0.kind == kind && $0.addresses.overlaps(register.addresses) }
            if overlapping || isFree { registers.append(register) }
        }
        device = DeviceDefinition(registers)
        device.limits.maxRegisters = Int.random(in: 6...20, using: &draws)
        device.limits.maxBits = Int.random(in: 1...20, using: &draws)
        device.limits.maxGap = Int.random(in: 0...5, using: &draws)
        for _ in 0..<Int.random(in: 0...2, using: &draws) {
            let start = Int.random(in: 0..<span, using: &draws)
            illegal.insert(start..<(start + Int.random(in: 1...2, using: &draws)), of: kinds[0])
        }
    }

    /// The places of the registers that can be read.
    var readable: [Int] {
        device.registers.indices.filter { place in
            !illegal.overlap(device.registers[place].addresses, of: device.registers[place].kind)
        }
    }

    func limit(of kind: RegisterKind) -> Int { kind.isBit ? device.limits.maxBits : device.limits.maxRegisters }

    /// What a request for these addresses brings; `nil` when it must not be sent.
    func members(of span: Range<Int>, _ kind: RegisterKind) -> Set<Int>? {
        guard span.count <= limit(of: kind), !illegal.overlap(span, of: kind) else { return nil }
        let members = readable.filter { place in
            let register = device.registers[place]
            return register.kind == kind && span.lowerBound <= register.addresses.lowerBound
                && register.addresses.upperBound <= span.upperBound
        }
        let wanted = Set(members.flatMap { Array(device.registers[$0].addresses) })
        guard wanted.contains(span.lowerBound), wanted.contains(span.upperBound - 1) else { return nil }
        var gap = 0
        for address in span {
            gap = wanted.contains(address) ? 0 : gap + 1
            if gap > device.limits.maxGap { return nil }
        }
        return Set(members)
    }

    /// The least number of requests that bring everything, by trying all sets.
    func fewest(of kind: RegisterKind, span: Int) -> Int {
        let wanted = readable.filter { device.registers[$0].kind == kind }
        let bit = Dictionary(uniqueKeysWithValues: wanted.enumerated().map { ($1, $0) })
        var masks: Set<Int> = []
        for start in 0..<(span + 6) {
            for end in (start + 1)...(start + limit(of: kind)) {
                guard let members = members(of: start..<end, kind), !members.isEmpty else { continue }
                masks.insert(members.reduce(0) { $0 | 1 << (bit[$1] ?? 0) })
            }
        }
        var reached: Set<Int> = [0]
        var count = 0
        while !reached.contains(1 << wanted.count - 1) {
            guard count <= wanted.count else { return .max }
            reached = Set(reached.flatMap { mask in masks.map { mask | $0 } })
            count += 1
        }
        return count
    }
}

@Suite struct `Any plan` {
    private func check(_ random: Case, _ plan: [PlannedRequest]) -> String? {
        let registers = random.device.registers
        if plan.flatMap(\.members).sorted() != random.readable { return "not each register once" }
        for planned in plan {
            let request = planned.request
            guard let members = random.members(of: request.addresses, request.kind) else {
                return "a request that must not be"
            }
            guard members.isSuperset(of: planned.members) else { return "a member that the request does not bring" }
            let places = planned.members.map { registers[$0].address }
            if places != places.sorted() { return "members not by address" }
        }
        for (one, other) in zip(plan, plan.dropFirst()) where one.request.kind == other.request.kind {
            if one.request.address >= other.request.address { return "not by address" }
        }
        let kinds = plan.map { planned in RegisterKind.allCases.firstIndex(of: planned.request.kind) ?? 0 }
        return kinds == kinds.sorted() ? nil : "not by kind"
    }

    @Test(arguments: [false, true])
    func `reads each register once, within the limits`(overlapping: Bool) {
        var draws = Draws()
        for _ in 0..<Draws.count(100, proving: 3000) {
            let random = Case(values: 40, span: 150, kinds: RegisterKind.allCases, overlapping: overlapping, &draws)
            let plan = random.device.plan(avoiding: random.illegal)
            if let fault = check(random, plan) { Issue.record("\(fault), seed \(draws.seed): \(plan)") }
        }
    }

    @Test(arguments: [RegisterKind.holding, .coil], [false, true])
    func `has the fewest requests that there can be`(kind: RegisterKind, overlapping: Bool) {
        var draws = Draws()
        for _ in 0..<Draws.count(40, proving: 600) {
            let random = Case(values: 8, span: 36, kinds: [kind], overlapping: overlapping, &draws)
            let plan = random.device.plan(avoiding: random.illegal)
            let fewest = random.fewest(of: kind, span: 36)
            if plan.count != fewest {
                Issue.record("\(plan.count) requests, not \(fewest), seed \(draws.seed): \(plan)")
            }
        }
    }

    @Test func `can be cut anywhere it says, and nothing is lost`() {
        var draws = Draws()
        for _ in 0..<Draws.count(100, proving: 2000) {
            let random = Case(values: 20, span: 100, kinds: [.holding], overlapping: true, &draws)
            for planned in random.device.plan(avoiding: random.illegal) {
                let cuts = random.device.cuts(of: planned)
                if cuts != cuts.sorted() || Set(cuts).count != cuts.count {
                    Issue.record("\(cuts), seed \(draws.seed)")
                }
                for cut in cuts {
                    let (first, second) = random.device.pieces(of: planned, cutAt: cut)
                    let isWhole =
                        Set(first.members + second.members) == Set(planned.members)
                        && Int(first.request.count) == cut && first.request.address == planned.request.address
                        && first.request.addresses.upperBound <= second.request.addresses.lowerBound
                        && second.request.addresses.upperBound == planned.request.addresses.upperBound
                        && [first, second].allSatisfy { piece in
                            random.members(of: piece.request.addresses, .holding)?.isSuperset(of: piece.members) == true
                        }
                    if !isWhole { Issue.record("\(planned) cut at \(cut), seed \(draws.seed)") }
                }
            }
        }
    }
}
