/// Decides which registers get a record of their silence.
///
/// With `edges` one when a register begins to be silent, with `each` one at every slot. One that answers is armed anew.
struct SilenceEdges {
    private let recordsEach: Bool
    private var isSilent: [Bool]

    init(registers: Int, records: Records) {
        isSilent = Array(repeating: false, count: registers)
        recordsEach = records == .each
    }

    enum Records { case edges, each }

    /// A slot that should have brought the register did not; returns whether that is to be recorded.
    mutating func noteSilence(of register: Int) -> Bool {
        defer { isSilent[register] = true }
        return recordsEach || !isSilent[register]
    }

    mutating func noteAnswer(of register: Int) {
        isSilent[register] = false
    }

    /// Every slot is recorded, also those at which nobody asks.
    var isAlwaysDue: Bool { recordsEach }
}
