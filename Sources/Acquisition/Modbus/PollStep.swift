import Registers

/// What a poll wants next.
enum PollStep: Equatable {
    case ask(RegisterRequest)
    case over
}

/// How a poll goes on after an answer.
enum PollProgress: Equatable {
    case goOn
    /// It goes on, but others that are due come first: the device costs more than it should.
    case yield
    case over
}
