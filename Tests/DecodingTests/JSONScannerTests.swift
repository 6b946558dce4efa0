import Decoding
import Foundation
import Readings
import Testing

@Suite struct `JSON scanner` {
    @Test(arguments: contents(of: "json/accept"))
    func `takes`(file: String) throws {
        #expect(throws: Never.self) { try scan(try bytes(of: "json/accept/\(file)")) }
    }

    @Test(arguments: contents(of: "json/reject"))
    func `refuses`(file: String) throws {
        let bytes = try bytes(of: "json/reject/\(file)")
        let failure = #expect(throws: DecodingFailure.self) { try scan(bytes) }
        #expect((0...bytes.count).contains(failure?.offset ?? -1))
    }

    @Test func `has its cases`() {
        #expect(contents(of: "json/accept").count >= 60)
        #expect(contents(of: "json/reject").count >= 120)
    }

    @Test(arguments: [
        ("nested-17", Fault.Reason.depth, 16), ("nested-objects-17", .depth, 80), ("nested-5000", .depth, 16),
        ("string-ff", .notText, 1), ("string-lone-high-surrogate", .notText, 1), ("utf16", .notText, 0),
        ("string-newline", .syntax, 2), ("number-leading-zero", .syntax, 1), ("array-unclosed", .syntax, 2),
        ("trailing-garbage", .syntax, 2), ("text-outside-strings", .syntax, 1),
        ("byte-ff-outside-strings", .notText, 1),
    ])
    func `names the byte and the reason`(file: String, reason: Fault.Reason, offset: Int) throws {
        let failure = #expect(throws: DecodingFailure.self) { try scan(try bytes(of: "json/reject/\(file).json")) }
        #expect(failure == DecodingFailure(reason, at: offset))
    }

