/// Which topic filters to ask for and to give back, and what became of it.
///
/// Asking again for a granted filter would bring all its retained messages again, so only the difference travels.
struct SubscriptionPlan {
    /// What the broker holds, as far as it told us.
    private(set) var granted: [String]
    /// Filters that the broker refused, with its code.
    private(set) var refused: [String: UInt8] = [:]
    private let wanted: [String]
    private var asked: [Int32: String] = [:]
    private var returned: [Int32: String] = [:]

    /// `remembered` is what was granted before; it counts only while the broker still has the session.
    init(wanted: [String], remembered: [String], hasSession: Bool) {
        var seen: Set<String> = []
        self.wanted = wanted.filter { seen.insert($0).inserted }
        granted = hasSession ? remembered : []
    }

    /// Filters to ask for now.
    var toSubscribe: [String] {
        wanted.filter { !granted.contains($0) && !asked.values.contains($0) }
    }

    /// Filters to give back now.
    var toUnsubscribe: [String] {
        granted.filter { !wanted.contains($0) && !returned.values.contains($0) }
    }

    /// Whether every filter is granted and none too many.
    var isComplete: Bool { granted.count == wanted.count && granted.allSatisfy(wanted.contains) }

    /// What was refused, in the order of the settings.
    var refusedFilters: [(filter: String, code: UInt8)] {
        wanted.compactMap { filter in refused[filter].map { (filter, $0) } }
    }

    mutating func noteSubscribe(_ filter: String, request: Int32) {
        asked[request] = filter
    }

    mutating func noteUnsubscribe(_ filter: String, request: Int32) {
        returned[request] = filter
    }

    /// What an answer changed.
    enum Change: Equatable {
        case granted(String)
        case refused(String, code: UInt8)
        case returned(String)
    }

    /// The broker answered a request to subscribe; `nil` when it was none of ours.
    mutating func noteAnswer(request: Int32, code: UInt8) -> Change? {
        guard let filter = asked.removeValue(forKey: request) else { return nil }
        // 0 grants "at most once": whatever is lost on the way would be lost unseen, which is a refusal of what we ask.
        guard code == 1 || code == 2 else {
            refused[filter] = code
            return .refused(filter, code: code)
        }
        refused[filter] = nil
        granted.append(filter)
        return .granted(filter)
    }

    /// The broker answered a request to unsubscribe; `nil` when it was none of ours.
    mutating func noteReturn(request: Int32) -> Change? {
        guard let filter = returned.removeValue(forKey: request) else { return nil }
        granted.removeAll { $0 == filter }
        return .returned(filter)
    }
}
