import Registers

/// All that an RTU answer tells about the question: which address was asked is not in it.
public struct AnswerShape: Sendable, Hashable {
    public let unit: UInt8
    public let function: UInt8
    /// Of the data: 1 … 250.
    public let byteCount: UInt8

    /// The shape of the answer to a request.
    ///
    /// Eight bits share a byte: requests for 9 and for 16 coils have one shape.
    public init(of request: ModbusRequest) {
        let count = Int(request.registers.count)
        unit = request.unit
        function = request.registers.kind.readFunction
        byteCount = UInt8(truncatingIfNeeded: request.registers.kind.isBit ? (count + 7) / 8 : 2 * count)
    }

    /// The shape of an answer that has come.
    init(unit: UInt8, function: UInt8, byteCount: UInt8) {
        self.unit = unit
        self.function = function
        self.byteCount = byteCount
    }
}
