/// Where the HTTP API is served, and its limits.
public struct HTTPServiceSettings: Sendable, Equatable {
    /// The address to listen on; `nil` serves the control socket only.
    public var host: String?
    /// 0 lets the kernel choose a free port.
    public var port: Int = 8780
    /// The path of the control socket; `nil` for none.
    public var controlSocketPath: String?
    /// Connections open at once on `host`; further ones wait to be accepted.
    public var maxConnections = 512
    /// For a request to arrive whole, from the connection's beginning or from the first byte of a later request.
    public var headerTimeoutMilliseconds: Int64 = 10_000
    /// Silence between two requests of one connection.
    public var idleTimeoutMilliseconds: Int64 = 75_000
    /// Without the client taking any byte of an answer.
    public var writeTimeoutMilliseconds: Int64 = 60_000
    /// For answers that are on their way when the service is asked to stop.
    public var stopTimeoutMilliseconds: Int64 = 1_000

    public init() {}

    /// The control socket is for a few people and scripts.
    static let controlConnectionsMax = 64
    /// Memory for answers on their way.
    static let answerBytesMax = 64 << 20
    static let requestBodyBytesMax = 1 << 20
    static let headerBytesMax = 32 << 10
}
