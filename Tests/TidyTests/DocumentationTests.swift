import Testing

@Suite struct `Documentation` {
    @Test(arguments: Checkout.markdown)
    func `links only to what is there`(page: String) {
        for link in links(in: Checkout.text(page)) where !link.contains("://") && !link.hasPrefix("mailto:") {
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let target = parts[0].isEmpty ? page : resolved(parts[0], from: page)
            guard Checkout.exists(target) else {
                Issue.record("\(page) links to \(link), which is not there")
                continue
            }
            if parts.count == 2, target.hasSuffix(".md"), !anchors(in: Checkout.text(target)).contains(parts[1]) {
                Issue.record("\(page) links to \(link): \(target) has no such heading")
            }
        }
    }

    @Test func `is complete: the pages that the README and the contract name`() {
        for page in [
            "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", "docs/ARCHITECTURE.md",
            "docs/glossary.md", "docs/operating.md", "docs/configuration.md", "docs/formats.md", "docs/queue-format.md",
            "docs/pull-protocol.md",
        ] {
            #expect(Checkout.exists(page), "\(page)")
        }
    }

    @Test func `says of the shell blocks whether they are run`() {
        for page in Checkout.markdown {
            let opening = Checkout.text(page).split(separator: "\n").filter { $0.hasPrefix("```") }
            for (offset, fence) in opening.enumerated() where offset.isMultiple(of: 2) {
                if ["```bash", "```shell", "```"].contains(fence) {
                    Issue.record("\(page): a block is marked `\(fence)`; use sh (run by .ci/docs), console or text")
                }
            }
        }
    }

    @Test func `tells the commands of the Makefile that the README names`() {
        let targets = Set(Checkout.text("Makefile").matches(of: /(?m)^([a-z-]+):/).map { String($0.1) })
        for page in ["README.md", "CONTRIBUTING.md", "docs/operating.md"] {
            for match in Checkout.text(page).matches(of: /\bmake ([a-z]+)(?=[`\n])/)
            where !targets.contains(String(match.1)) {
                Issue.record("\(page) names `make \(match.1)`; the Makefile has no such target")
            }
        }
    }

    @Test func `names every metric, and no metric that is not there`() {
        let page = Checkout.text("docs/operating.md")
        let documented = Set(page.matches(of: /`(quantrac_[a-z_]+)/).map { String($0.1) })
        var exported: Set<String> = []
        for source in SwiftSource.sources {
            for match in source.lines.joined(separator: "\n").matches(of: /"(?:# \w+ )?(quantrac_[a-z_]+)/) {
                exported.insert(String(match.1))
            }
        }
        // A histogram's series carry an ending of their own.
        let names = Set(
            exported.map { name in
                for ending in ["_bucket", "_sum", "_count"] where name.hasSuffix(ending) {
                    return String(name.dropLast(ending.count))
                }
                return name
            })
        #expect(names.subtracting(documented).sorted() == [])
        #expect(documented.subtracting(names).sorted() == [])
    }

    @Test func `numbers the decisions without holes and says what was decided`() {
        let files = Checkout.files(below: "docs/decisions", "md").filter { !$0.hasSuffix("README.md") }
        for (offset, path) in files.enumerated() {
            let name = String(path.split(separator: "/").last ?? "")
            let number = String(offset + 1)
            #expect(name.hasPrefix(String(repeating: "0", count: max(0, 4 - number.count)) + number + "-"), "\(path)")
            let text = Checkout.text(path)
            for heading in ["# ", "## Situation", "## Decision", "## Consequences"] {
                #expect(text.split(separator: "\n").contains { $0.hasPrefix(heading) }, "\(path) has no \(heading)")
            }
        }
        #expect(!files.isEmpty)
    }
}

@Suite struct `Doc comments` {
    @Test func `stand on every public type, and on every public function that no protocol explains`() {
        // What a protocol of the standard library explains.
        let witnesses: Set<Substring> = [
            "hash", "encode", "next", "makeIterator", "enqueue", "asUnownedSerialExecutor",
        ]
        var documented: Set<Substring> = []
        for source in SwiftSource.sources {
            for (offset, line) in source.code.enumerated() where hasComment(source, above: offset) {
                if let match = line.firstMatch(of: /\bfunc\s+(\w+)/) { documented.insert(match.1) }
            }
        }
        for source in SwiftSource.sources {
            for (offset, line) in source.code.enumerated() where line.contains(/^\s*(?:@\w+\s+)*public\b/) {
                let place = "\(source.path):\(offset + 1)"
                if let match = line.firstMatch(of: /\b(?:struct|class|enum|protocol|actor)\s+(\w+)/),
                    !line.contains(/\bclass func\b/), !hasComment(source, above: offset)
                {
                    Issue.record("\(place): the public type \(match.1) has no comment")
                }
                if let match = line.firstMatch(of: /\bfunc\s+(\w+)/), !documented.contains(match.1),
                    !witnesses.contains(match.1)
                {
                    Issue.record("\(place): the public function \(match.1) has no comment, nor has one of its name")
                }
            }
        }
    }

    @Test func `begin with a sentence`() {
        for source in SwiftSource.sources {
            var paragraph: [Substring] = []
            for (offset, line) in source.lines.enumerated() {
                let text = line.drop { $0 == " " }
                if text.hasPrefix("///") {
                    paragraph.append(text.dropFirst(3).drop { $0 == " " })
                    continue
                }
                defer { paragraph = [] }
                let first = paragraph.prefix { !$0.isEmpty }.joined(separator: " ")
                if first.isEmpty || first.hasPrefix("-") { continue }
                if !first.contains(/[.:?!](?:[)`"]*)(?:\s|$)/) {
                    Issue.record("\(source.path):\(offset): the comment's first sentence has no full stop")
                }
            }
        }
    }

    private func hasComment(_ source: SwiftSource, above offset: Int) -> Bool {
        var line = offset - 1
        // Attributes may stand between a comment and what it explains.
        while line >= 0, source.lines[line].contains(/^\s*@\w+/) { line -= 1 }
        return line >= 0 && source.lines[line].contains(/^\s*\/\/\//)
    }
}

/// The targets of the inline links of a page, outside code.
private func links(in text: String) -> [String] {
    let prose = text.replacing(/(?ms)^```.*?^```/, with: "").replacing(/`[^`\n]*`/, with: "")
    return prose.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
}

/// A path relative to a page as one from the root.
private func resolved(_ link: String, from page: String) -> String {
    var parts = page.split(separator: "/").dropLast().map(String.init)
    for part in link.split(separator: "/") {
        switch part {
        case ".": break
        case "..": _ = parts.popLast()
        default: parts.append(String(part))
        }
    }
    return parts.joined(separator: "/")
}

/// The anchors that a page's headings get, as GitHub forms them.
private func anchors(in text: String) -> Set<String> {
    let headings = text.replacing(/(?ms)^```.*?^```/, with: "").matches(of: /(?m)^#+ +(.+)$/)
    return Set(
        headings.map { match in
            String(
                match.1.lowercased().compactMap { character -> Character? in
                    if character == " " { return "-" }
                    return character.isLetter || character.isNumber || character == "-" || character == "_"
                        ? character : nil
                })
        })
}
