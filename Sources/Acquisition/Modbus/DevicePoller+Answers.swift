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
        guard var poll, let asked = poll.asked else { return .over }
        defer { self.poll = poll }
        report.requests += 1
        if poll.triesLeft < poll.retries, !poll.isProbe { report.retries += 1 }
        switch answer {
        case .data:
            noteLife(took, observed, &poll)
            return noteData(words, asked: asked, observed: observed, &poll)
        case .exception(let code):
            if code != 10, code != 11 { noteLife(took, observed, &poll) }
            count(.exception(code), &poll)
            return noteException(code, asked: asked, &poll)
        case .failed(let failure):
            count(.failed(failure), &poll)
            if case .doubtfulException(let code) = failure, code == 2 || code == 3 { avoidBeside(asked, poll) }
            return tryAgain(&poll)
        }
    }

    private mutating func noteLife(_ took: Int64, _ observed: Timestamp, _ poll: inout DevicePoll) {
        if poll.isProbe {
            poll.isProbe = false
            poll.triesLeft = poll.retries
        }
        report.answers += 1
        report.latencyNanoseconds += took
        report.lastAnswer = observed
    }

    private mutating func noteData(
        _ words: [UInt16], asked: RegisterRequest, observed: Timestamp, _ poll: inout DevicePoll
    ) -> PollProgress {
        let members = plan.entries[poll.place].planned.members
        let end = asked.addresses.upperBound
        while poll.needed < members.count {
            let place = members[poll.needed]
            guard definition.registers[place].addresses.upperBound <= end else { break }
            let content = definition.registers[place].content(of: words, from: asked.address)
            if readings.note(content, of: place, at: observed) { poll.read += 1 }
            poll.needed += 1
        }
        poll.triesLeft = poll.retries
        guard poll.needed == members.count else { return .goOn }
        plan.noteAnswer(at: poll.place)
        poll.goOn(to: poll.place + 1)
        return isOver(&poll) ? .over : .goOn
    }

    private mutating func noteException(
        _ code: UInt8, asked: RegisterRequest, _ poll: inout DevicePoll
    ) -> PollProgress {
        let planned = plan.entries[poll.place].planned
        switch code {
        case 2:
            let start = Int(asked.address) - Int(planned.request.address)
            if asked == planned.request {
                plan.noteRefusal(at: poll.place)
            } else if start == 0, definition.cuts(of: planned).contains(Int(asked.count)) {
                plan.noteRefusal(at: poll.place, of: Int(asked.count))
            } else {
                avoidBeside(asked, poll)
                return tryAgain(&poll)
            }
            poll.goOn(to: poll.place)
            return isOver(&poll) ? .over : .yield
        // Acknowledge, busy: it will have it later.
        case 5, 6:
            if poll.triesLeft > 0 {
                poll.triesLeft -= 1
                return .yield
            }
        // The gateway speaks for a device that is silent.
        case 10, 11:
            return tryAgain(&poll)
        default: break
        }
        poll.goOn(to: poll.place + 1)
        return isOver(&poll) ? .over : .goOn
    }

    private func isOver(_ poll: inout DevicePoll) -> Bool {
        if poll.place >= plan.entries.count { poll.isOver = true }
        return poll.isOver
    }

    private func tryAgain(_ poll: inout DevicePoll) -> PollProgress {
        poll.triesLeft -= 1
        if poll.triesLeft >= 0 { return .yield }
        poll.isOver = true
        return .over
    }

    /// The device refused addresses beside the planned ones: they are left alone, and nothing is learnt of the planned.
    private mutating func avoidBeside(_ asked: RegisterRequest, _ poll: DevicePoll) {
        let known = plan.entries[poll.place].planned.request.addresses
        let kind = asked.kind
        if asked.addresses.lowerBound < known.lowerBound {
            refusedBeside.insert(asked.addresses.lowerBound..<known.lowerBound, of: kind)
        }
        if asked.addresses.upperBound > known.upperBound {
            refusedBeside.insert(known.upperBound..<asked.addresses.upperBound, of: kind)
        }
    }
}
