import FoundationEssentials
import TOMLKit

/// One settings file, read and parsed, every value with its place.
struct Document {
    /// More is no settings file.
    static let bytesMax = 4 << 20

    let root: [String: Node]

    /// Reads a file; what is wrong with it as a whole goes to `faults`, and `nil` comes back.
    static func read(path: String, faults: inout FaultList) -> Document? {
        guard let text = readText(path: path, faults: &faults) else { return nil }
        let locator = KeyLocator(text)
        guard let obstacle = locator.obstacle else {
            guard let table = parse(text, path: path, faults: &faults) else { return nil }
            return Document(root: nodes(of: table, at: [], locator: locator, file: path))
        }
        // An earlier mistake comes first, if there is one.
        let before = String(decoding: Array(text.utf8).prefix(obstacle.bytesBefore), as: UTF8.self)
        if parse(before, path: path, faults: &faults) != nil {
            let position = Place(file: path, line: obstacle.position.line, column: obstacle.position.column)
            faults.add(.syntax, at: position, key: "", "\(obstacle.message); expected TOML 1.0")
        }
        return nil
    }

    /// Reads a file of UTF-8, its byte order mark left out.
    static func readText(path: String, faults: inout FaultList) -> String? {
        guard let bytes = readBytes(path: path, faults: &faults) else { return nil }
        return text(of: bytes, path: path, faults: &faults)
    }

    private static func parse(_ text: String, path: String, faults: inout FaultList) -> TOMLTable? {
        do {
            return try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            let begin = error.source.begin
            let position = Place(file: path, line: max(begin.line, 1), column: max(begin.column, 1))
            faults.add(.syntax, at: position, key: "", "\(error.description); expected TOML 1.0")
        } catch {
            faults.add(.syntax, at: Place(file: path), key: "", "\(error); expected TOML 1.0")
        }
        return nil
    }

    private static func readBytes(path: String, faults: inout FaultList) -> [UInt8]? {
        let place = Place(file: path)
        let format = path.hasSuffix(".csv") ? "CSV" : RuleFile.isYAML(path) ? "YAML or JSON" : "TOML"
        let expected = "a \(format) file"
        let readable = "a readable \(format) file"
        switch FileState(path: path) {
        case .missing:
            faults.add(
                .unreadable, at: place, key: "",
                "there is no such file; `quantrac init` writes one, `--config` names another")
        case .directory: faults.add(.unreadable, at: place, key: "", "is a directory, expected \(expected)")
        case .other: faults.add(.unreadable, at: place, key: "", "is a device, pipe or socket, expected \(expected)")
        case .unreadable:
            faults.add(.unreadable, at: place, key: "", "may not be read by this user, expected \(readable)")
        case .file(let size) where size > Int64(bytesMax):
            faults.add(.unreadable, at: place, key: "", "is \(size) bytes long, expected at most \(bytesMax)")
        case .file:
            if let data = FileManager.default.contents(atPath: path) { return Array(data) }
            faults.add(.unreadable, at: place, key: "", "could not be read, expected \(readable)")
        }
        return nil
    }

    private static func text(of bytes: [UInt8], path: String, faults: inout FaultList) -> String? {
        let bytes = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let place = Place(file: path, line: number + 1)
            // The parser takes a C string: what follows a zero byte would be ignored unseen.
            if line.contains(0) {
                faults.add(.unreadable, at: place, key: "", "holds a zero byte, expected UTF-8 text")
                return nil
            }
            if String(validating: line, as: UTF8.self) == nil {
                faults.add(.unreadable, at: place, key: "", "is not UTF-8, expected UTF-8 text")
                return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func nodes(
        of table: TOMLTable, at path: [PathStep], locator: KeyLocator, file: String
    ) -> [String: Node] {
        var nodes: [String: Node] = [:]
        for key in table.keys {
            guard let value = table[key] else { continue }
            nodes[key] = node(of: value, at: path + [.key(key)], locator: locator, file: file)
        }
        return nodes
    }

    private static func node(
        of value: any TOMLValueConvertible, at path: [PathStep], locator: KeyLocator, file: String
    ) -> Node {
        let position = locator.positions[path]
        let place = Place(file: file, line: position?.line, column: position?.column)
        return Node(value: plain(value, at: path, locator: locator, file: file), place: place)
    }

    private static func plain(
        _ value: any TOMLValueConvertible, at path: [PathStep], locator: KeyLocator, file: String
    ) -> Value {
        switch value.type {
        case .table: return .table(value.table.map { nodes(of: $0, at: path, locator: locator, file: file) } ?? [:])
        case .array:
            var list: [Node] = []
            for element in value.array ?? TOMLArray() {
                list.append(node(of: element, at: path + [.index(list.count)], locator: locator, file: file))
            }
            return .list(list)
        case .string: return .text(value.string ?? "")
        case .int: return .integer(Int64(value.int ?? 0))
        case .double: return .number(value.double ?? 0)
        case .bool: return .flag(value.bool ?? false)
        case .date, .time, .dateTime: return .moment(value.debugDescription)
        }
    }
}

/// What stands at a path, symbolic links followed.
enum FileState: Equatable {
    case missing, directory, other, unreadable
    case file(size: Int64)

    init(path: String) {
        let manager = FileManager.default
        let target = URL(filePath: path).resolvingSymlinksInPath().path
        guard let attributes = try? manager.attributesOfItem(atPath: target) else {
            // A directory above that may not be entered looks the same; the message for "missing" would mislead.
            self = FileState.isHidden(target) ? .unreadable : .missing
            return
        }
        switch attributes[.type] as? FileAttributeType {
        case .typeDirectory: self = .directory
        case .typeRegular:
            guard manager.isReadableFile(atPath: target) else {
                self = .unreadable
                return
            }
            // An integer, or an NSNumber where all of Foundation is loaded as well; both print their digits.
            self = .file(size: attributes[.size].flatMap { Int64("\($0)") } ?? 0)
        default: self = .other
        }
    }

    private static func isHidden(_ path: String) -> Bool {
        let parent = URL(filePath: path).deletingLastPathComponent().path
        let manager = FileManager.default
        return manager.fileExists(atPath: parent) && !manager.isExecutableFile(atPath: parent)
    }
}
