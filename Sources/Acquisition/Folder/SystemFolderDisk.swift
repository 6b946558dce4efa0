import OwnThread

/// The disk of the machine.
final class SystemFolderDisk: FolderDisk {
    private let path: String
    private var root: FolderHandle?
    private var rootStatus: FileStatus?
    /// The last folders that files were looked up in and moved to: neighbours come one after the other.
    private var near: (path: PathBytes, handle: FolderHandle)?
    private var target: (path: PathBytes, handle: FolderHandle)?

    init(path: String) {
        self.path = path
    }

    func open() throws(FileFault) {
        forget()
        root = nil
        let opened = try FolderHandle.open(path)
        rootStatus = try opened.status()
        root = opened
    }

    func forget() {
        near = nil
        target = nil
    }

    func check() throws(FileFault) {
        let status = try FolderHandle.status(at: path)
        guard status.inode == rootStatus?.inode, status.device == rootStatus?.device else {
            throw FileFault(call: "stat", path: path, code: FileFault.staleCode)
        }
    }

    func list(_ folder: PathBytes, _ body: (PathBytes, FileStatus.Kind) -> Void) throws(FileFault) {
        try handle(of: folder).list(body)
    }

    func status(of path: PathBytes) throws(FileFault) -> FileStatus {
        try parent(of: path).status(of: path.name)
    }

    func read(
        _ path: PathBytes, into bytes: inout [UInt8], atMost limit: Int, evenOpen: Bool
    ) throws(FileFault) -> FolderHandle.Reading {
        try parent(of: path).read(path.name, into: &bytes, atMost: limit, evenOpen: evenOpen)
    }

    func move(_ path: PathBytes, to target: PathBytes) throws(FileFault) -> Bool {
        let folder = try targetParent(of: target)
        return try parent(of: path).move(path.name, to: folder, as: target.name)
    }

    func remove(_ path: PathBytes) throws(FileFault) {
        try parent(of: path).remove(path.name)
    }

    private func parent(of path: PathBytes) throws(FileFault) -> FolderHandle {
        let folder = path.parent
        if let near, near.path == folder { return near.handle }
        // What was just moved is looked at there, before its neighbour is moved.
        if let target, target.path == folder { return target.handle }
        let handle = try handle(of: folder)
        near = (folder, handle)
        return handle
    }

    private func targetParent(of path: PathBytes) throws(FileFault) -> FolderHandle {
        let folder = path.parent
        if let target, target.path == folder { return target.handle }
        var handle = try openedRoot()
        for name in folder.names { handle = try handle.makeFolder(name) }
        target = (folder, handle)
        return handle
    }

    private func handle(of folder: PathBytes) throws(FileFault) -> FolderHandle {
        var handle = try openedRoot()
        for name in folder.names { handle = try handle.folder(name) }
        return handle
    }

    private func openedRoot() throws(FileFault) -> FolderHandle {
        guard let root else { throw FileFault(call: "open", path: path, code: FileFault.staleCode) }
        return root
    }
}
