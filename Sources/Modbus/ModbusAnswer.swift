/// What came of a request.
public enum ModbusAnswer: Sendable, Hashable {
    /// The words are there.
    case data
    /// The device answered with an exception code that can only belong to this request.
    case exception(UInt8)
    case failed(ModbusFailure)
}
