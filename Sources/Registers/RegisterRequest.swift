/// What one read request asks for.
public struct RegisterRequest: Sendable, Hashable {
    public var kind: RegisterKind
    /// From 0.
    public var address: UInt16
    /// Registers or bits: 1 … 125, 1 … 2000.
    public var count: UInt16

    public init(kind: RegisterKind, address: UInt16, count: UInt16) {
        self.kind = kind
        self.address = address
        self.count = count
    }

    /// May end at 65,536.
    public var addresses: Range<Int> { Int(address)..<(Int(address) + Int(count)) }
}

/// A request of a plan, and the registers that it brings.
public struct PlannedRequest: Sendable, Hashable {
    public var request: RegisterRequest
    /// Places in the device's `registers`, by address.
    public var members: [Int]

    public init(request: RegisterRequest, members: [Int]) {
        self.request = request
        self.members = members
    }
}
