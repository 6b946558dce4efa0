import Readings
import Testing

@Suite struct `Glossary` {
    private static let page = Checkout.text("docs/glossary.md")

    @Test func `has each qualifier with its code`() {
        for (_, code) in Qualifiers.codes {
            #expect(Self.page.contains("`\(code)`"), "\(code)")
        }
    }

    @Test(arguments: QualityFlag.allCases)
    func `has each flag with its number`(flag: QualityFlag) {
        #expect(Self.page.contains("| `\(flag.rawValue)` |"))
    }

    @Test(arguments: Cause.allCases)
    func `has each cause of a revision`(cause: Cause) {
        #expect(Self.page.contains("`\(cause.rawValue)`"))
    }

    @Test func `gives the Vietnamese word beside the English one in each row`() {
        for row in Self.page.split(separator: "\n") where row.hasPrefix("|") && !row.hasPrefix("|--") {
            let cells = row.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
            if cells.contains(where: { $0.allSatisfy { $0 == " " } }) { Issue.record("an empty cell: \(row)") }
        }
    }
}

@Suite struct `Formats page` {
    private static let page = Checkout.text("docs/formats.md")

    @Test(arguments: Fault.Reason.allCases)
    func `has each reason of a fault`(reason: Fault.Reason) {
        #expect(Self.page.contains("`\(reason.rawValue)`"))
    }
}
