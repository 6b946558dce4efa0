import Registers
import Testing

@Suite struct `Register guess` {
    private func text(_ words: [UInt16], _ type: RegisterType, _ order: ByteOrder) -> String? {
        RegisterGuess.all(words: words).first { $0.type == type && $0.order == order }?.text
    }

    private func isPlausible(_ words: [UInt16], _ type: RegisterType, _ order: ByteOrder) -> Bool? {
        RegisterGuess.all(words: words).first { $0.type == type && $0.order == order }?.isPlausible
    }

    @Test(arguments: [(0, 0), (1, 8), (2, 24), (3, 24), (4, 36), (10, 36)])
    func `is every type and order that fits`(count: Int, expected: Int) {
        let guesses = RegisterGuess.all(words: Array(repeating: 0x3132, count: count))
        #expect(guesses.count == expected)
        #expect(Set(guesses.map { "\($0.type) \($0.order)" }).count == expected)
        for guess in guesses {
            var register = RegisterDefinition(guess.type, order: guess.order)
            if guess.type == .string { register.width = count }
            #expect(guess.count == register.count)
            #expect(register.faults == [])
        }
    }

    @Test func `says what each would be`() {
        let words: [UInt16] = [0xcccd, 0x420c]
        #expect(text(words, .float32, .cdab) == "35.2")
        #expect(text(words, .uint32, .abcd) == "3436003852")
        #expect(text(words, .int16, .abcd) == "-13107")
        #expect(text(words, .uint16, .badc) == "52684")
        #expect(text(words, .bcd16, .abcd) == "0xCCCD")
        #expect(text([0x4f4b, 0x3100], .string, .abcd) == "OK1")
        #expect(text([0x4b4f, 0x0031], .string, .badc) == "OK1")
        #expect(text([0x7fc0, 0], .float32, .abcd) == "NaN")
        #expect(text([0, 0, 0, 7], .uint64, .abcdefgh) == "7")
        #expect(text([7, 0, 0, 0], .uint64, .ghefcdab) == "7")
    }

    @Test func `is plausible when an instrument may say it`() {
        #expect(isPlausible([0xcccd, 0x420c], .float32, .cdab) == true)
        #expect(isPlausible([0, 0], .float32, .abcd) == true)
        #expect(isPlausible([0x7fc0, 0], .float32, .abcd) == false)
        #expect(isPlausible([0x7f80, 0], .float32, .abcd) == false)
        // 1e9 and the next float; 1e-6 and what is a little less.
        #expect(isPlausible([0x4e6e, 0x6b28], .float32, .abcd) == true)
        #expect(isPlausible([0x4e6e, 0x6b29], .float32, .abcd) == false)
        #expect(isPlausible([0xb586, 0x37be], .float32, .abcd) == true)
        #expect(isPlausible([0xb586, 0x37bc], .float32, .abcd) == false)
        #expect(isPlausible([0x3b9a, 0xca00], .uint32, .abcd) == true)
        #expect(isPlausible([0x3b9a, 0xca01], .uint32, .abcd) == false)
        #expect(isPlausible([0x1234], .bcd16, .abcd) == true)
        #expect(isPlausible([0x12a4], .bcd16, .abcd) == false)
        #expect(isPlausible([0x4f4b], .string, .abcd) == true)
        #expect(isPlausible([0x4f01], .string, .abcd) == false)
        #expect(isPlausible([0], .string, .abcd) == false)
    }

    @Test func `takes no more words than an answer has`() {
        let guesses = RegisterGuess.all(words: Array(repeating: 0x4141, count: 200))
        #expect(guesses.last?.type == .string)
        #expect(guesses.last?.count == 125)
    }
}
