import Modbus
import Readings
import Registers

extension DevicePoller {
    /// What came of the request that `step` wanted.
    ///
    /// - Parameters:
    ///   - observed: the middle of the request.
    ///   - took: nanoseconds from the request to its answer.
    mutating func note(
        _ answer: ModbusAnswer, words: [UInt16], observed: Timestamp, took: Int64
    ) -> PollProgress {
        guard var poll, let asked = poll.asked, let place = poll.place else { return .over }
        defer { self.poll = poll }
        noteSent(answer, &poll)
        switch answer {
        case .data:
            noteLife(took, observed, &poll)
            return noteData(words, asked: asked, at: place, observed: observed, &poll)
        case .exception(let code):
            // A gateway speaks for a device that is silent.
            let isDevice = code != 10 && code != 11
            if isDevice { noteLife(took, observed, &poll) }
            count(.exception(code), &poll)
            guard isDevice else { return tryAgain(&poll, at: place, isSilence: true) }
            plan.noteVoice(at: place)
            return noteException(code, asked: asked, at: place, &poll)
        case .failed(let failure):
            count(.failed(failure), &poll)
            if case .doubtfulException(let code) = failure, Self.isRefusal(code) { avoidBeside(asked, at: place) }
            return tryAgain(&poll, at: place, isSilence: failure == .noAnswer)
        }
    }

    private mutating func noteSent(_ answer: ModbusAnswer, _ poll: inout DevicePoll) {
        defer { poll.isRetry = false }
        if case .failed(let failure) = answer {
            switch failure {
            case .ambiguous, .channel: return
            default: poll.hasSilence = true
            }
        }
        poll.hasSent = true
        report.requests += 1
        if poll.isRetry { report.retries += 1 }
    }

    private mutating func noteLife(_ took: Int64, _ observed: Timestamp, _ poll: inout DevicePoll) {
        if poll.isProbe {
            poll.isProbe = false
            poll.retries = retries
            poll.triesLeft = retries
        }
        poll.hasAnswer = true
        poll.silentInARow = 0
        report.answers += 1
        report.latencyNanoseconds += took
        report.lastAnswer = observed
    }

    private mutating func noteData(
        _ words: [UInt16], asked: RegisterRequest, at place: Int, observed: Timestamp, _ poll: inout DevicePoll
    ) -> PollProgress {
        let members = plan.entries[place].planned.members
        let end = asked.addresses.upperBound
        while poll.needed < members.count {
            let register = members[poll.needed]
            guard definition.registers[register].addresses.upperBound <= end else { break }
            let content = definition.registers[register].content(of: words, from: asked.address)
            if readings.note(content, of: register, at: observed) { poll.read += 1 }
            poll.needed += 1
        }
        poll.triesLeft = poll.retries
        guard poll.needed == members.count else { return .goOn }
        plan.noteAnswer(at: place)
        plan.noteVoice(at: place)
        return leave(place, &poll)
    }

    private mutating func noteException(
        _ code: UInt8, asked: RegisterRequest, at place: Int, _ poll: inout DevicePoll
    ) -> PollProgress {
        let planned = plan.entries[place].planned
        if isBeside(asked, planned), Self.isRefusal(code) {
            // It costs no timeout and no try, and is not asked again.
            avoidBeside(asked, at: place)
            return .yield
        }
        switch code {
        case 2:
            let start = Int(asked.address) - Int(planned.request.address)
            if asked == planned.request {
                plan.noteRefusal(at: place)
            } else if start == 0, definition.cuts(of: planned).contains(Int(asked.count)) {
                plan.noteRefusal(at: place, of: Int(asked.count))
            } else {
                return tryAgain(&poll, at: place, isSilence: false)
            }
            return turnToNext(&poll) == .over ? .over : .yield
        // Acknowledge, busy: it will have it later.
        case 5, 6:
            if poll.triesLeft > 0 {
                poll.triesLeft -= 1
                poll.isRetry = true
                return .yield
            }
        default: break
        }
        return leave(place, &poll)
    }

    private mutating func tryAgain(_ poll: inout DevicePoll, at place: Int, isSilence: Bool) -> PollProgress {
        poll.triesLeft -= 1
        if poll.triesLeft >= 0 {
            poll.isRetry = true
            return .yield
        }
        let wasSilentForGood = plan.entries[place].silences >= Self.silencesMax
        plan.noteSilence(at: place, in: poll.number)
        if isSilence { poll.silentInARow += 1 }
        guard isAlive(poll), !poll.isProbe, !wasSilentForGood, poll.silentInARow < Self.silentInARowMax else {
            poll.isOver = true
            return .over
        }
        return turnToNext(&poll) == .over ? .over : .yield
    }

    /// The request at `place` has had its turn.
    private mutating func leave(_ place: Int, _ poll: inout DevicePoll) -> PollProgress {
        plan.noteTurn(at: place, in: poll.number)
        return turnToNext(&poll)
    }

    private func turnToNext(_ poll: inout DevicePoll) -> PollProgress {
        poll.place = nil
        guard let next = plan.next(in: poll.number) else {
            poll.isOver = true
            return .over
        }
        // Its timeout can wait until the other devices have been asked.
        return plan.entries[next].silences > 0 && !isHurried ? .yield : .goOn
    }

    /// The exception speaks of what was asked for, not of how the device is.
    private static func isRefusal(_ code: UInt8) -> Bool {
        switch code {
        case 5, 6, 10, 11: false
        default: true
        }
    }

    /// More was asked for than is planned.
    private func isBeside(_ asked: RegisterRequest, _ planned: PlannedRequest) -> Bool {
        let known = planned.request.addresses
        return asked.addresses.lowerBound < known.lowerBound || asked.addresses.upperBound > known.upperBound
    }

    /// The device refused addresses beside the planned ones: they are left alone, and nothing is learnt of the planned.
    private mutating func avoidBeside(_ asked: RegisterRequest, at place: Int) {
        let known = plan.entries[place].planned.request.addresses
        let kind = asked.kind
        if asked.addresses.lowerBound < known.lowerBound {
            refusedBeside.insert(asked.addresses.lowerBound..<known.lowerBound, of: kind)
        }
        if asked.addresses.upperBound > known.upperBound {
            refusedBeside.insert(known.upperBound..<asked.addresses.upperBound, of: kind)
        }
    }
}
