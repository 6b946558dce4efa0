import Testing

@testable import Acquisition

@Suite struct `Circuit breaker` {
    /// Which of the next slots are asked, when every poll fails.
    private func asked(_ breaker: inout CircuitBreaker, slots: Int) -> [Int] {
        (1...slots).filter { _ in
            guard breaker.admits() else { return false }
            _ = breaker.noteFailure()
            return true
        }
    }

    @Test func `opens after so many failures, and probes at growing intervals up to a limit`() {
        var breaker = CircuitBreaker(failures: 3, everyMilliseconds: 10_000, maxPauseMilliseconds: 160_000)
        #expect(asked(&breaker, slots: 60) == [1, 2, 3, 4, 6, 10, 18, 34, 50])
    }

    @Test(arguments: [(1, true), (2, true), (3, false)])
    func `a success in between begins the count anew`(failures: Int, isClosed: Bool) {
        var breaker = CircuitBreaker(failures: 3, everyMilliseconds: 1000, maxPauseMilliseconds: 10_000)
        for _ in 0..<failures { _ = breaker.noteFailure() }
        #expect(breaker.isOpen == !isClosed)
        let wasClosed = breaker.noteSuccess()
        #expect(wasClosed == !isClosed)
        #expect(!breaker.isOpen)
        _ = breaker.noteFailure()
        _ = breaker.noteFailure()
        #expect(!breaker.isOpen)
    }

    @Test func `says when it opens and when it closes, once`() {
        var breaker = CircuitBreaker(failures: 1, everyMilliseconds: 1000, maxPauseMilliseconds: 10_000)
        let opened = (0..<3).map { _ in breaker.noteFailure() }
        #expect(opened == [true, false, false])
        let closed = (0..<3).map { _ in breaker.noteSuccess() }
        #expect(closed == [true, false, false])
    }

    @Test func `after a success the pauses begin anew`() {
        var breaker = CircuitBreaker(failures: 1, everyMilliseconds: 1000, maxPauseMilliseconds: 100_000)
        _ = asked(&breaker, slots: 40)
        _ = breaker.noteSuccess()
        #expect(asked(&breaker, slots: 8) == [1, 2, 4, 8])
    }

    @Test func `slots that passed while the bus was busy count`() {
        var breaker = CircuitBreaker(failures: 1, everyMilliseconds: 1000, maxPauseMilliseconds: 100_000)
        _ = asked(&breaker, slots: 8)
        let admitted = [breaker.admits(passed: 3), breaker.admits(passed: 5)]
        #expect(admitted == [false, true])
    }

    @Test func `a pause is as long as the timeout at least`() {
        var breaker = CircuitBreaker(
            failures: 1, everyMilliseconds: 10, maxPauseMilliseconds: 600_000, atLeastMilliseconds: 1000)
        #expect(asked(&breaker, slots: 350) == [1, 101, 301])
    }

    @Test func `is probed at the next slot when the bus comes back`() {
        var breaker = CircuitBreaker(failures: 1, everyMilliseconds: 1000, maxPauseMilliseconds: 100_000)
        _ = asked(&breaker, slots: 40)
        breaker.probeSoon()
        #expect(asked(&breaker, slots: 8) == [1, 3, 7])
    }

    @Test func `a limit below the interval means every slot`() {
        var breaker = CircuitBreaker(failures: 2, everyMilliseconds: 60_000, maxPauseMilliseconds: 1000)
        #expect(asked(&breaker, slots: 5) == [1, 2, 3, 4, 5])
    }
}
