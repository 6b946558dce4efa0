import Registers

/// What registers could mean, for somebody who knows what the instrument shows at this moment.
struct ModbusGuessText {
    let kind: RegisterKind
    /// What was read, by address.
    let words: [Int: UInt16]
    /// Also what no instrument says.
    let showsAll: Bool

    /// Of 64 bits the order that does the same.
    private static let orders: [(short: ByteOrder, long: ByteOrder)] = [
        (.abcd, .abcdefgh), (.cdab, .ghefcdab), (.badc, .badcfehg), (.dcba, .hgfedcba),
    ]

    /// A row for each address and type, the byte orders side by side.
    func lines() -> [String] {
        var table = Table(">NUMBER", ">ADDRESS", "HEX", "TYPE", ">ABCD", ">CDAB", ">BADC", ">DCBA")
        for address in words.keys.sorted() {
            var place = [ModbusNumber.text(kind, address), "\(address)"]
            let own = run(from: address)
            if own.allSatisfy({ $0 == 0 }), !showsAll {
                table.add(row: place + [ModbusText.hexadecimal(0), "every type", "0", "", "", ""])
                continue
            }
            let guesses = guesses(own)
            var count = 0
            for type in RegisterType.allCases {
                let ofType = guesses.filter { $0.type == type }
                guard let first = ofType.first else { continue }
                let hexadecimal =
                    first.count == count ? "" : ModbusText.words(own.prefix(first.count), isBit: false)
                count = first.count
                let cells = Self.orders.map { order in
                    ofType.first { $0.order == order.short || $0.order == order.long }.map(Self.cell) ?? ""
                }
                table.add(row: place + [hexadecimal, type.rawValue] + cells)
                place = ["", ""]
            }
        }
        return table.lines
    }

    /// One object an address.
    func json(unit: UInt8) -> [String] {
        words.keys.sorted().map { address in
            let own = run(from: address)
            let readings = guesses(own).map { guess in
                var line = JSONLine()
                line.add("type", guess.type.rawValue)
                line.add("order", guess.order.rawValue)
                line.add("registers", guess.count)
                line.add("text", guess.text)
                line.add("plausible", guess.isPlausible)
                return line.finished
            }
            var line = JSONLine()
            line.add("kind", "guess")
            line.add("unit_id", Int(unit))
            line.add("table", kind.rawValue)
            line.add("number", ModbusNumber.text(kind, address))
            line.add("address", address)
            line.add("words", own.map(ModbusText.hexadecimal))
            line.raw("readings", "[" + readings.joined(separator: ",") + "]")
            return line.finished
        }
    }

    /// Four registers, or as many as stand there without a hole.
    private func run(from address: Int) -> [UInt16] {
        var run: [UInt16] = []
        while run.count < 4, let word = words[address + run.count] { run.append(word) }
        return run
    }

    private func guesses(_ words: [UInt16]) -> [RegisterGuess] {
        RegisterGuess.all(words: words).filter { showsAll || $0.isPlausible }
    }

    private static func cell(_ guess: RegisterGuess) -> String {
        guess.type == .string ? "\"\(guess.text)\"" : ModbusText.withoutFraction(guess.text)
    }
}
