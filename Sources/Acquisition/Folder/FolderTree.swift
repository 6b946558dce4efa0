import OwnThread

/// Which folders are watched, and the paths that they have.
struct FolderTree {
    private let root: PathBytes
    private let watchesMax: Int
    /// `nil` when the kernel gives none.
    private(set) var watch: FolderWatch?
    private var folders: [Int32: (path: PathBytes, sweep: Int)] = [:]
    private var sweep = 0
    /// Why not all folders are watched; `nil` when all are.
    private(set) var gap: String?

    init(root: String, watchesMax: Int) {
        var bytes = Array(root.utf8)
        while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        // "/" itself: what is appended brings its own.
        self.root = PathBytes(bytes == [UInt8(ascii: "/")] ? [] : bytes)
        self.watchesMax = watchesMax
        do throws(FileFault) {
            watch = try FolderWatch()
        } catch {
            gap = error.description
        }
    }

    var count: Int { folders.count }

    /// A sweep of everything begins.
    mutating func beginSweep() {
        sweep += 1
        gap = watch == nil ? gap : nil
    }

    /// A sweep has seen all folders: those that it did not see are no longer there.
    mutating func endSweep() {
        for (number, folder) in folders where folder.sweep != sweep {
            watch?.remove(number)
            folders[number] = nil
        }
    }

    /// Watches a folder, under the path that it has now.
    mutating func add(_ folder: PathBytes) {
        guard let watch, gap == nil else { return }
        do throws(FileFault) {
            // A trailing "/." leads into the root even where the operator made it a link.
            let path = folder.bytes.isEmpty ? root.suffixed("/.") : PathBytes(root.bytes + [0x2f] + folder.bytes)
            let number = try watch.add(path)
            guard folders[number] != nil || folders.count < watchesMax else {
                watch.remove(number)
                gap = "more than \(watchesMax) folders"
                return
            }
            folders[number] = (folder, sweep)
        } catch {
            // Gone by now, or not to be read: whoever lists it finds out.
            if error.isNoSpace { gap = error.description }
        }
    }

    /// A folder is no longer watched.
    mutating func forget(_ number: Int32) {
        folders[number] = nil
    }

    /// The path of a watched folder; `nil` when it is watched no longer.
    func path(of number: Int32) -> PathBytes? {
        folders[number]?.path
    }
}
