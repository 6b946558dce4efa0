import Modbus
import OwnThread
import Readings
import Registers

/// Writes how a bus stands where others read it: little by little, as polls are frequent and reports are long.
struct BusBoard {
    private let board: StatusBoard

    init(_ board: StatusBoard, bus: BusDefinition, devices: [DeviceReport]) {
        self.board = board
        board.update { status in
            var report = BusReport(address: bus.address.description)
            report.devices = devices
            status.bus = report
        }
    }

    func progress() { board.progress() }

    /// Nothing is expected to turn for a while.
    func pause() { board.pause() }

    /// Nothing is asked yet, so that no answer to an earlier process is taken for one to us.
    func showResting() {
        board.pause()
        board.enter(.connecting, detail: "lets pass what an earlier process may have asked")
    }

    /// A batch could not be made durable.
    func countHeld() { board.update { $0.batchesHeld += 1 } }

    /// Shows the state of the link, or that a batch is not durable, for the reason `refusal`.
    func show(_ link: BusLink, refusal: String?) {
        if let refusal {
            board.enter(.holding, detail: refusal)
            return
        }
        switch link.state {
        case .new: board.enter(.connecting)
        case .up: board.enter(.connected)
        // Not worth a change of state before it is seen that it cannot be opened again.
        case .lost: break
        case .down(let error): board.enter(error.reason == .refused ? .refused : .waiting, detail: error.description)
        }
    }

    /// A poll of the device at `place` is over.
    func publish(
        _ report: DeviceReport, at place: Int, _ counters: MasterCounters, elapsed: Int64, hasAnswer: Bool
    ) {
        board.update { status in
            status.bus?.devices[place] = report
            status.bus?.connects = counters.connects
            status.bus?.disconnects = counters.disconnects
            status.bus?.lateAnswers = counters.lateAnswers
            status.bus?.strayBytes = counters.strayBytes
            status.bus?.utilisation = elapsed > 0 ? min(1, Double(counters.busyNanoseconds) / Double(elapsed)) : 0
            status.reconnects = max(0, counters.connects - 1)
            status.bytes = counters.bytesReceived
            guard hasAnswer else { return }
            status.messages += 1
            status.lastMessage = report.lastAnswer
        }
    }
}
