/// What became of a poll, for the log.
struct PollSummary: Equatable {
    /// Readings with what a register said, and records of silence.
    var readings = 0
    var read = 0
    /// The device fell silent with this poll, for this reason.
    var fellSilent: String?
    /// It answers again, after having been silent.
    var answersAgain = false
    var breakerOpened = false
    var breakerClosed = false
    /// The addresses it refuses, when there are new ones.
    var newlyRefused: String?
    /// It refuses every address there is.
    var refusesAll = false
}
