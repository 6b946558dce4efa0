import Foundation
import TOMLKit
import Testing

@testable import Settings

@Suite struct `Key locator` {
    static let nasty = """
        # comment = "none"
        title = "a = 1 # not a comment" # comment
        'literal key' = 'C:\\path\\'
        "quoted \\"key\\" \\u00e9" = 1
        a.b.c = 1
        a . b . "d.e" = [1, [2, 3], { x = 1, y.z = "}" }]
        long = \"""
        [not.a.header]
        key = 1 \\
        escaped \\\""" and ""\"""
        literal = '''
        [[nor.this]]
        it's''''
        empty = {}
        none = []
        when = 1979-05-27 07:32:00Z
        "" = "an empty key"

        [table]  # header
        x = -1.5e3
        [table.inner."q.r"]
        s = [ # a comment ] in a list
          "one", # , ]
          '''two
        lines''',
        ]
        [[list]]
        name = "a"
          [list.sub]
          k = true
          [[list.items]]
          v = 1
          [[list.items]]
          v = 2
            [list.items.deep]
            w = 3
        [[list]]
        name = "b"
          [[list.items]]
          v = 3
        [ spaced . out ]
        inf = inf
        [[ spaced . lists ]]
        tiếng = 1
        """.replacing("tiếng", with: "\"tiếng\"")

    @Test(arguments: [nasty, nasty.replacing("\n", with: "\r\n"), ""])
    func `finds exactly the paths the parser finds`(text: String) throws {
        #expect(Set(KeyLocator(text).positions.keys) == paths(of: try TOMLTable(string: text), at: []))
    }

    @Test func `finds exactly the paths of the example`() throws {
        let text = try Project.text("deploy/quantrac.example.toml")
        #expect(Set(KeyLocator(text).positions.keys) == paths(of: try TOMLTable(string: text), at: []))
    }

    @Test func `gives line and column`() {
        let positions = KeyLocator(KeyLocatorTests.nasty).positions
        func at(_ path: PathStep...) -> [Int] { positions[path].map { [$0.line, $0.column] } ?? [] }
        #expect(at(.key("title")) == [2, 1])
        #expect(at(.key("quoted \"key\" é")) == [4, 1])
        #expect(at(.key("a")) == [5, 1])
        #expect(at(.key("a"), .key("b"), .key("c")) == [5, 5])
        #expect(at(.key("a"), .key("b"), .key("d.e"), .index(2), .key("y"), .key("z")) == [6, 40])
        #expect(at(.key("literal")) == [11, 1])
        #expect(at(.key("table")) == [19, 1])
        #expect(at(.key("table"), .key("inner"), .key("q.r"), .key("s"), .index(1)) == [24, 3])
        #expect(at(.key("list")) == [27, 1])
        #expect(at(.key("list"), .index(0), .key("items"), .index(1), .key("deep"), .key("w")) == [36, 5])
        #expect(at(.key("list"), .index(1), .key("name")) == [38, 1])
        #expect(at(.key("list"), .index(1), .key("items"), .index(0), .key("v")) == [40, 3])
    }

    @Test func `counts columns in characters`() {
        #expect(KeyLocator("a = { \"độ\" = 1, b = 2 }").positions[[.key("a"), .key("b")]]?.column == 17)
    }

    @Test(arguments: [
        "[", "[[", "a", "a = [", "a = {", "a = \"", "a = '''", "= = =", "]}", "a = {]", "a = [}", "\\", "\"\\u",
    ])
    func `ends on what is no TOML`(text: String) {
        #expect(KeyLocator(text).positions.count < 10)
    }

    /// Each of these would end the process in the parser's `assert`.
    @Test(arguments: [
        ("[.a]", 1, 2), ("[,]", 1, 2), ("[[\na]]", 1, 3), ("[ #", 1, 3), ("[é]", 1, 2), ("a = [}]", 1, 6),
        ("a = 1\nb = [0, }1]", 2, 9), ("a = 1979-05-27 0 ", 1, 18), ("a = [1979-05-27 0\n]", 1, 18),
        ("a = { b = [ = ] }", 1, 13),
    ])
    func `keeps from the parser what would end the process`(text: String, line: Int, column: Int) throws {
        #expect(KeyLocator(text).obstacle?.position == KeyLocator.Position(line: line, column: column))
        let found = try readFaults(text)
        #expect(found.map(\.kind) == [.syntax] && found.map(\.line) == [line + 1])
    }

    @Test(arguments: [
        "[a]", "[ 'a' ]", "[[ \"a\" ]]", "[-]", "a = [+1, -1, .5, inf, \"a\", 'b', [], {}, true]", "a = 1979-05-27",
        "a = 1979-05-27 07:32:00 # b", "a = 1979-05-27 # 0", "[]", "[[]]",
    ])
    func `keeps nothing else from the parser`(text: String) {
        #expect(KeyLocator(text).obstacle == nil)
    }

    @Test func `lets an earlier mistake come first`() throws {
        #expect(try readFaults("a = \n[.b]").map(\.line) == [2])
        #expect(try readFaults("a = 'x\n[.b]").map(\.line) == [2])
    }

    @Test func `agrees with the parser on whatever it takes`() throws {
        let seed = ProcessInfo.processInfo.environment["QUANTRAC_SEED"].flatMap { UInt64($0) } ?? 2026
        let rounds = ProcessInfo.processInfo.environment["QUANTRAC_SEED"] == nil ? 2000 : 50_000
        var random = SplitMix(state: seed)
        let alphabet = Array("ab.=\"'[]{},#\\\n\r\t 0u\u{e9}".utf8)
        let original = Array(KeyLocatorTests.nasty.utf8)
        var taken = 0
        for round in 0..<rounds {
            var bytes = original
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.remove(at: index)
                case 1: bytes[index] = alphabet.randomElement(using: &random) ?? 0x20
                default: bytes.insert(alphabet.randomElement(using: &random) ?? 0x20, at: index)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let locator = KeyLocator(text)
            guard locator.obstacle == nil, let table = try? TOMLTable(string: text) else { continue }
            taken += 1
            #expect(Set(locator.positions.keys) == paths(of: table, at: []), "seed \(seed), round \(round)")
        }
        #expect(taken > rounds / 20)
    }

    private typealias KeyLocatorTests = `Key locator`

    private func paths(of table: TOMLTable, at path: [PathStep]) -> Set<[PathStep]> {
        var found: Set<[PathStep]> = []
        for key in table.keys {
            if let value = table[key] { found.formUnion(paths(of: value, at: path + [.key(key)])) }
        }
        return found
    }

    private func paths(of value: any TOMLValueConvertible, at path: [PathStep]) -> Set<[PathStep]> {
        var found: Set<[PathStep]> = [path]
        if let table = value.table { found.formUnion(paths(of: table, at: path)) }
        if let array = value.array {
            var index = 0
            for element in array {
                found.formUnion(paths(of: element, at: path + [.index(index)]))
                index += 1
            }
        }
        return found
    }
}

/// A small generator whose numbers a seed repeats.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
