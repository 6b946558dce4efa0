import Registers
import Testing

@Suite struct `Illegal ranges` {
    private func ranges(_ inserted: Range<Int>...) -> IllegalRanges {
        var ranges = IllegalRanges()
        for range in inserted { ranges.insert(range, of: .holding) }
        return ranges
    }

    @Test func `are empty at first, and by empty ranges`() {
        #expect(IllegalRanges().isEmpty)
        #expect(ranges(3..<3).isEmpty)
        #expect(ranges(3..<3) == IllegalRanges())
        #expect(IllegalRanges().description == "")
        #expect(!ranges(3..<4).isEmpty)
    }

    @Test func `overlap what shares an address of the same kind`() {
        let ranges = ranges(10..<13)
        #expect(!ranges.overlap(8..<10, of: .holding))
        #expect(ranges.overlap(8..<11, of: .holding))
        #expect(ranges.overlap(12..<13, of: .holding))
        #expect(ranges.overlap(0..<65_536, of: .holding))
        #expect(!ranges.overlap(13..<20, of: .holding))
        #expect(!ranges.overlap(10..<13, of: .input))
        #expect(!ranges.overlap(11..<11, of: .holding))
    }

    @Test func `become one where they touch, whatever the order`() {
        let expected = [1..<3, 5..<12]
        #expect(ranges(5..<7, 9..<12, 1..<3, 7..<9).ranges(of: .holding) == expected)
        #expect(ranges(1..<3, 6..<12, 5..<7) == ranges(5..<12, 1..<3))
        #expect(ranges(1..<2, 2..<3, 8..<9, 5..<12).ranges(of: .holding) == expected)
        #expect(ranges(5..<7, 1..<3).ranges(of: .holding) == [1..<3, 5..<7])
        #expect(ranges(1..<3).ranges(of: .coil) == [])
    }

    @Test func `are told by kind and address`() {
        var ranges = ranges(20..<21, 10..<13)
        ranges.insert(3..<4, of: .input)
        ranges.insert(0..<2, of: .coil)
        #expect(ranges.description == "holding 10-12, holding 20, input 3, coil 0-1")
    }

    @Test func `agree with a set of addresses`() {
        var draws = Draws()
        for _ in 0..<Draws.count(300, proving: 20_000) {
            var ranges = IllegalRanges()
            var model: Set<Int> = []
            for _ in 0..<8 {
                let start = Int.random(in: 0..<40, using: &draws)
                let range = start..<(start + Int.random(in: 0..<6, using: &draws))
                ranges.insert(range, of: .discrete)
                model.formUnion(range)
            }
            let asked = Int.random(in: 0..<40, using: &draws)
            let span = asked..<(asked + Int.random(in: 0..<4, using: &draws))
            let kept = ranges.ranges(of: .discrete)
            let isRight =
                Set(kept.flatMap { Array($0) }) == model
                && zip(kept, kept.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
                && ranges.overlap(span, of: .discrete) == !model.isDisjoint(with: span)
            if !isRight { Issue.record("\(kept) of \(model.sorted()), asked \(span), seed \(draws.seed)") }
        }
    }
}
