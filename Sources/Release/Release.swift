import CRelease

/// What this program is, for `--version`, the metrics and whoever reads a report.
public enum Release {
    /// As in CHANGELOG.md.
    public static let version = "0.1.0"

    /// The commit it was built from; `unknown` in a build that was not told.
    public static let commit = unsafe String(cString: quantrac_commit())
}
