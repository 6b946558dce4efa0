import OwnThread
import Testing

@testable import Acquisition

@Suite struct `Folder finds` {
    private func names(_ finds: inout FileFinds) -> [String] {
        var names: [String] = []
        while let next = finds.next() { names.append("\(next.path)") }
        return names
    }

    @Test func `come by path, and each once`() {
        var finds = FileFinds(filesMax: 10)
        for name in ["b", "a/2", "a/1", "b"] { finds.noteSwept(PathBytes(name)) }
        finds.noteComplete(PathBytes("b"))
        #expect(finds.hasNext)
        #expect(names(&finds) == ["a/1", "a/2", "b"])
        #expect(!finds.hasNext)
    }

    @Test func `settle until they are due, and longer when they are closed again`() {
        var finds = FileFinds(filesMax: 10)
        finds.noteClosed(PathBytes("b"), due: 20)
        finds.noteClosed(PathBytes("a"), due: 10)
        finds.noteSwept(PathBytes("a"))
        #expect(finds.nextDue == 10)
        finds.advance(to: 9)
        #expect(names(&finds) == [])
        finds.noteClosed(PathBytes("a"), due: 30)
        finds.advance(to: 20)
        #expect(names(&finds) == ["b"])
        finds.advance(to: 30)
        #expect(names(&finds) == ["a"])
        #expect(finds.nextDue == nil)
    }

    @Test func `need not settle when they are renamed into place`() {
        var finds = FileFinds(filesMax: 10)
        finds.noteClosed(PathBytes("a"), due: 10)
        finds.noteComplete(PathBytes("a"))
        let next = finds.next()
        #expect(next?.find.isComplete == true)
        finds.advance(to: 10)
        #expect(names(&finds) == [])
    }

    @Test func `are forgotten beyond their number, and that is told`() {
        var finds = FileFinds(filesMax: 2)
        for name in ["a", "b"] { finds.noteSwept(PathBytes(name)) }
        #expect(finds.isFull)
        #expect(!finds.isOverfull)
        finds.noteClosed(PathBytes("c"), due: 1)
        #expect(finds.isOverfull)
        #expect(names(&finds) == ["a", "b"])
        finds.beginSweep(at: 0, patience: 1)
        #expect(!finds.isOverfull)
    }

    @Test(arguments: [
        ("a.txt", true), ("HN_BKHN_KHIKXQ_20260325000500.txt", true), ("tmp", true), ("a.tmpx", true), ("~a", true),
        ("part", true), (".a", false), ("a.tmp", false), ("a.TMP", false), ("a.part", false), ("a.filepart", false),
        ("a.txt~", false), (".tmp", false), ("", false),
    ])
    func `are taken by their names`(name: String, isTaken: Bool) {
        #expect(FileNameRule.takes(PathBytes(name)) == isTaken)
    }

    @Test func `paths are taken apart and put together`() {
        let path = PathBytes("a/b/c.txt")
        #expect(path.parent == PathBytes("a/b"))
        #expect(path.name == PathBytes("c.txt"))
        #expect(path.depth == 3)
        #expect(path.names.map(\.description) == ["a", "b", "c.txt"])
        #expect(PathBytes.here.appending(PathBytes("a")) == PathBytes("a"))
        #expect(PathBytes("a").parent == .here)
        #expect(PathBytes.here.depth == 0)
    }
}
