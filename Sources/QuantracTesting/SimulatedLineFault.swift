/// What a `RegisterBank` does wrong in answering one request; delays are nanoseconds.
public enum SimulatedLineFault: Sendable, Hashable {
    /// Nothing: the right answer after the bank's usual delay.
    case none
    /// The right answer, so long after the request.
    case late(Int64)
    /// No answer.
    case silent
    /// The last bit of the checksum is wrong. TCP frames have none: there it is exception 11, as gateways say it.
    case badCRC
    /// One bit of the data is wrong and the checksum shows it; on TCP as `badCRC`.
    case flippedBit
    /// The first half of the frame; on TCP nothing more comes on that connection.
    case half
    /// So many random-looking bytes, then the right answer. On TCP they end the connection's use.
    case noiseBefore(Int)
    /// The right answer, then three bytes.
    case trailingBytes
    /// A whole frame in the name of unit 2 (3 for unit 2), then the right answer.
    case otherUnitFirst
    /// The right answer in the name of that other unit only.
    case otherUnitOnly
    /// An exception.
    case exception(UInt8)
    /// An exception, so long after the request.
    case lateException(UInt8, Int64)
    /// The right answer byte by byte, so far apart.
    case slowBytes(Int64)
    /// The right answer, and again so long after it.
    case duplicate(Int64)
    /// The right answer so long after the request, and again so long after that.
    case lateTwice(Int64, Int64)
    /// The request's own bytes come back, then the right answer.
    case echo
    /// A valid frame with one word less (or one more, where there is one only).
    case wrongLength
    /// A valid frame with the function of the sibling table.
    case wrongFunction
    /// The other side closes the connection instead of answering.
    case disconnect
}
