public import Readings

extension ReadingQueue {
    /// Decodes a dead letter again and commits its readings with their original time of receipt; removes it, in the
    /// same commit, when nothing in it is a fault any more, and else brings its faults up to date.
    ///
    /// Readings that are known count as duplicates, so that a second replay changes nothing but the counters. What the
    /// decoder wants to remember is not kept: a dead letter is no news.
    ///
    /// - Parameter keeping: It stays even when all of it can be read.
    /// - Throws: `noSuchDeadLetter`; `notReplayable`, when only its beginning is kept or `decode` knows no source of
    ///   that name; `badArgument` for an actor that cannot be; transient errors as of `append`. Nothing is changed then.
    public func replay(
        deadLetter id: Int64, keeping: Bool = false, actor: String?, decode: DeadLetterDecoder
    ) throws(QueueError) -> ReplayOutcome {
        try Writer.checkActor(actor)
        let letter = try perform { writer throws(QueueError) in try writer.deadLetter(id) }
        guard let intake = decode(letter.source, Array(letter.topic.utf8), letter.payload, letter.received) else {
            throw QueueError(
                .notReplayable,
                "dead letter \(id) came from \(letter.source), which the settings do not have any more: nobody knows "
                    + "its format")
        }
        return try replay(intake, of: id, keeping: keeping, actor: actor)
    }

    /// The same for a dead letter that was decoded already.
    ///
    /// - Throws: also `badArgument`, when the intake holds anything but the payload of the dead letter.
    public func replay(
        _ intake: Intake, of id: Int64, keeping: Bool = false, actor: String?
    ) throws(QueueError) -> ReplayOutcome {
        try perform { writer throws(QueueError) in
            try writer.replay(intake, of: id, keeping: keeping, actor: actor)
        }
    }

    /// Drops dead letters, counted and with a line in the audit trail. Those that are not there are passed over.
    ///
    /// - Returns: How many were dropped.
    /// - Throws: `badArgument` for an actor that cannot be; what the file says, when the first of them may be dropped
    ///   already.
    public func dropDeadLetters(_ ids: [Int64], actor: String?) throws(QueueError) -> Int {
        var dropped = 0
        var start = 0
        while start < ids.count {
            let end = min(start + Limits.deadLettersDropped, ids.count)
            let some = Array(ids[start..<end])
            dropped += try perform { writer throws(QueueError) in try writer.dropDeadLetters(some, actor: actor) }
            start = end
        }
        return dropped
    }
}
