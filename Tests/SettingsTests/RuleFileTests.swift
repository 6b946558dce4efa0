import Foundation
import Rules
import Testing

@testable import Settings

@Suite struct `Files of quality rules` {
    /// Each folder holds a file of rules, and what it gives: `expected.json` and `warnings.txt`, or `faults.txt`.
    @Test(arguments: try RuleFileCase.all())
    func `give what stands beside them`(found: RuleFileCase) throws {
        for (name, text) in found.outcome {
            let expected = try? String(contentsOfFile: "\(found.folder)/\(name)", encoding: .utf8)
            #expect(text == expected ?? "", "\(found.name)/\(name) would be:\n\(text)")
        }
        #expect(found.outcome.isEmpty == false)
    }

    @Test func `are good or bad by their name`() throws {
        for found in try RuleFileCase.all() {
            switch RuleFile.load(path: found.file) {
            case .success: #expect(found.name.hasPrefix("good-"), "\(found.name)")
            case .failure(let faults):
                #expect(found.name.hasPrefix("bad-"), "\(found.name)")
                for fault in faults.faults where fault.kind != .syntax && fault.kind != .duplicate {
                    #expect(fault.message.contains("expected"), "\(fault)")
                }
            }
        }
    }
}

/// A folder of fixtures/quality-rules.
struct RuleFileCase: Sendable, CustomTestStringConvertible {
    let name: String
    let folder: String
    let file: String

    var testDescription: String { name }

    static func all() throws -> [RuleFileCase] {
        let folder = Project.root.appending(path: "fixtures/quality-rules").path
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
            let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")
            let file = try #require(files.first { $0.hasPrefix("rules.") })
            return RuleFileCase(name: name, folder: "\(folder)/\(name)", file: "\(folder)/\(name)/\(file)")
        }
    }

    /// The texts of the files beside it.
    var outcome: [(name: String, text: String)] {
        switch RuleFile.load(path: file) {
        case .failure(let faults): [("faults.txt", lines(faults.faults.map(\.description)))]
        case .success(let file):
            [
                ("expected.json", "[\n" + file.streams.map(\.canonical).joined(separator: ",\n") + "\n]\n"),
                ("warnings.txt", lines(file.warnings.map(\.description))),
            ]
        }
    }

    private func lines(_ lines: [String]) -> String {
        lines.map { $0.replacing(folder + "/", with: "") + "\n" }.joined()
    }
}

extension RuleFile.Stream {
    /// Its name, its tests as the file names them, and its rules as they are hashed.
    fileprivate var canonical: String {
        let names = testNames.map { "\"\($0)\"" }.joined(separator: ", ")
        let rules = EffectiveRules(set: set, intervalMilliseconds: nil).json
        return "{\"stream\": \(name.map { "\"\($0)\"" } ?? "null"), \"tests\": [\(names)],\n \"rules\": \(rules)}"
    }
}
