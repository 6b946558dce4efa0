/// What a station in the field does wrong now and then.
public enum Misbehaviour: String, Sendable, CaseIterable {
    // Payloads of which nothing can be read; each is one dead letter.
    /// The modem gave up in the middle: the JSON ends early.
    case truncated
    /// Nothing at all in the message.
    case empty
    /// A name in a Latin code page instead of UTF-8.
    case notText
    /// Nested beyond every limit.
    case nested
    /// The payload names another station than its topic.
    case wrongStation
    /// The time has no zone.
    case zonelessTime

    // Payloads of which a part can be read.
    /// One value is an object; the other readings are good. One dead letter.
    case wrongType

    // What is kept, with a flag or a qualifier.
    /// `NaN`, as Python writes it.
    case notANumber
    /// 1e999, which no double holds.
    case overflow
    /// A device status that the regulation does not know.
    case unknownStatus
    /// Observed twenty minutes ago and sent now.
    case late
    /// The logger's clock is ten minutes ahead.
    case future

    // What was told before.
    /// The same message a second time.
    case duplicate
    /// A value of an earlier message again, with another number: a revision.
    case correction
}
