import Modbus
import Readings
import Registers

extension DevicePoller {
    /// Ends the poll: its readings and records of silence are added to `intake`, the batch of that number.
    ///
    /// - Parameter wall: microseconds since 1970.
    mutating func finish(at wall: Int64, into intake: inout Intake, batch: Int) -> PollSummary {
        guard let poll else { return PollSummary() }
        self.poll = nil
        var summary = PollSummary(read: poll.read)
        if poll.failure != .notDurable {
            summary.readings = readings.gather(
                poll, received: Timestamp(microsecondsSince1970: wall), into: &intake, batch: batch)
            if poll.isCutShort, !poll.isPaused {
                // Neither complete nor failed: the slot was not over.
                report.polls -= 1
            } else if !poll.isPaused {
                judge(poll, &summary)
            }
        }
        settle(&summary)
        enter(poll.isPaused ? .paused : state(after: poll), poll, at: wall, &summary)
        return summary
    }

    private mutating func settle(_ summary: inout PollSummary) {
        let refusedAll = plan.refusesAll
        guard plan.settle() else { return }
        summary.refusesAll = plan.refusesAll && !refusedAll
        let refused = plan.illegal.description
        if refused != report.illegalAddresses, !refused.isEmpty { summary.newlyRefused = refused }
        report.illegalAddresses = refused
    }

    private mutating func judge(_ poll: DevicePoll, _ summary: inout PollSummary) {
        isHurried = !poll.isOver && plan.next(in: poll.number) != nil
        let hadFailed = hasFailedLately
        if poll.hasSent {
            hasAnsweredLately = poll.hasAnswer
            hasFailedLately = poll.read == 0
        }
        if poll.read == definition.registers.count {
            summary.breakerClosed = breaker.noteSuccess()
            return
        }
        if poll.read > 0 {
            report.pollsPartial += 1
            summary.breakerClosed = breaker.noteSuccess()
            return
        }
        report.pollsFailed += 1
        guard isFailure(poll, hadFailed: hadFailed), breaker.noteFailure() else { return }
        summary.breakerOpened = true
        report.breakerOpens += 1
    }

    /// Whether a poll that brought nothing speaks against the device.
    private func isFailure(_ poll: DevicePoll, hadFailed: Bool) -> Bool {
        guard let failure = poll.failure else { return false }
        if poll.hasSilence { return true }
        // It was silent when it was asked last, and what may still come of that kept it from being asked: as good as
        // asked in vain, or a dead device with one register would never be left alone. A probe that could not be sent
        // is made up for at the next slot.
        if failure.isAmbiguous { return hadFailed && !breaker.isOpen }
        // Not the device's fault: it was not asked, and must be back at once when the bus is.
        return !failure.isConnection
    }

    private func state(after poll: DevicePoll) -> DeviceReport.State {
        if poll.read == definition.registers.count { return .answering }
        if poll.read > 0 { return .partial }
        return breaker.isOpen ? .paused : .silent
    }

    private mutating func enter(
        _ state: DeviceReport.State, _ poll: DevicePoll, at wall: Int64, _ summary: inout PollSummary
    ) {
        guard poll.failure != .notDurable, !poll.isCutShort else { return }
        let wasSilent = isSilent
        let before = report.state
        defer { report.state = state }
        let isSilent = state == .silent || state == .paused
        if isSilent, !wasSilent { summary.fellSilent = poll.failure?.text ?? "nothing to read" }
        if !isSilent, wasSilent { summary.answersAgain = true }
        if state != before { report.since = Timestamp(microsecondsSince1970: wall) }
        // While it is left alone, or not everything can be asked, the reason is that of the poll before.
        if poll.isPaused { return }
        if poll.failure?.isAmbiguous == true, state == before, report.detail != nil { return }
        report.detail = detail(of: poll)
    }

    private func detail(of poll: DevicePoll) -> String? {
        if poll.read == definition.registers.count { return nil }
        if let failure = poll.failure { return failure.text }
        return plan.illegal.isEmpty ? nil : "refuses \(plan.illegal)"
    }
}
