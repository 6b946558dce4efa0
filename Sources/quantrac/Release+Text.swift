import Release

extension Release {
    /// For `--version`.
    static let text = "quantrac \(version) (\(commit))"
}
