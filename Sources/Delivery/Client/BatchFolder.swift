import Crypto
import Foundation
import NIOCore
import NIOFoundationCompat

/// A directory with one file a batch, each written once: `BATCH-ID.ndjson`.
struct BatchFolder: Sendable {
    private let folder: URL

    /// - Throws: `notStored` when the directory cannot be made.
    init(path: String) throws {
        folder = URL(filePath: path, directoryHint: .isDirectory)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw ClientError(.notStored, "the directory \(path) cannot be made: \(error.localizedDescription)")
        }
    }

    /// Stores a batch so that it survives a power cut; returns `false` when it stood there already.
    ///
    /// - Throws: `notStored`; the file is not there then, or only under its temporary name.
    func store(_ batch: PulledBatch) throws -> Bool {
        let file = folder.appending(path: "\(batch.id).ndjson")
        do {
            if FileManager.default.fileExists(atPath: file.path) {
                // A complete file has its name by a rename, so another content under the name is damage.
                if try digest(of: file) == batch.digest { return false }
                try FileManager.default.removeItem(at: file)
            }
            try write(batch.lines, to: file)
            return true
        } catch {
            throw ClientError(
                .notStored, "batch \(batch.id) cannot be stored in \(folder.path): \(error.localizedDescription)")
        }
    }

    /// What is known of the chain: the number of the last batch and the value after it.
    func chain(of consumer: String) throws -> (number: Int64, value: [UInt8])? {
        let file = folder.appending(path: ".\(consumer).chain")
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let words = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let number = Int64(words[0]),
            let value = ContentDigest.bytes(hexadecimal: String(words[1])), value.count == 32
        else {
            throw ClientError(.notStored, "\(file.path) is damaged: delete it to go on without a check of the chain")
        }
        return (number, value)
    }

    func setChain(of consumer: String, number: Int64, value: [UInt8]) throws {
        let text = "\(number) \(ContentDigest.hexadecimal(value))\n"
        try write(ByteBuffer(string: text), to: folder.appending(path: ".\(consumer).chain"))
    }

    private func write(_ bytes: ByteBuffer, to file: URL) throws {
        let partial = folder.appending(path: ".\(file.lastPathComponent).partial")
        guard FileManager.default.createFile(atPath: partial.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        let handle = try FileHandle(forWritingTo: partial)
        do {
            try handle.write(contentsOf: Data(bytes.readableBytesView))
            try handle.synchronize()
            try handle.close()
        } catch {
            try? handle.close()
            throw error
        }
        if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
        try FileManager.default.moveItem(at: partial, to: file)
        // The name itself is on disk only when its directory is.
        let directory = try FileHandle(forReadingFrom: folder)
        try directory.synchronize()
        try directory.close()
    }

    private func digest(of file: URL) throws -> [UInt8] {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }
        var hash = SHA256()
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { hash.update(data: piece) }
        return Array(hash.finalize())
    }
}
