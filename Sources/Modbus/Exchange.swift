import Registers

/// One request and what has come since it was sent.
struct Exchange {
    let shape: AnswerShape
    let registers: RegisterRequest
    /// Of TCP; 0 on RTU.
    let transaction: UInt16
    /// When it was sent, monotonic nanoseconds.
    let sent: Int64
    /// When it is given up; drawn nearer once its answer has come broken.
    var deadline: Int64
    /// Any valid frame came, of whomever.
    var hasSeenFrame = false
    /// A frame came that answers nothing we know of.
    var hasSeenUnexpected = false
    /// Its answer came with a wrong checksum.
    var hasSeenBroken = false
    /// An exception came that may be a late one.
    var doubtfulException: UInt8?

    /// What is said when the time is over, from the most telling to the least.
    func failure(hasBytes: Bool) -> ModbusFailure {
        if let doubtfulException { return .doubtfulException(doubtfulException) }
        if hasSeenBroken { return .badChecksum }
        if hasSeenUnexpected { return .unexpected }
        return hasBytes ? .incomplete : .noAnswer
    }
}
