import Foundation
import Testing

@testable import Settings

@Suite struct `Settings schema` {
    @Test func `finds nothing but what this version does not act on in the example`() throws {
        let folder = try SettingsFolder(["quantrac.toml": try Project.text("deploy/quantrac.example.toml")])
        let found = folder.faults()
        #expect(found.filter { $0.kind != .unsupported }.isEmpty, "\(SettingsFaults(faults: found))")
        #expect(Set(found.map(\.key)) == Set(Schema.tables.filter { !$0.isSupported }.map(\.name)))
    }

    @Test func `reads the rest of the example as defaults`() throws {
        let text = try Project.text("deploy/quantrac.example.toml")
        var faults = FaultList()
        let folder = try SettingsFolder(["quantrac.toml": text])
        let document = try #require(Document.read(path: "\(folder.path)/quantrac.toml", faults: &faults))
        for table in Schema.tables where table.shape == .single {
            guard case .table(let nodes) = document.root[table.name]?.value else {
                Issue.record("\(table.heading) is not in the example")
                continue
            }
            for key in table.keys {
                guard let shown = nodes[key.name]?.value.toml, case .value(let value) = key.fallback else { continue }
                #expect(shown == value.toml, "\(table.name).\(key.name)")
            }
        }
    }

    @Test func `has every key in the example, set or in a comment`() throws {
        let text = try Project.text("deploy/quantrac.example.toml")
        let comments = text.split(separator: "\n").compactMap { $0.firstIndex(of: "#").map($0.suffix(from:)) }
        let words = Set(comments.flatMap { $0.split { !($0.isLetter || $0.isNumber || $0 == "_") } }.map(String.init))
        let folder = try SettingsFolder(["quantrac.toml": text])
        var faults = FaultList()
        let document = try #require(Document.read(path: "\(folder.path)/quantrac.toml", faults: &faults))
        func check(_ table: TableSpec, _ node: Node?) {
            var elements: [Node] = []
            if case .list(let nodes) = node?.value { elements = nodes } else if let node { elements = [node] }
            #expect(!elements.isEmpty || words.contains(table.name), "\(table.name)")
            var nodes: [String: Node] = [:]
            for case .table(let inner) in elements.map(\.value) { nodes.merge(inner) { first, _ in first } }
            for key in table.keys {
                #expect(nodes[key.name] != nil || words.contains(key.name), "\(table.name).\(key.name)")
            }
            for inner in table.tables { check(inner, nodes[inner.name]) }
        }
        for table in Schema.tables { check(table, document.root[table.name]) }
    }

    @Test func `is written down in the documentation`() throws {
        let text = try Project.text("docs/configuration.md")
        let reference = Schema.reference()
        guard !text.contains(reference) else { return }
        let path = NSTemporaryDirectory() + "quantrac-configuration-reference.md"
        try reference.write(toFile: path, atomically: true, encoding: .utf8)
        let missing = reference.split(separator: "\n").filter { !text.contains($0) }
        Issue.record("docs/configuration.md lacks what \(path) holds, such as: \(missing.prefix(3))")
    }

    @Test func `has no default that it would refuse`() {
        func check(_ table: TableSpec) {
            for key in table.keys {
                guard case .value(let value) = key.fallback else { continue }
                var checker = ValueChecker(
                    zones: ZoneCatalog(directory: ZoneCatalog.systemDirectory), faults: FaultList())
                let node = Node(value: value, place: .schema)
                #expect(checker.check(node, is: key.kind, key: key.name) != nil, "\(checker.faults.faults)")
            }
            table.tables.forEach(check)
        }
        Schema.tables.forEach(check)
    }

    @Test func `names each table and key once, and says what it means`() {
        func check(_ table: TableSpec) {
            #expect(Set(table.keys.map(\.name)).count == table.keys.count, "\(table.name)")
            #expect(table.meaning.hasSuffix("."), "\(table.name)")
            for key in table.keys { #expect(key.meaning.hasSuffix("."), "\(table.name).\(key.name)") }
            if let identity = table.identity { #expect(table.key(named: identity) != nil) }
            table.tables.forEach(check)
        }
        Schema.tables.forEach(check)
        #expect(Set(Schema.tables.map(\.name)).count == Schema.tables.count)
    }

    @Test func `gives each variable to one key`() {
        let single = Schema.tables.filter { $0.shape == .single }
        let names = single.flatMap { table in
            table.keys.map { EnvironmentReader.variable(table: table, key: $0) }
        }
        #expect(Set(names).count == names.count)
        #expect(Configuration.reservedVariables.isDisjoint(with: names))
        #expect(names.contains("QUANTRAC_DEAD_LETTER_MAX_SIZE"))
    }
}
