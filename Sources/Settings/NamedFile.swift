import FoundationEssentials

/// A file that a setting names: a secret, or a certificate. Its content is not read with the settings.
public struct NamedFile: Sendable, Hashable {
    /// Where it is, with what was relative resolved.
    public let path: String
    let key: String
    let place: Place

    /// Longer is no secret and no certificate.
    private static let bytesMax: Int64 = 1 << 20

    /// A name without `/` is the systemd credential of that name if there is one; else what is relative is beside the
    /// settings file.
    init(_ text: String, key: String, place: Place, mainFile: String, credentials: String?) {
        self.key = key
        self.place = place
        if let credentials, !text.contains("/"), FileState(path: "\(credentials)/\(text)") != .missing {
            path = "\(credentials)/\(text)"
        } else if text.hasPrefix("/") {
            path = text
        } else {
            path = Configuration.directory(of: place.variable == nil ? place.file : mainFile) + "/" + text
        }
    }

    /// What stands against using it: it is not there, not a file, not readable, empty, or too long; `nil`: nothing.
    public func fault() -> SettingsFault? {
        switch FileState(path: path) {
        case .missing: fault("\(path) is not there, expected a readable file")
        case .directory, .other: fault("\(path) is no file, expected a readable file")
        case .unreadable: fault("\(path) may not be read by this user, expected a readable file")
        case .file(let size) where size == 0: fault("\(path) is empty, expected content")
        case .file(let size) where size > NamedFile.bytesMax:
            fault("\(path) is \(size) bytes long, expected at most \(NamedFile.bytesMax)")
        case .file: nil
        }
    }

    /// The secret in it: its text without the line end that editors leave.
    ///
    /// - Throws: When it cannot be read, is empty, is no UTF-8, or has more than one line.
    public func secret() throws(SettingsFault) -> String {
        if let fault = fault() { throw fault }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw fault("\(path) could not be read, expected a readable file")
        }
        var bytes = Array(data)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty,
            !text.unicodeScalars.contains(where: { $0 == "\n" || $0 == "\0" })
        else { throw fault("\(path) holds no secret, expected one line of UTF-8") }
        return text
    }

    private func fault(_ message: String) -> SettingsFault {
        SettingsFault(.unreadable, at: place, key: key, message)
    }
}

extension Configuration {
    /// What is wrong with the files that the settings name; a check apart, because they may come and go.
    public func fileFaults() -> [SettingsFault] {
        mqtt.flatMap(\.files).compactMap { $0.fault() } + SerialDevice.faults(serialDevices)
    }

    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
