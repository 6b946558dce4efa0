/// One way to read registers whose meaning nobody knows.
public struct RegisterGuess: Sendable, Hashable {
    public let type: RegisterType
    public let order: ByteOrder
    /// How many registers it takes, from the first.
    public let count: Int
    public let text: String
    /// An instrument may well say that: zero, a magnitude of 1e-6 … 1e9, digits that are BCD, text that can be printed.
    public let isPlausible: Bool

    /// Every type and order that fits one, two or four leading registers, and all of them as a string.
    ///
    /// By type, as `RegisterType` has them, then by order. Of the words at most 125, as in one answer.
    public static func all(words: [UInt16]) -> [RegisterGuess] {
        let words = Array(words.prefix(125))
        guard !words.isEmpty else { return [] }
        return RegisterType.allCases.flatMap { type in
            orders(of: type).compactMap { order in
                var register = RegisterDefinition(name: "", parameter: nil, kind: .holding, address: 0, type: type)
                register.order = order
                if type == .string { register.width = words.count }
                return register.count <= words.count ? RegisterGuess(register, order, words) : nil
            }
        }
    }

    private init(_ register: RegisterDefinition, _ order: ByteOrder, _ words: [UInt16]) {
        let content = register.content(of: words, from: 0)
        type = register.type
        self.order = order
        count = register.count
        text = register.type.text(of: content.raw)
        if register.type == .string {
            isPlausible = !text.isEmpty && !text.contains("\\")
        } else if let value = content.value {
            isPlausible = value == 0 || (1e-6...1e9).contains(abs(value))
        } else {
            isPlausible = false
        }
    }

    private static func orders(of type: RegisterType) -> [ByteOrder] {
        switch type {
        case .bool, .bit, .bits: []
        case .uint16, .int16, .bcd16, .string: [.abcd, .badc]
        case .uint32, .int32, .float32, .bcd32: [.abcd, .cdab, .badc, .dcba]
        case .uint64, .int64, .float64: [.abcdefgh, .ghefcdab, .badcfehg, .hgfedcba]
        }
    }
}
