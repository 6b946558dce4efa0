/// Something that a simulated slave puts on the line.
public struct SimulatedLineAnswer: Sendable {
    /// Counted from the request's arrival.
    public var delayNanoseconds: Int64
    public var bytes: [UInt8]
    /// Between two bytes; 0: all come at once.
    public var gapNanoseconds: Int64
    /// The other side closes the connection then, after the bytes.
    public var disconnects: Bool

    /// Nothing more comes on this connection, after the bytes.
    public var mutes = false

    /// Makes one.
    public init(
        after delayNanoseconds: Int64, _ bytes: [UInt8], gapNanoseconds: Int64 = 0, disconnects: Bool = false
    ) {
        self.delayNanoseconds = delayNanoseconds
        self.bytes = bytes
        self.gapNanoseconds = gapNanoseconds
        self.disconnects = disconnects
    }
}
