import OwnThread

/// How files are found: by the kernel's news, and by looking through all folders.
extension FolderLoop {
    /// So many files and folders that cannot be read are remembered, so that each is told of once.
    private static let unreadableMax = 1000

    /// Looks through everything; what is already known is not found twice.
    func sweep() throws(FileFault) {
        disk.forget()
        hasPutAway = false
        retryStuck()
        forgetUnreadable()
        finds.beginSweep(at: SystemTime.monotonicNanoseconds(), patience: patience)
        tree.beginSweep()
        let isWhole = try walk(.here)
        if isWhole, !finds.isOverfull { tree.endSweep() }
        noteWatching()
        let interval = tree.gap == nil ? settings.sweepMilliseconds : settings.sweepWithoutWatchMilliseconds
        sweepAt = SystemTime.monotonicNanoseconds() + Int64(interval) * 1_000_000
    }

    /// Takes note of what the kernel tells; `false` when the folder itself may have gone.
    func readNews() -> Bool {
        var isThere = true
        var appeared: [PathBytes] = []
        tree.watch?.read { news in
            if news.kind == .overflow {
                events.newsLost()
                sweepAt = 0
                return
            }
            guard let folder = tree.path(of: news.folder) else { return }
            switch news.kind {
            case .unwatched: tree.forget(news.folder)
            case .folderLeft: if folder == .here { isThere = false }
            case .folderAppeared: appeared.append(folder.appending(news.name))
            default: note(news, in: folder)
            }
        }
        for path in appeared where FileNameRule.takes(path.name) && !FileNameRule.isShelf(path) { walkNew(path) }
        return isThere
    }

    /// A file or a folder could not be read.
    func note(_ fault: FileFault, of path: PathBytes) {
        if fault.isMissing || fault.isLink {
            finds.noteGone(path)
            if unreadable.remove(path) == nil { events.gone(path) }
            return
        }
        if unreadable.count >= Self.unreadableMax { unreadable.removeAll() }
        if unreadable.insert(path).inserted { events.unreadable(path, reason: fault.description) }
    }

    /// Says what a technician must know of the folder, once for each change.
    func showState() {
        let count = shelf.stuckCount
        if count > 0 {
            let reason = shelf.lastFault.map { $0.isNoFolder ? "\($0.path) is no folder" : "\($0)" } ?? ""
            if !wasStuck { events.notMoved(shelf.firstStuck ?? .here, reason: reason) }
            board.enter(.holding, detail: "\(count) files are durable and cannot be put away: \(reason)")
        } else {
            if wasStuck { events.allMoved() }
            let more = unreadable.count > 1 ? " and \(unreadable.count - 1) more" : ""
            board.enter(.connected, detail: unreadable.min().map { "cannot be read: \($0)\(more)" })
        }
        wasStuck = count > 0
    }

    private func note(_ news: FolderNews, in folder: PathBytes) {
        guard FileNameRule.takes(news.name) else { return }
        let path = folder.appending(news.name)
        guard !FileNameRule.isShelf(path) else { return }
        let now = SystemTime.monotonicNanoseconds()
        switch news.kind {
        case .created: finds.noteCreated(path, at: now)
        case .movedHere: finds.noteComplete(path)
        default: finds.noteClosed(path, due: now + Int64(settings.settleMilliseconds) * 1_000_000)
        }
    }

    /// Files may have come into a new folder before it was watched.
    private func walkNew(_ path: PathBytes) {
        do throws(FileFault) {
            _ = try walk(path)
        } catch {
            note(error, of: path)
        }
        noteWatching()
    }

    /// Looks through a folder and all in it; `false` when it was not to the end.
    private func walk(_ folder: PathBytes) throws(FileFault) -> Bool {
        let isAside = AsidePlace.contains(folder)
        guard folder.depth <= FolderSourceSettings.depthMax + (isAside ? AsidePlace.depth : 0) else {
            if !warnedTooDeep { events.tooDeep(folder) }
            warnedTooDeep = true
            return true
        }
        guard !stop.isRequested, !finds.isFull else {
            finds.noteForgotten()
            return false
        }
        board.progress()
        // Watched first: what comes while it is looked through is told of. Aside, we know it ourselves.
        if !isAside { tree.add(folder) }
        let (files, folders) = try names(in: folder)
        for name in files {
            let path = folder.appending(name)
            if !FileNameRule.isShelf(path) { finds.noteSwept(path) }
        }
        unreadable.remove(folder)
        for name in folders {
            let path = folder.appending(name)
            if FileNameRule.isShelf(path) { continue }
            do throws(FileFault) {
                guard try walk(path) else { return false }
            } catch {
                note(error, of: path)
            }
        }
        return true
    }

    /// The names of files that may be taken, the first `filesMax` of them, and of folders, sorted.
    private func names(in folder: PathBytes) throws(FileFault) -> (files: [PathBytes], folders: [PathBytes]) {
        var files: [PathBytes] = []
        var folders: [PathBytes] = []
        try disk.list(folder) { name, kind in
            let isAside = folder == .here && name == AsidePlace.folder && kind == .folder
            guard isAside || FileNameRule.takes(name) else { return }
            switch kind {
            case .folder: folders.append(name)
            case .file: files.append(name)
            case .other: return
            }
            if files.count >= 2 * settings.filesMax {
                files.sort()
                files.removeLast(files.count - settings.filesMax)
                finds.noteForgotten()
                board.progress()
            }
        }
        return (files, folders.sorted())
    }

    private func retryStuck() {
        let settle = Int64(settings.settleMilliseconds) * 1_000_000
        shelf.retry(
            on: disk, until: { stop.isRequested },
            changed: { path in
                events.changed(path)
                finds.settle(path, seen: nil, due: SystemTime.monotonicNanoseconds() + settle)
            })
        board.progress()
    }

    /// Those that are gone are no longer told of.
    private func forgetUnreadable() {
        for path in unreadable {
            do throws(FileFault) { _ = try disk.status(of: path) } catch {
                if error.isMissing { unreadable.remove(path) }
            }
        }
    }

    private func noteWatching() {
        let watches = tree.gap == nil
        if let gap = tree.gap, isWatching {
            events.notWatched(reason: gap)
            sweepAt = min(
                sweepAt,
                SystemTime.monotonicNanoseconds() + Int64(settings.sweepWithoutWatchMilliseconds) * 1_000_000)
        }
        if watches, !isWatching { events.watchedAgain() }
        isWatching = watches
    }
}
