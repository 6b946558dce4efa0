import Testing

/// What Package.swift says of the targets, read from its text.
enum PackageManifest {
    struct Target: Sendable, CustomTestStringConvertible {
        var name: String
        /// Targets and products by the name of their module.
        var dependencies: [String]

        var testDescription: String { name }
    }

    static let targets = targets(of: Checkout.text("Package.swift"))

    static func targets(of manifest: String) -> [Target] {
        var result: [Target] = []
        var rest = manifest[...]
        while let start = rest.firstRange(of: /\.(?:target|executableTarget|testTarget)\(\s*name:\s*"/) {
            rest = rest[start.upperBound...]
            let name = rest.prefix { $0 != "\"" }
            // The whole declaration is passed over, so that a `.target(name:)` among its dependencies is not taken for one.
            let body = declaration(from: rest)
            result.append(Target(name: String(name), dependencies: dependencies(in: body)))
            rest = rest[body.endIndex...]
        }
        return result
    }

    /// The text up to the parenthesis that closes the declaration.
    private static func declaration(from text: Substring) -> Substring {
        var depth = 1
        for index in text.indices {
            if text[index] == "(" { depth += 1 }
            if text[index] == ")" { depth -= 1 }
            if depth == 0 { return text[..<index] }
        }
        return text
    }

    private static func dependencies(in body: Substring) -> [String] {
        guard let start = body.firstRange(of: "dependencies:"), let open = body[start.upperBound...].firstIndex(of: "[")
        else { return [] }
        var depth = 0
        var end = body.endIndex
        for index in body[open...].indices {
            if body[index] == "[" { depth += 1 }
            if body[index] == "]" { depth -= 1 }
            if depth == 0 {
                end = index
                break
            }
        }
        let list = body[open..<end].replacing(/package:\s*"[^"]*"/, with: "")
        return list.matches(of: /"([^"]+)"/).map { String($0.1) }
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, in the order of first appearance.
    var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
