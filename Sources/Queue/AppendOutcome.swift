/// What became of one intake.
public struct AppendOutcome: Sendable, Equatable {
    public var queued = 0
    public var duplicates = 0
    public var deadLetters = 0
    /// Records that the daemon itself had made and that were queued; they are not among `queued`.
    public var generated = 0
    /// Records of the daemon's own that were known already.
    var generatedKnown = 0
    /// Of the readings and records that were queued; `nil` when none was.
    public var firstSequence: Int64?
    public var lastSequence: Int64?

    public init(
        queued: Int = 0, duplicates: Int = 0, deadLetters: Int = 0, generated: Int = 0, firstSequence: Int64? = nil,
        lastSequence: Int64? = nil
    ) {
        self.queued = queued
        self.duplicates = duplicates
        self.deadLetters = deadLetters
        self.generated = generated
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
    }
}
