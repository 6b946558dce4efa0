extension DeviceDefinition {
    /// The fewest requests that read every register that is not illegal: within the limits, no gap above `maxGap`, no
    /// gap over an illegal address, no value cut in two.
    ///
    /// By kind (holding, input, coil, discrete), then by address. A register that an illegal address is part of is left
    /// out, and so is one that no request can hold (see `faults`). Limits beyond those of the protocol are cut to them.
    public func plan(avoiding illegal: IllegalRanges = IllegalRanges()) -> [PlannedRequest] {
        RegisterKind.allCases.flatMap { plan(of: $0, avoiding: illegal) }
    }

    /// The greedy way from the lowest address is the best one here: what one request can hold, it can also hold
    /// without its first or last value, so that ending a request early never lets a later one end later. That needs
    /// starts and ends in the same order; a value within another one comes along with it and is set aside.
    private func plan(of kind: RegisterKind, avoiding illegal: IllegalRanges) -> [PlannedRequest] {
        let limit = kind.isBit ? min(limits.maxBits, 2000) : min(limits.maxRegisters, 125)
        var places = registers.indices.filter { place in
            let register = registers[place]
            return register.kind == kind && register.count <= limit && register.addresses.upperBound <= 65_536
                && !illegal.overlap(register.addresses, of: kind)
        }
        // The longer one first, so that what lies within it follows.
        places.sort { one, other in
            let (first, second) = (registers[one].addresses, registers[other].addresses)
            return (first.lowerBound, second.upperBound, one) < (second.lowerBound, first.upperBound, other)
        }
        var result: [PlannedRequest] = []
        var open: Range<Int>?
        var members: [Int] = []
        for place in places {
            let addresses = registers[place].addresses
            if let range = open {
                if addresses.upperBound <= range.upperBound {
                    members.append(place)
                    continue
                }
                let whole = range.lowerBound..<addresses.upperBound
                let gap = range.upperBound..<max(range.upperBound, addresses.lowerBound)
                if whole.count <= limit, gap.count <= limits.maxGap, !illegal.overlap(gap, of: kind) {
                    open = whole
                    members.append(place)
                    continue
                }
                result.append(PlannedRequest(kind: kind, addresses: range, members: members))
            }
            open = addresses
            members = [place]
        }
        if let range = open { result.append(PlannedRequest(kind: kind, addresses: range, members: members)) }
        return result
    }

    /// Where a planned request may be cut in two, as the registers (or bits) before the cut, ascending.
    ///
    /// After each value that no other one reaches over, but for the last; registers that nobody asked for lie behind the
    /// cut, and `pieces` drops them.
    public func cuts(of planned: PlannedRequest) -> [Int] {
        let spans = planned.members.map { registers[$0].addresses }.sorted { $0.lowerBound < $1.lowerBound }
        var cuts: [Int] = []
        var end: Int?
        for span in spans {
            if let end, end <= span.lowerBound { cuts.append(end - Int(planned.request.address)) }
            end = max(end ?? 0, span.upperBound)
        }
        return cuts
    }

    /// The two requests that a planned one is cut into, each from the first to the last register that is wanted.
    ///
    /// `count` must be one of `cuts`, or lie in the gap behind it.
    public func pieces(of planned: PlannedRequest, cutAt count: Int) -> (PlannedRequest, PlannedRequest) {
        let cut = Int(planned.request.address) + count
        let first = planned.members.filter { registers[$0].addresses.upperBound <= cut }
        let second = planned.members.filter { registers[$0].addresses.lowerBound >= cut }
        precondition(first.count + second.count == planned.members.count, "the cut goes through a value")
        return (piece(first, of: planned), piece(second, of: planned))
    }

    private func piece(_ members: [Int], of planned: PlannedRequest) -> PlannedRequest {
        let spans = members.map { registers[$0].addresses }
        guard let start = spans.map(\.lowerBound).min(), let end = spans.map(\.upperBound).max() else {
            preconditionFailure("nothing is wanted on one side of the cut")
        }
        return PlannedRequest(kind: planned.request.kind, addresses: start..<end, members: members)
    }
}

extension PlannedRequest {
    fileprivate init(kind: RegisterKind, addresses: Range<Int>, members: [Int]) {
        self.init(
            request: RegisterRequest(
                kind: kind, address: UInt16(addresses.lowerBound), count: UInt16(addresses.count)),
            members: members)
    }
}
