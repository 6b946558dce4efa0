import Readings

extension ReadingQueue {
    /// Adds a consumer that starts at `definition.from`.
    ///
    /// - Throws: `consumerExists`, `badArgument` for a name or a filter that cannot be.
    public func addConsumer(_ definition: ConsumerDefinition) throws(QueueError) {
        try perform { writer throws(QueueError) in try writer.addConsumer(definition) }
    }

    /// Forgets a consumer, its open batch and its rejections.
    ///
    /// - Throws: `noSuchConsumer`, `configuredConsumer`.
    public func removeConsumer(_ name: String) throws(QueueError) {
        try perform { writer throws(QueueError) in try writer.removeConsumer(name) }
    }

    /// Moves a consumer. Batches handed out before are void; the numbers of batches go on.
    public func rewindConsumer(_ name: String, to position: StartPosition) throws(QueueError) {
        try perform { writer throws(QueueError) in try writer.rewindConsumer(name, to: position) }
    }

    /// Brings the consumers of the configuration into the queue: new ones start at their `from`, those that are there
    /// keep their place, and those that left the configuration become ordinary ones that are not required.
    public func configureConsumers(_ definitions: [ConsumerDefinition]) throws(QueueError) {
        try perform { writer throws(QueueError) in try writer.configureConsumers(definitions) }
    }

    /// Fixes the next batch of a consumer, durably, before a byte of it leaves.
    ///
    /// - Returns: The batch that is open already, if there is one, whatever is proposed.
    /// - Throws: `badArgument` when the consumer does not stand any more where the proposal was made from.
    public func fixBatch(consumer: String, _ proposal: BatchProposal) throws(QueueError) -> FixedBatch {
        try perform { writer throws(QueueError) in try writer.fixBatch(consumer, proposal) }
    }

    /// Acknowledges a batch, or its part up to `through`.
    ///
    /// - Parameter prefix: Count and digest of the part; needed when `through` lies before the batch's last sequence.
    /// - Throws: `noSuchBatch`, `unknownSequence`, `badArgument`, `noSuchConsumer`; nothing is acknowledged then.
    public func acknowledge(
        consumer: String, batch: String, through: Int64? = nil, prefix: PrefixDigest? = nil, rejected: [Rejection] = []
    ) throws(QueueError) -> Acknowledgement {
        try perform { writer throws(QueueError) in
            try writer.acknowledge(consumer, batch: batch, through: through, prefix: prefix, rejected: rejected)
        }
    }

    /// Moves a consumer past records that its filter leaves out.
    ///
    /// Does nothing while a batch is open, nor when the consumer does not stand at `cursor` any more or has another
    /// filter than the one that was looked with; `nil` for one that lets everything through.
    public func advance(
        consumer: String, from cursor: Int64, filter: ReadingFilter?, past scanned: Int64
    ) throws(QueueError) {
        try perform { writer throws(QueueError) in
            try writer.advance(consumer, from: cursor, filter: filter, past: scanned)
        }
    }

    /// The subscriptions that the broker of a source has granted, as the queue file remembers them.
    public func granted(source: String) throws(QueueError) -> [String] {
        try perform { writer throws(QueueError) in try writer.granted(source: source) }
    }

    public func setGranted(source: String, filters: [String]) throws(QueueError) {
        try perform { writer throws(QueueError) in try writer.setGranted(source: source, filters: filters) }
    }
}
