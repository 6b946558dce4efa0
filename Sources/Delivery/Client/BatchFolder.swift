import Crypto
import Foundation
import NIOCore
import NIOFoundationCompat
import OwnThread

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
    /// - Throws: `notStored`; the file is not there then, or only under its temporary name, or it is one of another
    ///   content, which is left as it is.
    func store(_ batch: PulledBatch) throws -> Bool {
        let file = folder.appending(path: "\(batch.id).ndjson")
        do {
            if FileManager.default.fileExists(atPath: file.path) {
                guard try digest(of: file) == batch.digest else {
                    throw ClientError(
                        .notStored,
                        "\(file.path) is there already with other lines than the node sends as this batch: it was "
                            + "changed, or the node's queue was restored from a copy. Move it away to take the batch.")
                }
                // Who was killed between the rename and this has left a name that a power cut takes away.
                try synchronizeFolder()
                return false
            }
            let partial = try writePartial(batch.lines, for: file)
            // Never replaces: who else pulls into this directory may have been faster.
            try FileManager.default.moveItem(at: partial, to: file)
            try synchronizeFolder()
            return true
        } catch let error as ClientError {
            throw error
        } catch {
            throw ClientError(
                .notStored, "batch \(batch.id) cannot be stored in \(folder.path): \(error.localizedDescription)")
        }
    }

    /// What is known of a chain, one for each `PulledBatch.line`: the number of the last batch and the value after it.
    func chain(of line: String) throws -> (number: Int64, value: [UInt8])? {
        let file = chainFile(line)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let words: [Substring]
        do {
            words = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isWhitespace)
        } catch {
            throw ClientError(.notStored, "\(file.path) cannot be read: \(error.localizedDescription)")
        }
        guard words.count == 2, let number = Int64(words[0]),
            let value = ContentDigest.bytes(hexadecimal: String(words[1])), value.count == 32
        else {
            throw ClientError(.notStored, "\(file.path) is damaged: delete it to go on without a check of the chain")
        }
        return (number, value)
    }

    func setChain(of line: String, number: Int64, value: [UInt8]) throws {
        let file = chainFile(line)
        do {
            let text = "\(number) \(ContentDigest.hexadecimal(value))\n"
            let partial = try writePartial(ByteBuffer(string: text), for: file)
            guard SystemFile.replace(file.path, with: partial.path) else { throw CocoaError(.fileWriteUnknown) }
            try synchronizeFolder()
        } catch {
            throw ClientError(.notStored, "\(file.path) cannot be written: \(error.localizedDescription)")
        }
    }

    private func chainFile(_ line: String) -> URL {
        folder.appending(path: ".\(line).chain")
    }

    /// Writes what is to become `file` beside it, through to the disk.
    private func writePartial(_ bytes: ByteBuffer, for file: URL) throws -> URL {
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
        return partial
    }

    /// A name is on disk only when its directory is.
    private func synchronizeFolder() throws {
        let directory = try FileHandle(forReadingFrom: folder)
        defer { try? directory.close() }
        try directory.synchronize()
    }

    private func digest(of file: URL) throws -> [UInt8] {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }
        var hash = SHA256()
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { hash.update(data: piece) }
        return Array(hash.finalize())
    }
}
