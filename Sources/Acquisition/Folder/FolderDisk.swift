import OwnThread

/// What a folder source asks of the disk; paths are relative to the folder. Used on the source's thread only.
///
/// No symbolic link within the folder is followed.
protocol FolderDisk: AnyObject {
    /// Opens the folder, anew when it is open.
    func open() throws(FileFault)

    /// Forgets the folders that were opened on the way to files; they may be others by now.
    func forget()

    /// - Throws: when the path of the folder leads nowhere, or to another folder than the one that is open.
    func check() throws(FileFault)

    /// Calls `body` with all names in a folder, in no order.
    func list(_ folder: PathBytes, _ body: (PathBytes, FileStatus.Kind) -> Void) throws(FileFault)

    /// What the system says of a file.
    func status(of path: PathBytes) throws(FileFault) -> FileStatus

    /// Appends a file's bytes, at most so many.
    ///
    /// - Returns: What the system says of it; `nil` when it changed meanwhile, or is no regular file: nothing is
    ///   appended then.
    func read(_ path: PathBytes, into bytes: inout [UInt8], atMost limit: Int) throws(FileFault) -> FileStatus?

    /// Gives a file another path, making the folders on the way; `false` when that path is taken.
    func move(_ path: PathBytes, to target: PathBytes) throws(FileFault) -> Bool

    /// Removes a file.
    func remove(_ path: PathBytes) throws(FileFault)
}
