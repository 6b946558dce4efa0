import FoundationEssentials
import Readings

/// The time zones that this machine knows.
struct ZoneCatalog: Sendable {
    /// Where the package tzdata puts them.
    static let systemDirectory = "/usr/share/zoneinfo"
    /// The largest file there is 3.5 KiB.
    private static let bytesMax: Int64 = 1 << 20

    let directory: String

    /// Throws why there is no such zone.
    func zone(named name: String) throws(Misfit) -> Zone {
        if name == "UTC" { return .utc }
        let expected = "expected a zone such as Asia/Ho_Chi_Minh"
        // The name becomes part of a path.
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            !part.isEmpty && part.first != "."
                && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-_".contains($0)) }
        }
        guard isName else { throw Misfit("is no zone's name, \(expected)") }
        let path = "\(directory)/\(name)"
        guard case .file(let size) = FileState(path: path), size <= ZoneCatalog.bytesMax,
            let data = FileManager.default.contents(atPath: path)
        else {
            guard FileState(path: directory) == .directory else {
                throw Misfit("is not to be found, because \(directory) is not there; install the package tzdata")
            }
            throw Misfit("is not in \(directory), \(expected)")
        }
        guard let zone = Zone(name: name, tzif: Array(data)) else {
            throw Misfit("is no time zone file in \(directory), \(expected)")
        }
        return zone
    }
}
