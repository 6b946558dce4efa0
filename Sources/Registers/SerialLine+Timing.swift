extension SerialLine {
    /// One character with start, parity and stop bits; a part of a nanosecond counts as a whole one.
    public var characterNanoseconds: Int64 {
        (Int64(characterBits) * 1_000_000_000 + Int64(baud) - 1) / Int64(baud)
    }

    /// 3.5 characters; 1.75 ms above 19,200 baud. // Modbus over Serial Line 1.02, 2.5.1.1
    public var frameSilenceNanoseconds: Int64 {
        if baud > 19_200 { return 1_750_000 }
        return (Int64(characterBits) * 3_500_000_000 + Int64(baud) - 1) / Int64(baud)
    }

    /// A start bit, the data, a parity bit unless there is none, the stop bits.
    private var characterBits: Int {
        1 + dataBits + (parity == .none ? 0 : 1) + stopBits
    }
}
