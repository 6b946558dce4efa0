import Registers

/// The ways to ask for the same registers so that the answers look different.
///
/// While an answer may still come that was given up, a request of its function and length is not asked: the two could
/// not be told apart. Another length can. It is found, in this order, by reading more of what is known to be readable,
/// by cutting the request between two values, by cutting it elsewhere, and by reading up to three registers (or three
/// times eight bits, as bits travel in bytes) before or behind it.
struct RequestShapes {
    /// Everything in it is readable, as far as is known.
    let planned: PlannedRequest
    /// Members before this one have been read already.
    let needed: Int
    let device: DeviceDefinition
    /// Addresses that are not read beside the planned ones.
    let avoided: [IllegalRanges]

    /// The best request that `isFree` lets through; `nil` when there is none at the moment.
    func first(where isFree: (RegisterRequest) -> Bool) -> RegisterRequest? {
        let exact = self.exact
        if isFree(request(exact)) { return request(exact) }
        let span = planned.request.addresses
        // One register more is enough to be told apart; each further one is there for the next time.
        for count in stride(from: exact.count + 1, through: span.count, by: 1) {
            let start = max(span.lowerBound, min(exact.lowerBound, span.upperBound - count))
            if let found = free(start..<(start + count), isFree) { return found }
        }
        for end in boundaries.reversed() where end < exact.upperBound {
            if let found = free(exact.lowerBound..<end, isFree) { return found }
        }
        let shortest = max(1, firstEnd - exact.lowerBound)
        for count in stride(from: exact.count - 1, through: shortest + 1, by: -1) {
            if let found = free(exact.lowerBound..<(exact.lowerBound + count), isFree) { return found }
        }
        return lengthened(exact, isFree)
    }

    /// All that is still needed, and nothing else.
    var exact: Range<Int> {
        let span = planned.request.addresses
        return needed == 0 ? span : Int(device.registers[planned.members[needed]].address)..<span.upperBound
    }

    private var firstEnd: Int { device.registers[planned.members[needed]].addresses.upperBound }

    /// Where a value ends and no other one goes on, behind the first needed one.
    private var boundaries: [Int] {
        device.cuts(of: planned).map { Int(planned.request.address) + $0 }.filter { $0 >= firstEnd }
    }

    private func lengthened(_ exact: Range<Int>, _ isFree: (RegisterRequest) -> Bool) -> RegisterRequest? {
        let isBit = planned.request.kind.isBit
        let longest = isBit ? min(device.limits.maxBits, 2000) : min(device.limits.maxRegisters, 125)
        for step in 1...3 {
            let length = isBit ? step * 8 : step
            guard exact.count + length <= longest else { break }
            for wider in [
                exact.lowerBound..<(exact.upperBound + length), (exact.lowerBound - length)..<exact.upperBound,
            ] where wider.lowerBound >= 0 && wider.upperBound <= 65_536 {
                guard !avoided.contains(where: { $0.overlap(wider, of: planned.request.kind) }) else { continue }
                if let found = free(wider, isFree) { return found }
            }
        }
        return nil
    }

    private func free(_ addresses: Range<Int>, _ isFree: (RegisterRequest) -> Bool) -> RegisterRequest? {
        let request = request(addresses)
        return isFree(request) ? request : nil
    }

    private func request(_ addresses: Range<Int>) -> RegisterRequest {
        RegisterRequest(
            kind: planned.request.kind, address: UInt16(addresses.lowerBound), count: UInt16(addresses.count))
    }
}

extension RegisterRequest {
    /// Whether the two have answers of one shape: bits travel in bytes.
    func looksLike(_ other: RegisterRequest) -> Bool {
        guard kind == other.kind else { return false }
        return kind.isBit ? (count + 7) / 8 == (other.count + 7) / 8 : count == other.count
    }
}
