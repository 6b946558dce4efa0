import Testing

@testable import quantrac

@Suite struct `Repeated events` {
    @Test func `are held back for the interval, and counted`() {
        let repetition = Repetition(intervalNanoseconds: 100)
        #expect(repetition.admit("a", at: 0) == 0)
        #expect(repetition.admit("a", at: 50) == nil)
        #expect(repetition.admit("a", at: 99) == nil)
        #expect(repetition.admit("b", at: 99) == 0)
        #expect(repetition.admit("a", at: 100) == 2)
        #expect(repetition.admit("a", at: 200) == 0)
    }

    @Test func `are all said when the interval is 0`() {
        let repetition = Repetition(intervalNanoseconds: 0)
        for _ in 0..<3 { #expect(repetition.admit("a", at: 0) == 0) }
    }

    @Test func `do not fill the memory`() {
        let repetition = Repetition(intervalNanoseconds: 1_000_000)
        for number in 0..<10_000 { _ = repetition.admit("event \(number)", at: 0) }
        #expect(repetition.admit("event 1", at: 1) == 0)
    }
}
