/// Remembers which topic filters the broker has granted to a source, across restarts.
///
/// The queue keeps it, in the file beside the readings. Called on the source's thread.
public protocol GrantedFilters: Sendable {
    /// The filters last set; empty for a source never heard of.
    func granted(source: String) throws -> [String]
    /// Returns when the filters are durable.
    func setGranted(source: String, filters: [String]) throws
}

/// Remembers nothing, for a trial: its session ends with the connection.
public struct NoGrantedFilters: GrantedFilters {
    public init() {}

    public func granted(source: String) -> [String] { [] }

    public func setGranted(source: String, filters: [String]) {}
}
