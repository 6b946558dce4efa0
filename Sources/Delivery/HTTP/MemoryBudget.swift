import Synchronization

/// Bounds the memory that answers on their way take together; who asks for more waits, in the order of asking.
final class MemoryBudget: Sendable {
    private let total: Int
    private let state: Mutex<State>

    private struct State {
        var free: Int
        var waiting: [(bytes: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    init(bytes: Int) {
        total = bytes
        state = Mutex(State(free: bytes))
    }

    /// Waits until there is room; the room is given back when the returned hold is released.
    func hold(_ bytes: Int) async -> MemoryHold {
        let bytes = min(bytes, total)
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.waiting.isEmpty && state.free >= bytes else {
                    state.waiting.append((bytes, continuation))
                    return false
                }
                state.free -= bytes
                return true
            }
            if isFree { continuation.resume() }
        }
        return MemoryHold(budget: self, bytes: bytes)
    }

    fileprivate func giveBack(_ bytes: Int) {
        let ready = state.withLock { state in
            state.free += bytes
            var ready: [CheckedContinuation<Void, Never>] = []
            while let next = state.waiting.first, next.bytes <= state.free {
                state.free -= next.bytes
                ready.append(next.continuation)
                state.waiting.removeFirst()
            }
            return ready
        }
        for continuation in ready { continuation.resume() }
    }
}

/// Room in a `MemoryBudget`, given back when nobody keeps this any more: also when the answer it belongs to is dropped
/// because its client has gone.
final class MemoryHold: Sendable {
    private let budget: MemoryBudget
    private let bytes: Mutex<Int>

    fileprivate init(budget: MemoryBudget, bytes: Int) {
        self.budget = budget
        self.bytes = Mutex(bytes)
    }

    deinit {
        budget.giveBack(bytes.withLock { $0 })
    }

    /// Keeps no more than is needed.
    func shrink(to needed: Int) {
        let excess = bytes.withLock { bytes in
            let excess = max(0, bytes - needed)
            bytes -= excess
            return excess
        }
        if excess > 0 { budget.giveBack(excess) }
    }
}
