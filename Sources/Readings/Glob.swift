/// Patterns of names: `*` for any run of characters, `?` for one.
public enum Glob {
    /// Whether `text` is what `pattern` describes, as a whole.
    public static func matches(_ pattern: String, _ text: String) -> Bool {
        let pattern = Array(pattern.unicodeScalars)
        let scalars = Array(text.unicodeScalars)
        var patternIndex = 0
        var index = 0
        var star: (pattern: Int, text: Int)?
        while index < scalars.count {
            if patternIndex < pattern.count, pattern[patternIndex] == "*" {
                star = (patternIndex, index)
                patternIndex += 1
            } else if patternIndex < pattern.count,
                pattern[patternIndex] == "?" || pattern[patternIndex] == scalars[index]
            {
                patternIndex += 1
                index += 1
            } else if let back = star {
                patternIndex = back.pattern + 1
                index = back.text + 1
                star = (back.pattern, back.text + 1)
            } else {
                return false
            }
        }
        return pattern[patternIndex...].allSatisfy { $0 == "*" }
    }

    /// Whether the pattern describes one text only, itself.
    public static func isLiteral(_ pattern: String) -> Bool {
        !pattern.contains { $0 == "*" || $0 == "?" }
    }
}
