import Testing

@Suite struct `Source rules` {
    static let stages: Set = [
        "Readings", "Acquisition", "Decoding", "Quality", "Queue", "Delivery", "Pipeline", "Settings",
    ]

    @Test func `files stay short enough to read`() {
        for source in SwiftSource.all {
            let limit = source.path.hasPrefix("Tests/") ? 600 : 400
            let count = source.lines.count - (source.lines.last?.isEmpty == true ? 1 : 0)
            if count > limit { Issue.record("\(source.path) has \(count) lines; the limit is \(limit)") }
        }
    }

    @Test func `functions fit a screen`() {
        for source in SwiftSource.sources {
            for function in functions(of: source) where function.lineCount > 60 {
                Issue.record("\(source.path):\(function.line) is \(function.lineCount) lines long; the limit is 60")
            }
        }
    }

    @Test func `unsafe stands only around C libraries, sockets and threads`() {
        // QuantracTesting plays brokers and disks that fail: sockets and C functions, in no product.
        let allowed: Set = [
            "Mosquitto", "Modbus", "SQLite", "OwnThread", "Release", "Systemd", "Compression", "QuantracTesting",
        ]
        refuse(/\bunsafe\b|@unsafe|nonisolated\(unsafe\)|@safe\b/, "unsafe") { source, line in
            !allowed.contains(source.target) && !line.contains("unownedExecutor")
        }
        refuse(/nonisolated\(unsafe\)/, "nonisolated(unsafe)")
    }

    @Test func `the compiler is overruled about Sendable in OwnThread only`() {
        refuse(/@unchecked Sendable/, "@unchecked Sendable") { source, _ in source.target != "OwnThread" }
    }

    @Test func `nothing is forced`() {
        refuse(/\btry!/, "try!")
        refuse(/\bas!/, "as!")
    }

    @Test func `nothing is left for later`() {
        for source in SwiftSource.all where source.target != "TidyTests" {
            for (offset, line) in source.lines.enumerated() where line.contains(/\b(TODO|FIXME|XXX)\b/) {
                Issue.record("\(source.path):\(offset + 1) leaves something for later: do it, or say it in the docs")
            }
        }
    }

    @Test func `stages do not print, look at the wall clock or block a thread`() {
        refuse(/\b(?:print|debugPrint|dump)\(/, "print") { source, _ in Self.stages.contains(source.target) }
        refuse(/\bDate\(\)|\bDate\.now\b|\bThread\.sleep\b|\busleep\(/, "the wall clock or a sleep") { source, _ in
            Self.stages.contains(source.target)
        }
    }

    @Test func `a task on its own has its reason beside it`() {
        for source in SwiftSource.sources {
            for (offset, line) in source.code.enumerated()
            where line.contains(/\bTask(?:\.detached)?\s*(?:\([^)]*\)\s*)?\{/) {
                let near = source.lines[max(0, offset - 3)...offset]
                if !near.contains(where: { $0.contains("//") }) {
                    Issue.record("\(source.path):\(offset + 1) starts a task of its own without saying why")
                }
            }
        }
    }

    @Test func `disabled tests prove nothing`() {
        for source in SwiftSource.all where source.path.hasPrefix("Tests/") && source.target != "TidyTests" {
            for place in source.places(where: { $0.contains(/\.disabled\(|withKnownIssue|XCTSkip/) }) {
                Issue.record("\(place) disables a test")
            }
        }
    }

    @Test func `no file speaks of the machine it was written on`() {
        let kinds = [".swift", ".md", ".toml", ".json", ".sh", ".c", ".h", ".service", ".conf", "Makefile"]
        for path in Checkout.files where kinds.contains(where: path.hasSuffix) || path.hasPrefix(".ci/") {
            for (offset, line) in Checkout.text(path).split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated()
            where line.contains(/(^|[^A-Za-z0-9_.\/-])\/(?:w[o]rk|r[o]ot|h[o]me\/[a-z]+)\/[a-z.]/)
                || line.contains(/\/tmp\/q[t]-/)
            {
                Issue.record("\(path):\(offset + 1) names a path of one machine")
            }
        }
    }

    private func refuse(
        _ pattern: Regex<Substring>, _ name: String,
        where applies: (SwiftSource, Substring) -> Bool = { _, _ in true }
    ) {
        for source in SwiftSource.sources {
            for (offset, line) in source.code.enumerated() where line.contains(pattern) && applies(source, line) {
                Issue.record("\(source.path):\(offset + 1) uses \(name)")
            }
        }
    }
}

/// The functions with a body, by the line on which they begin and the number of lines of the body's braces.
func functions(of source: SwiftSource) -> [(line: Int, lineCount: Int)] {
    var result: [(line: Int, lineCount: Int)] = []
    for (start, line) in source.code.enumerated()
    where line.contains(/^\s*(?:@?\w+(?:\([^)]*\))?\s+)*(?:func\s|init[?(<]|deinit\b)/) {
        var braces = 0
        var parentheses = 0
        scan: for (offset, text) in source.code[start...].enumerated() {
            // A requirement of a protocol has no body: the next declaration or the protocol's end comes first.
            if offset > 0, braces == 0, parentheses == 0,
                text.contains(/^\s*(?:@?\w+\s+)*(?:func|var|let|init|deinit|\})/)
            {
                break
            }
            for character in text {
                switch character {
                case "(", "[": if braces == 0 { parentheses += 1 }
                case ")", "]": if braces == 0 { parentheses -= 1 }
                case "{" where parentheses == 0 || braces > 0: braces += 1
                case "}" where braces > 0:
                    braces -= 1
                    if braces == 0 {
                        result.append((start + 1, offset + 1))
                        break scan
                    }
                default: break
                }
            }
        }
    }
    return result
}

@Suite struct `The reader of Swift files` {
    @Test func `does not take words in comments and strings for code`() {
        let source = SwiftSource(
            path: "Sources/A/A.swift",
            text: """
                // try! this
                let a = "try! \\"that\\" as! it" /* as! /* nested */ as! */; let b = 1
                let c = #"a " try! "#
                let d = \"\"\"
                    as!
                    \"\"\"
                let e = try! f()
                """)
        #expect(source.places { $0.contains("!") } == ["Sources/A/A.swift:7"])
        #expect(source.code[1].contains("let b = 1"))
    }

    @Test func `finds imports in every form`() {
        let source = SwiftSource(
            path: "Sources/A/A.swift",
            text: """
                public import Readings
                @preconcurrency internal import Dispatch
                import struct Foundation.Date
                // import Nothing
                let x = "import Nothing"
                """)
        #expect(source.imports.map(\.module) == ["Readings", "Dispatch", "Foundation"])
    }

    @Test func `counts the lines of a function and skips requirements`() {
        let source = SwiftSource(
            path: "Sources/A/A.swift",
            text: """
                protocol P {
                    func f(a: Int) throws
                    func g() -> Int
                }
                func h(
                    a: [Int] = [1]
                ) {
                    if a.isEmpty { return }
                }
                """)
        let found = functions(of: source)
        #expect(found.map(\.line) == [5])
        #expect(found.map(\.lineCount) == [5])
    }
}
