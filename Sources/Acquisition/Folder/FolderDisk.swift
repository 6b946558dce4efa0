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
    /// - Parameter evenOpen: Even when somebody has it open for writing.
    /// - Returns: What came of it; nothing is appended when it was not read as a whole.
    func read(
        _ path: PathBytes, into bytes: inout [UInt8], atMost limit: Int, evenOpen: Bool
    ) throws(FileFault) -> FolderHandle.Reading

    /// Gives a file another path, making the folders on the way; `false` when that path is taken.
    func move(_ path: PathBytes, to target: PathBytes) throws(FileFault) -> Bool

    /// Removes a file.
    func remove(_ path: PathBytes) throws(FileFault)
}
