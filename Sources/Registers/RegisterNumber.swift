/// The 1-based number of a register in people's manuals, whose first digit says the kind.
///
/// `1`-`9999` coils, `10001`-`19999` discrete inputs, `30001`-`39999` input registers, `40001`-`49999` holding
/// registers; with six digits `100001`-`165536`, `300001`-`365536` and `400001`-`465536`. The six digits of a coil
/// begin with 0 (`010000`-`065536`), which a number cannot say: a coil of address 9999 or above is written as text, or
/// by its address.
public struct RegisterNumber: Sendable, Hashable {
    public let kind: RegisterKind
    /// From 0, as it travels.
    public let address: UInt16

    public init(kind: RegisterKind, address: UInt16) {
        self.kind = kind
        self.address = address
    }

    /// Reads `40001` or `400001`; `nil` when no register has that number.
    public init?(_ number: Int) {
        let (kind, place): (RegisterKind, Int)
        switch number {
        case 1...9999: (kind, place) = (.coil, number)
        case 10_001...19_999: (kind, place) = (.discrete, number - 10_000)
        case 30_001...39_999: (kind, place) = (.input, number - 30_000)
        case 40_001...49_999: (kind, place) = (.holding, number - 40_000)
        case 100_001...165_536: (kind, place) = (.discrete, number - 100_000)
        case 300_001...365_536: (kind, place) = (.input, number - 300_000)
        case 400_001...465_536: (kind, place) = (.holding, number - 400_000)
        default: return nil
        }
        self.init(kind: kind, address: UInt16(place - 1))
    }

    /// Reads text of digits: as the number, and six digits that begin with 0 as a coil.
    public init?(text: String) {
        guard let number = HostName.decimal(text[...]) else { return nil }
        if text.utf8.count == 6, text.hasPrefix("0") {
            guard (1...65_536).contains(number) else { return nil }
            self.init(kind: .coil, address: UInt16(number - 1))
        } else {
            self.init(number)
        }
    }
}

extension RegisterNumber: CustomStringConvertible {
    /// Five digits where they reach (`40001`, `00001`), else six (`410000`, `010000`).
    public var description: String {
        let place = String(Int(address) + 1)
        let digits = place.utf8.count > 4 ? 5 : 4
        return leadingDigit + String(repeating: "0", count: digits - place.utf8.count) + place
    }

    private var leadingDigit: String {
        switch kind {
        case .coil: "0"
        case .discrete: "1"
        case .input: "3"
        case .holding: "4"
        }
    }
}

extension RegisterDefinition {
    /// `40001`, or `410000` where the short form ends: the 1-based number in people's manuals.
    ///
    /// Coils have their leading zero, `00001` and `010000`, so that the kind is always told.
    public var number: String { RegisterNumber(kind: kind, address: address).description }
}
