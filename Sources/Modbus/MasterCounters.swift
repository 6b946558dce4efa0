/// What a master has seen on its bus since it was made.
public struct MasterCounters: Sendable, Hashable {
    /// Requests that were sent.
    public var requests: Int64 = 0
    /// Those that brought data.
    public var answers: Int64 = 0
    /// Those that brought an exception, doubtful ones included.
    public var exceptions: Int64 = 0
    /// Those that were given up without an answer.
    public var timeouts: Int64 = 0
    /// Frames with a wrong checksum, half frames, frames that answer another question, what is no Modbus.
    public var badFrames: Int64 = 0
    /// Answers that came after we had given up, recognised and thrown away.
    public var lateAnswers: Int64 = 0
    /// Bytes that belonged to nothing.
    public var strayBytes: Int64 = 0
    /// Channels opened.
    public var connects: Int64 = 0
    /// Open channels that ended, closed by the other side or given up by us; not by `close`.
    public var disconnects: Int64 = 0
    public var bytesSent: Int64 = 0
    public var bytesReceived: Int64 = 0
    /// The time the bus was in use, from the first byte of a request to the end of its answer; nanoseconds.
    public var busyNanoseconds: Int64 = 0

    /// All zero.
    public init() {}
}
