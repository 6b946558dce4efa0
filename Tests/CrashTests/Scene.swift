import Foundation
import QuantracTesting
import Testing

/// Everything that stands around the daemon in these tests.
struct Scene {
    let folder: TestFolder
    let broker: TestBroker
    let plan: DaemonProcess.Plan
    var pulled: String { folder.path("warehouse") }

    /// - Parameter dataDirectory: where the queue goes, when not into the scene's own folder.
    init(dataDirectory: String? = nil) throws {
        folder = try TestFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path("warehouse"), withIntermediateDirectories: true)
        broker = try TestBroker()
        plan = DaemonProcess.Plan(
            folder: folder.path, dataDirectory: dataDirectory,
            tables: """
                [[consumer]]
                name = "warehouse"

                [[mqtt]]
                name = "field"
                url = "mqtt://127.0.0.1:\(broker.port)"
                topics = ["quantrac/v1/{station}/readings"]
                """)
    }

    func puller() throws -> ChildProcess {
        try ChildProcess(
            quantrac: ["pull", plan.url, "--consumer", "warehouse", "--to", pulled],
            log: folder.path("pull.log"))
    }

    /// Waits until the broker keeps a session for the daemon: from here on nothing that is published passes it by.
    func waitForSubscription() throws {
        try waitUntil("the daemon has subscribed", seconds: 20) {
            broker.log.contains("Sending SUBACK to quantrac-test-1-field")
        }
    }

    /// Waits until the puller has written everything, then compares.
    func check(_ acknowledged: Set<LiveLoad.Key>, seconds: Double = 60) throws {
        var warehouse = try Warehouse(folder: pulled)
        try waitUntil("everything acknowledged is at the warehouse", seconds: seconds) {
            usleep(200_000)
            warehouse = try Warehouse(folder: pulled)
            return acknowledged.isSubset(of: warehouse.keys)
        }
        #expect(acknowledged.subtracting(warehouse.keys).isEmpty, "lost")
        #expect(warehouse.duplicates == 0, "the same natural key and version came twice")
        #expect(warehouse.wrongValues == 0, "a value changed on its way")
    }
}
