/// A whole, valid frame among received bytes.
struct ReceivedFrame: Hashable {
    /// Where it stands, checksum and header included.
    var range: Range<Int>
    /// Of TCP; 0 on RTU.
    var transaction: UInt16 = 0
    var unit: UInt8
    var function: UInt8
    /// Where the protocol data unit's bytes behind the function code stand.
    var body: Range<Int>
    /// Our own request, coming back.
    var isEcho = false

    var isException: Bool { function & 0x80 != 0 && body.count == 1 }

    /// Of data: the byte count fits the length.
    func isData(in bytes: [UInt8]) -> Bool {
        1...4 ~= function && body.count > 1 && Int(bytes[body.lowerBound]) == body.count - 1
    }

    /// What its answer's shape is; `nil` for what is no data.
    func shape(in bytes: [UInt8]) -> AnswerShape? {
        guard isData(in: bytes) else { return nil }
        return AnswerShape(unit: unit, function: function, byteCount: bytes[body.lowerBound])
    }
}
