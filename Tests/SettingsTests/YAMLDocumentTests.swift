import Foundation
import Testing

@testable import Settings

@Suite struct `YAML and JSON` {
    /// What a plain scalar means, in the notation of `Value.toml`.
    @Test(arguments: [
        ("5", "5"), ("+5", "5"), ("-0", "0"), ("010", "10"), ("0o10", "8"), ("0x1F", "31"), ("1e3", "1000.0"),
        ("1E-3", "0.001"), (".5", "0.5"), ("5.", "5.0"), ("-1.5e+2", "-150.0"), (".inf", "inf"), ("-.INF", "-inf"),
        ("Infinity", "inf"), ("-Infinity", "-inf"), (".NaN", "nan"), ("NaN", "nan"), ("1e999", "inf"),
        ("9223372036854775807", "9223372036854775807"), ("9223372036854775808", "9.223372036854776e+18"),
        ("true", "true"), ("FALSE", "false"), ("~", "null"), ("Null", "null"), ("", "null"),
        ("yes", "\"yes\""), ("off", "\"off\""), ("1:30", "\"1:30\""), ("1_000", "\"1_000\""), ("0b11", "\"0b11\""),
        ("0o8", "\"0o8\""), ("1e", "\"1e\""), (".", "\".\""), ("+", "\"+\""), ("e5", "\"e5\""), ("nan", "\"nan\""),
        ("inf", "\"inf\""), ("0x1.8p3", "\"0x1.8p3\""), ("2021-01-01", "\"2021-01-01\""), ("'5'", "\"5\""),
        ("\"~\"", "\"~\""), ("!!str 5", "\"5\""), ("tRue", "\"tRue\""),
    ])
    func `resolve plain scalars by the core schema and JSON`(text: String, expected: String) throws {
        #expect(try value("a: \(text)\n") == "{ a = \(expected) }")
        if !text.isEmpty { #expect(try value("[\(text)]") == "[\(expected)]") }
    }

    @Test(arguments: [
        "\t{\"a\":\t[1,\t2]\t}\t", "{\n\t\"a\"\t:\n\t[\n\t\t1\n\t,\t2 ]\n}\n\t\n", "{\"a\":[1,2]}", "{a: [1, 2]}",
        "a: [1, 2]",
        "a:\n- 1\n- 2", "a: # list\n  - 1\n  - 2\n", "%YAML 1.2\n---\na: [1, 2]\n...\n", "x: &x [1, 2]\na: *x\nx: ~",
        "\u{feff}a: [1, 2]", "a: [1, 2]\r\n", "\"a\": [1, 2]", "{\"\\u0061\": [1, 2]}",
    ])
    func `take what JSON and YAML allow`(text: String) throws {
        if text.contains("x: ~") {
            #expect(try faults(text) == ["rules.yaml:1: `x` stands twice in one table, expected it once"])
        } else {
            #expect(try value(text) == "{ a = [1, 2] }")
        }
    }

    @Test func `give each member the place of its name, and each element its own`() throws {
        let root = try read("a:\n  {\"b\": [1,\n   2]}\n")
        guard case .table(let top) = root.value, case .table(let inner) = top["a"]?.value,
            case .list(let list) = inner["b"]?.value
        else {
            Issue.record("\(root)")
            return
        }
        #expect(top["a"]?.place.line == 1 && top["a"]?.place.column == 1)
        #expect(inner["b"]?.place.line == 2 && inner["b"]?.place.column == 4)
        #expect(list.map(\.place.line) == [2, 3] && list.map(\.place.column) == [10, 4])
    }

    @Test func `merge tables, of which the own members win and then the first`() throws {
        let text = """
            one: &one {a: 1, b: 1}
            two: &two {<<: *one, b: 2, c: 2}
            all: {b: 3, <<: [{a: 0}, *two]}
            """
        #expect(try value(text).hasPrefix("{ all = { a = 0, b = 3, c = 2 }, one ="))
        #expect(try faults("a: {<<: 5}") == ["rules.yaml:1: is merged by `<<` and is no table, expected one"])
    }

    /// Files that would fill the memory or the stack.
    @Test func `end at a limit`() throws {
        var bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        for level in 1...9 {
            bomb +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
                + "]\n"
        }
        #expect(try faults(bomb).first?.contains("more than 200000 values") == true)
        #expect(
            try faults(String(repeating: "[", count: 100) + String(repeating: "]", count: 100)).first?.contains(
                "nested") == true)
        for deep in ["[", "{a: ", "- "] {
            #expect(try faults(String(repeating: deep, count: 100_000)).count == 1, "\(deep)")
        }
    }

    @Test(arguments: [
        "a: \u{1}", "a: [", "\"a", "a: b: c", "- a\nb: 1", "{\"a\": 1,, }", "\t- a", "*a", "&a", "!<", "? [a]: b", "%",
        "---\n---\n",
        "a: \"\\ud83d\"", "{", "}", "|", "a: |\n\tb",
    ])
    func `say where the text breaks, or take it`(text: String) throws {
        for fault in try faults(text) { #expect(fault.contains("expected"), "\(fault)") }
    }

    private func read(_ text: String) throws -> Node {
        let folder = try SettingsFolder(["rules.yaml": text])
        var faults = FaultList()
        let document = YAMLDocument.read(path: folder.path + "/rules.yaml", faults: &faults)
        return try #require(document, "\(faults.faults)").root
    }

    private func value(_ text: String) throws -> String { try read(text).value.toml }

    private func faults(_ text: String) throws -> [String] {
        let folder = try SettingsFolder(["rules.yaml": text])
        var faults = FaultList()
        _ = YAMLDocument.read(path: folder.path + "/rules.yaml", faults: &faults)
        return faults.faults.map { $0.description.replacing(folder.path + "/", with: "") }
    }
}
