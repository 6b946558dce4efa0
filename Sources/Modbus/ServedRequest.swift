public import Registers

/// A request as a server sees it, and the answers that fit it.
public struct ServedRequest: Sendable, Hashable {
    /// How it came, and how the answer goes.
    public let framing: ModbusFraming
    /// Echoed in the answer; 0 on RTU.
    public let transaction: UInt16
    /// 0 … 255; 0 is meant for everybody on a serial line, and nobody answers.
    public let unit: UInt8
    /// Function code and data.
    public let pdu: [UInt8]

    /// Makes one as the reader does; the protocol data unit is not empty.
    public init(framing: ModbusFraming, transaction: UInt16, unit: UInt8, pdu: [UInt8]) {
        precondition(!pdu.isEmpty, "a request has a function code")
        self.framing = framing
        self.transaction = transaction
        self.unit = unit
        self.pdu = pdu
    }

    /// The function code.
    public var function: UInt8 { pdu[0] }

    /// What it reads; `nil` for other functions (answer exception 1) and a wrong length (exception 3).
    ///
    /// Counts and addresses are as they came, also impossible ones.
    public var registers: RegisterRequest? {
        guard pdu.count == 5, let kind = RegisterKind.allCases.first(where: { $0.readFunction == function }) else {
            return nil
        }
        return RegisterRequest(kind: kind, address: word(at: 1), count: word(at: 3))
    }

    /// The whole frame as it came.
    public var frame: [UInt8] {
        ModbusFrames.frame(unit: unit, pdu: pdu, framing: framing, transaction: transaction)
    }

    /// The frame that answers it with words: registers, or one bit each (0 or 1).
    public func answer(_ words: [UInt16], unit other: UInt8? = nil) -> [UInt8] {
        let kind = RegisterKind.allCases.first { $0.readFunction == function } ?? .holding
        return ModbusFrames.answer(
            unit: other ?? unit, kind: kind, words: words, framing: framing, transaction: transaction)
    }

    /// The frame that answers it with an exception.
    public func exception(_ code: UInt8) -> [UInt8] {
        ModbusFrames.exception(
            unit: unit, function: function, code: code, framing: framing, transaction: transaction)
    }

    private func word(at index: Int) -> UInt16 { UInt16(pdu[index]) << 8 | UInt16(pdu[index + 1]) }
}
