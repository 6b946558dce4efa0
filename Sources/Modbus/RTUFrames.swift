/// Finds RTU frames among received bytes.
enum RTUFrames {
    /// No frame is longer. // Modbus over Serial Line 1.02, 2.5.1
    static let maxLength = 256

    /// The first whole frame at or behind `start`, with a right checksum: answers and exceptions of any unit, requests of
    /// another master, and `request` itself coming back.
    ///
    /// - Parameter isAwaited: Whether an answer of this shape may come. Where one has begun, nothing is looked for in it and
    ///   behind it until it is there in full: its data may look like a frame.
    static func first(
        in bytes: [UInt8], from start: Int, request: [UInt8], isAwaited: (AnswerShape) -> Bool = { _ in false }
    ) -> ReceivedFrame? {
        var offset = start
        while offset + 5 <= bytes.count {
            if let frame = frame(in: bytes, at: offset, request: request) { return frame }
            let (function, byteCount) = (bytes[offset + 1], bytes[offset + 2])
            if 1...4 ~= function, offset + 5 + Int(byteCount) > bytes.count,
                isAwaited(AnswerShape(unit: bytes[offset], function: function, byteCount: byteCount))
            {
                return nil
            }
            offset += 1
        }
        return nil
    }

    /// Whether a frame of this shape is there in full length, but with a wrong checksum.
    static func hasBroken(_ shape: AnswerShape, in bytes: [UInt8], from start: Int) -> Bool {
        guard bytes.count - start >= 5 else { return false }
        for offset in start...(bytes.count - 5)
        where bytes[offset] == shape.unit && bytes[offset + 1] == shape.function
            && bytes[offset + 2] == shape.byteCount && offset + 5 + Int(shape.byteCount) <= bytes.count
        {
            return true
        }
        return false
    }

    private static func frame(in bytes: [UInt8], at offset: Int, request: [UInt8]) -> ReceivedFrame? {
        // First of all: a request for 17 to 24 bits at an address 0x03.. has the form of an answer to itself.
        if !request.isEmpty, offset + request.count <= bytes.count,
            bytes[offset..<(offset + request.count)].elementsEqual(request)
        {
            var echo = checked(in: bytes, at: offset, length: request.count)
            echo?.isEcho = true
            return echo
        }
        let function = bytes[offset + 1]
        if let found = checked(in: bytes, at: offset, length: answerLength(function, bytes[offset + 2])) {
            return found
        }
        // 8 bytes: another master's request, an answer to its writing.
        switch function {
        case 1...6, 15, 16: return checked(in: bytes, at: offset, length: 8)
        default: return nil
        }
    }

    private static func answerLength(_ function: UInt8, _ byteCount: UInt8) -> Int? {
        if function & 0x80 != 0 { return 5 }
        return 1...4 ~= function && byteCount > 0 ? 5 + Int(byteCount) : nil
    }

    private static func checked(in bytes: [UInt8], at offset: Int, length: Int?) -> ReceivedFrame? {
        guard let length, length <= maxLength, offset + length <= bytes.count,
            CRC16.isRight(bytes, in: offset..<(offset + length))
        else { return nil }
        return ReceivedFrame(
            range: offset..<(offset + length), unit: bytes[offset], function: bytes[offset + 1],
            body: (offset + 2)..<(offset + length - 2))
    }
}
