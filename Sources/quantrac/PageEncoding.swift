import Delivery
import Queue

/// Pages in the two forms of the pull API; what it learns of a queue's names it keeps from page to page.
struct PageEncoding {
    private var lines = NDJSONEncoder()
    private var rows = CSVEncoder()

    static let csvHeading = Array(CSVEncoder.header.utf8)

    mutating func ndjson(_ page: Page) -> [UInt8] {
        var bytes: [UInt8] = []
        lines.append(page, to: &bytes)
        return bytes
    }

    mutating func csv(_ page: Page) -> [UInt8] {
        var bytes: [UInt8] = []
        rows.append(page, to: &bytes)
        return bytes
    }
}
