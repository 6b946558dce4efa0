/// Leaves a device alone that does not answer, so that the others do not wait for it.
///
/// Opens after some failed polls in a row, then lets one poll through after a pause that doubles each time, and closes
/// on the first that succeeds. Pauses are counted in slots of the device: probes are aligned to the clock like all
/// polls, and a jump of the clock neither shortens nor stretches a pause.
struct CircuitBreaker {
    private let failuresMax: Int
    private let firstPause: Int64
    private let lastPause: Int64
    private var failures = 0
    private var pause: Int64 = 0
    private var slotsLeft: Int64 = 0
    private(set) var isOpen = false

    /// - Parameter atLeastMilliseconds: a pause is not shorter: with an interval far below the timeout the first probes
    ///   would cost more than the pauses give.
    init(
        failures: Int, everyMilliseconds: Int64, maxPauseMilliseconds: Int64, atLeastMilliseconds: Int64 = 0
    ) {
        failuresMax = max(1, failures)
        lastPause = max(1, maxPauseMilliseconds / everyMilliseconds)
        let shortest = (atLeastMilliseconds + everyMilliseconds - 1) / everyMilliseconds
        firstPause = min(lastPause, max(1, shortest))
    }

    /// Whether the device is asked at a slot; `passed` counts the slots since the last one, this one included.
    mutating func admits(passed: Int64 = 1) -> Bool {
        guard isOpen else { return true }
        slotsLeft -= passed
        return slotsLeft <= 0
    }

    /// A poll brought nothing; returns whether that opened the breaker.
    mutating func noteFailure() -> Bool {
        if isOpen {
            pause = min(lastPause, pause * 2)
            slotsLeft = pause
            return false
        }
        failures += 1
        guard failures >= failuresMax else { return false }
        isOpen = true
        pause = firstPause
        slotsLeft = pause
        return true
    }

    /// A poll brought something; returns whether that closed the breaker.
    mutating func noteSuccess() -> Bool {
        defer { isOpen = false }
        failures = 0
        return isOpen
    }

    /// The way to the device is there again: it is probed at its next slot, whatever the pause was.
    mutating func probeSoon() {
        guard isOpen else { return }
        pause = firstPause
        slotsLeft = 1
    }
}
