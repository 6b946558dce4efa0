import Readings

/// Gives readings their own time when their poll began too late for that of its slot.
///
/// A commit, a connection that is slow to open or other devices' silence can hold up a poll. What is read then is not
/// what was there at the slot.
struct LatePolls {
    /// A poll that begins so much later than its slot, or a tenth of its interval if that is more, is late.
    static let leastNanoseconds: Int64 = 1_000_000_000

    private let grids: [SlotGrid]
    private var moments: [Timestamp?]

    /// - Parameter grids: one for each device, in the order of the settings.
    init(grids: [SlotGrid]) {
        self.grids = grids
        moments = Array(repeating: nil, count: grids.count)
    }

    /// A device answered.
    ///
    /// - Parameters:
    ///   - lateness: from the slot to the sending of the poll's first request, nanoseconds.
    ///   - moment: the middle of the request.
    mutating func noteAnswer(of device: Int, lateness: Int64, at moment: Timestamp) {
        let limit = max(Self.leastNanoseconds, grids[device].everyMilliseconds * 100_000)
        guard lateness > limit, moments[device] == nil else { return }
        moments[device] = moment
    }

    /// The poll is over; its readings, those from `first` on, are moved when it was late.
    ///
    /// All to the middle of its first request with an answer. Records of silence keep the slot: that one was missed.
    mutating func settle(_ device: Int, in intake: inout Intake, from first: Int) {
        guard var moment = moments[device] else { return }
        moments[device] = nil
        let milliseconds = moment.millisecondsSince1970
        // A slot's own time is that of its own poll: two readings of one moment would be taken for one.
        if grids[device].last(atOrBefore: milliseconds * 1000) == milliseconds {
            moment = moment.advanced(byMilliseconds: -1)
        }
        for index in intake.readings.indices.dropFirst(first) where !intake.readings[index].isSilenceRecord {
            intake.readings[index].time = moment
        }
    }
}
