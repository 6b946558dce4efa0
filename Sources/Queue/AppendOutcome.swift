/// What became of one intake.
public struct AppendOutcome: Sendable, Equatable {
    public var queued = 0
    public var duplicates = 0
    public var deadLetters = 0
    /// Of the readings that were queued; `nil` when none was.
    public var firstSequence: Int64?
    public var lastSequence: Int64?

    public init(
        queued: Int = 0, duplicates: Int = 0, deadLetters: Int = 0, firstSequence: Int64? = nil,
        lastSequence: Int64? = nil
    ) {
        self.queued = queued
        self.duplicates = duplicates
        self.deadLetters = deadLetters
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
    }
}
