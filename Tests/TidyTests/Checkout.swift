import Foundation

/// The files of this repository, found from where this file stands.
enum Checkout {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().resolvingSymlinksInPath().path()

    /// Every file's path from the root, sorted; what is built or kept by tools is left out.
    static let files: [String] = {
        var result: [String] = []
        collect(below: "", into: &result)
        return result.sorted()
    }()

    /// The files below a folder with one of the extensions.
    static func files(below folder: String, _ extensions: String...) -> [String] {
        files.filter { path in
            path.hasPrefix(folder + "/") && extensions.contains { path.hasSuffix("." + $0) }
        }
    }

    static var markdown: [String] { files.filter { $0.hasSuffix(".md") } }

    /// The names of the folders in a folder.
    static func folders(in folder: String) -> [String] {
        let prefix = folder + "/"
        let names = files.filter { $0.hasPrefix(prefix) }.compactMap { path -> String? in
            let parts = path.dropFirst(prefix.count).split(separator: "/")
            return parts.count > 1 ? String(parts[0]) : nil
        }
        return Set(names).sorted()
    }

    /// The text of a file; empty when it is not there or is no text.
    static func text(_ path: String) -> String {
        (try? String(contentsOfFile: root + "/" + path, encoding: .utf8)) ?? ""
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root + "/" + path)
    }

    private static func collect(below folder: String, into result: inout [String]) {
        let place = folder.isEmpty ? root : root + "/" + folder
        let skipped: Set<String> = [".git", ".swiftpm", "Package.resolved", "out"]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? [] {
            if skipped.contains(name) || name.hasPrefix(".build") { continue }
            let path = folder.isEmpty ? name : folder + "/" + name
            let attributes = try? FileManager.default.attributesOfItem(atPath: root + "/" + path)
            if attributes?[.type] as? FileAttributeType == .typeDirectory {
                collect(below: path, into: &result)
            } else {
                result.append(path)
            }
        }
    }
}
