/// Finds frames with an MBAP header among received bytes.
enum MBAPFrames {
    /// What stands at an offset.
    enum Finding: Hashable {
        case frame(ReceivedFrame)
        /// More has to come.
        case incomplete
        /// No Modbus, and from here on nothing can be found.
        case notModbus
    }

    /// Reads the frame that begins at `start`.
    ///
    /// Modbus Messaging on TCP/IP 1.0b, 3.1.3.
    static func next(in bytes: [UInt8], from start: Int) -> Finding {
        let left = bytes.count - start
        // Protocol and length are looked at as soon as they are there: a greeting of another protocol may be short.
        if left >= 4, bytes[start + 2] != 0 || bytes[start + 3] != 0 { return .notModbus }
        guard left >= 6 else { return .incomplete }
        let length = Int(bytes[start + 4]) << 8 | Int(bytes[start + 5])
        // Unit, function and at least one byte; at most a protocol data unit of 253 bytes.
        guard 3...254 ~= length else { return .notModbus }
        guard left >= 6 + length else { return .incomplete }
        return .frame(
            ReceivedFrame(
                range: start..<(start + 6 + length), transaction: UInt16(bytes[start]) << 8 | UInt16(bytes[start + 1]),
                unit: bytes[start + 6], function: bytes[start + 7], body: (start + 8)..<(start + 6 + length)))
    }
}
