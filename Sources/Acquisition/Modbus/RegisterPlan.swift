import Registers

/// The requests of a device, and what its refusals have taught.
///
/// A request that the device refuses with exception 2 is cut in two between values until what it refuses stands alone.
/// That is remembered until the next start and never asked again. Where both halves are answered although the whole was
/// refused (a gap, or a device that gives less at a time than its settings say), the cut stays.
struct RegisterPlan {
    /// A request, and the registers it is asked for.
    struct Entry: Equatable {
        var planned: PlannedRequest
        /// The cut it comes from, while it is not known whether the device refuses it.
        fileprivate var split: Int?
        /// Polls in a row that had it asked in vain: nothing came, or nothing that could be used.
        fileprivate(set) var silences = 0
        /// The poll in which it had its turn last.
        fileprivate var turn = 0
    }

    private struct Split {
        let kind: RegisterKind
        let address: Int
        var answered = 0
    }

    private struct Cut: Hashable {
        let kind: RegisterKind
        let address: Int
    }

    private let device: DeviceDefinition
    private(set) var entries: [Entry] = []
    private(set) var illegal = IllegalRanges()
    /// It refused every register: that teaches nothing, as a device that is starting may do so; all are asked again.
    private(set) var refusesAll = false
    private var cuts: Set<Cut> = []
    private var splits: [Split] = []
    private var hasLearned = false

    init(of device: DeviceDefinition) {
        self.device = device
        rebuild()
    }

    /// What is refused is not known in full yet.
    var isSearching: Bool { entries.contains { $0.split != nil } }

    /// The request whose turn is next in the poll of that number; `nil`: all have had theirs.
    ///
    /// Those that were silent the last time come behind the others, of them first the one that has waited longest.
    func next(in poll: Int) -> Int? {
        var late: Int?
        for index in entries.indices where entries[index].turn != poll {
            if entries[index].silences == 0 { return index }
            if let other = late, entries[other].turn <= entries[index].turn { continue }
            late = index
        }
        return late
    }

    /// The request at `place` has had its turn in the poll of that number.
    mutating func noteTurn(at place: Int, in poll: Int) {
        entries[place].turn = poll
    }

    /// The request at `place` was asked in vain in the poll of that number.
    mutating func noteSilence(at place: Int, in poll: Int) {
        entries[place].turn = poll
        entries[place].silences += 1
    }

    /// The device has said something to the request at `place`.
    mutating func noteVoice(at place: Int) {
        entries[place].silences = 0
    }

    /// The device has answered the request at `place`, in one piece or in several.
    mutating func noteAnswer(at place: Int) {
        refusesAll = false
        guard let split = entries[place].split else { return }
        entries[place].split = nil
        splits[split].answered += 1
        if splits[split].answered == 2 { cuts.insert(Cut(kind: splits[split].kind, address: splits[split].address)) }
    }

    /// The device has refused the whole request at `place`: two shorter ones stand there now, or none when it cannot be
    /// cut.
    mutating func noteRefusal(at place: Int) {
        let planned = entries[place].planned
        let possible = device.cuts(of: planned)
        hasLearned = true
        guard !possible.isEmpty else {
            illegal.insert(planned.request.addresses, of: planned.request.kind)
            entries.remove(at: place)
            return
        }
        cut(place, at: possible[possible.count / 2])
    }

    /// The device has refused the first `count` registers of the request at `place`, which are asked for alone now.
    mutating func noteRefusal(at place: Int, of count: Int) {
        cut(place, at: count)
        noteRefusal(at: place)
    }

    /// To be called between polls: when nothing more is in doubt, the fewest requests are planned anew; returns whether
    /// so.
    mutating func settle() -> Bool {
        guard hasLearned, !isSearching else { return false }
        if device.plan(avoiding: illegal).isEmpty {
            illegal = IllegalRanges()
            refusesAll = true
        }
        rebuild()
        return true
    }

    private mutating func cut(_ place: Int, at count: Int) {
        let planned = entries[place].planned
        let (first, second) = device.pieces(of: planned, cutAt: count)
        let address = Int(second.request.address)
        splits.append(Split(kind: planned.request.kind, address: address))
        let split = splits.count - 1
        entries[place] = Entry(planned: first, split: split)
        entries.insert(Entry(planned: second, split: split), at: place + 1)
    }

    private mutating func rebuild() {
        splits = []
        hasLearned = false
        entries = device.plan(avoiding: illegal).flatMap { cutAgain($0) }.map { Entry(planned: $0, split: nil) }
    }

    private func cutAgain(_ planned: PlannedRequest) -> [PlannedRequest] {
        guard !cuts.isEmpty else { return [planned] }
        var result: [PlannedRequest] = []
        var rest = planned
        for count in device.cuts(of: planned) {
            // A cut stands where the second piece begins; `count` is where the first one ends.
            let end = Int(planned.request.address) + count
            guard end > Int(rest.request.address) else { continue }
            let (first, second) = device.pieces(of: rest, cutAt: end - Int(rest.request.address))
            guard cuts.contains(Cut(kind: planned.request.kind, address: Int(second.request.address))) else { continue }
            result.append(first)
            rest = second
        }
        return result + [rest]
    }
}
