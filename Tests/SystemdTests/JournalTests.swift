import Glibc
import Testing

@testable import Systemd

@Suite struct `Journal lines` {
    @Test(arguments: [
        (Journal.Priority.error, "<3>disk full\n"), (.warning, "<4>disk full\n"), (.debug, "<7>disk full\n"),
    ])
    func `begin with the priority of syslog`(priority: Journal.Priority, expected: String) {
        var output: [UInt8] = []
        Journal.append("disk full", priority: priority, to: &output)
        #expect(String(decoding: output, as: UTF8.self) == expected)
    }

    @Test func `carry the priority on each line of a message`() {
        var output: [UInt8] = []
        Journal.append("first\nsecond\n", priority: .info, to: &output)
        #expect(String(decoding: output, as: UTF8.self) == "<6>first\n<6>second\n")
    }

    @Test func `are written only when standard error is the stream that the journal named`() {
        var status = stat()
        #expect(unsafe fstat(STDERR_FILENO, &status) == 0)
        #expect(!Journal.isStandardError(stream: nil))
        #expect(Journal.isStandardError(stream: "\(status.st_dev):\(status.st_ino)"))
        #expect(!Journal.isStandardError(stream: "\(status.st_dev):\(status.st_ino + 1)"))
    }
}