    @Test func `takes what Foundation takes, and no more`() {
        // What is different on purpose, or undecided in RFC 8259, is covered by the cases above.
        let undecided: Set = [
            "byte-order-mark", "nested-17", "nested-objects-17", "not-a-number", "infinity", "negative-infinity",
            "not-a-number-in-array", "number-huge-exponent", "number-exponent-of-many-digits", "utf16",
            "utf16-without-mark", "utf32", "number-many-digits", "number-tiny-exponent", "array-trailing-comma",
            "object-trailing-comma",
        ]
        for folder in ["accept", "reject"] {
            for file in contents(of: "json/\(folder)") where !undecided.contains(file.replacing(".json", with: "")) {
                guard let data = try? Data(contentsOf: fixtures.appendingPathComponent("json/\(folder)/\(file)")) else {
                    continue
                }
                let isTaken = (try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)) != nil
                #expect(isTaken == (folder == "accept"), "\(file)")
            }
        }
    }

    @Test func `reads random documents as Foundation does`() throws {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<3000 {
            let text = RandomJSON.text(using: &generator)
            let bytes = Array(text.utf8)
            var scanner = JSONScanner()
            let ours = try tree(&scanner, bytes)
            try scanner.finish(bytes.span)
            let theirs = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            #expect(ours as? NSObject == theirs as? NSObject, "round \(round) of seed \(seed): \(text)")
        }
    }

    @Test func `agrees with Foundation on random documents with a byte changed`() {
        var generator = SeededGenerator(seed: seed + 1)
        let alphabet = Array("{}[],:\"\\0123456789.-+eEtfnul \n".utf8) + [0x00, 0x1f, 0x7f, 0x80, 0xc3, 0xff]
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = Array(RandomJSON.text(using: &generator).utf8)
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[place] = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            let ours = (try? scan(bytes)) != nil
            let theirs = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
            if !ours { refused += 1 }
            if ours != theirs, !RandomJSON.isKnownDifference(bytes) {
                let text = String(decoding: bytes, as: UTF8.self).debugDescription
                Issue.record("seed \(seed): ours \(ours), theirs \(theirs): \(text)")
            }
        }
        #expect(refused > 1000)
    }

    @Test(arguments: [
        (#"\u00e9\n\"\\\/\b\f\r\t"#, "é\n\"\\/\u{8}\u{c}\r\t"), (#"\ud83d\ude00"#, "😀"), ("Nhiệt độ", "Nhiệt độ"),
        (#"\udbff\udfff"#, "\u{10ffff}"), (#"a\u0000b"#, "a\u{0}b"), ("", ""),
    ])
    func `resolves escapes`(written: String, expected: String) throws {
        let bytes = Array("\"\(written)\"".utf8)
        var scanner = JSONScanner()
        let text = try scanner.readString(bytes.span)
        var result: [UInt8] = []
        scanner.appendText(text, of: bytes.span, to: &result)
        #expect(String(decoding: result, as: UTF8.self) == expected)
    }

    @Test func `finds the end of strings of every length at every place`() throws {
        for length in 0..<40 {
            for tail in 0..<30 {
                for special in ["", "\\n", "é", "\u{7f}"] {
                    let content = String(repeating: "x", count: length) + special
                    let bytes = Array("\"\(content)\"\(String(repeating: " ", count: tail))".utf8)
                    var scanner = JSONScanner()
                    let text = try scanner.readString(bytes.span)
                    #expect(text.range == 1..<(1 + content.utf8.count))
                    #expect(text.isPlain == special.isEmpty)
                    #expect(text.hasEscapes == (special == "\\n"))
                }
            }
        }
    }

    private func tree(_ scanner: inout JSONScanner, _ bytes: [UInt8]) throws -> Any {
        func string(_ text: JSONText) -> String {
            var result: [UInt8] = []
            scanner.appendText(text, of: bytes.span, to: &result)
            return String(decoding: result, as: UTF8.self)
        }
        switch try scanner.kind(bytes.span) {
        case .null:
            try scanner.readNull(bytes.span)
            return NSNull()
        case .boolean: return NSNumber(value: try scanner.readBoolean(bytes.span))
        case .string: return string(try scanner.readString(bytes.span)) as NSString
        case .number:
            let number = try scanner.readNumber(bytes.span)
            if case .exact(let integer) = number.integer { return NSNumber(value: integer) }
            return NSNumber(value: number.value)
        case .notANumber: throw CocoaError(.formatting)
        case .array:
            var elements: [Any] = []
            var more = try scanner.enterArray(bytes.span)
            while more {
                elements.append(try tree(&scanner, bytes))
                more = try scanner.hasNextElement(bytes.span)
            }
            return elements as NSArray
        case .object:
            var members: [String: Any] = [:]
            var more = try scanner.enterObject(bytes.span)
            while more {
                let name = string(try scanner.readName(bytes.span).text)
                members[name] = try tree(&scanner, bytes)
                more = try scanner.hasNextMember(bytes.span)
            }
            return members as NSDictionary
        }
    }
}

/// Random JSON texts of a few dozen bytes, each name once.
enum RandomJSON {
    static func text(using generator: inout SeededGenerator) -> String {
        space(&generator) + value(0, &generator) + space(&generator)
    }

    /// What Foundation is known to see otherwise: also the bare tokens, and numbers that leave the range.
    static func isKnownDifference(_ bytes: [UInt8]) -> Bool {
        // It ends at a NUL after the first value, and takes a comma before a closing bracket.
        if bytes.contains(0) { return true }
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        return text.contains("NaN") || text.contains("Infinity") || text.contains(#/[0-9][eE][+]?[0-9]{3}/#)
            || text.contains(#/[0-9]{25}/#) || text.contains(#/[eE]-[0-9]{3}/#)
            || text.contains(#/,[ \n\r\t]*[\]}]/#)
    }

    private static func space(_ generator: inout SeededGenerator) -> String {
        ["", "", "", " ", "\n", "\t", "\r", "  "].randomElement(using: &generator) ?? ""
    }

    private static func value(_ depth: Int, _ generator: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<(depth < 4 ? 9 : 6), using: &generator) {
        case 0: return ["null", "true", "false"].randomElement(using: &generator) ?? ""
        case 1, 2: return number(&generator)
        case 3, 4, 5: return string(&generator)
        case 6: return "[" + list(&generator) { value(depth + 1, &$0) } + "]"
        default:
            var names = 0
            let members = list(&generator) { generator in
                names += 1
                let name = string(&generator).dropLast() + "\(names)\""
                return name + space(&generator) + ":" + space(&generator) + value(depth + 1, &generator)
            }
            return "{" + members + "}"
        }
    }

    private static func list(
        _ generator: inout SeededGenerator, _ element: (inout SeededGenerator) -> String
    ) -> String {
        var elements: [String] = []
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            elements.append(space(&generator) + element(&generator) + space(&generator))
        }
        return elements.isEmpty ? space(&generator) : elements.joined(separator: ",")
    }

    private static func number(_ generator: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: "\(Int64.random(in: -9_007_199_254_740_992...9_007_199_254_740_992, using: &generator))"
        case 1: "\(Int64.random(in: -1000...1000, using: &generator))"
        case 2: "\(Double(Int64.random(in: -100_000...100_000, using: &generator)) / 100)"
        default: "\(Int64.random(in: 1...9, using: &generator)).5e\(Int64.random(in: -30...30, using: &generator))"
        }
    }

    private static func string(_ generator: inout SeededGenerator) -> String {
        let pieces = [
            "a", "PM2.5", "độ", "😀", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\\\", "\\\"", " ", "/", "0123456789abcdef",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...4, using: &generator) { text += pieces.randomElement(using: &generator) ?? "" }
        return "\"\(text)\""
    }
}
