import Foundation
import Testing

@testable import Settings

@Suite struct `Serial lines that settings name` {
    /// `/dev/null` and `/dev/zero` stand for ttys: what counts is that they are devices.
    private func faults(_ first: String, _ second: String) throws -> [SettingsFault] {
        let one = ModbusText.bus().replacing("tcp://h", with: "rtu://\(first)")
        let other = ModbusText.bus().replacing("tcp://h", with: "rtu://\(second)").replacing("\"a\"", with: "\"b\"")
            .replacing("HN-1", with: "HN-2")
        return try readSettings(one + "\n" + other).fileFaults()
    }

    @Test func `are one although two links lead there`() throws {
        let folder = try SettingsFolder()
        let link = folder.path + "/usb-adapter"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
        let found = try faults("/dev/null", link)
        #expect(found.map(\.kind) == [.duplicate] && found.map(\.key) == ["modbus[b].url"] && found.map(\.line) == [16])
        #expect(found.first?.message.contains("is the tty /dev/null, which the bus at") == true)
        #expect(try faults("/dev/zero", link).isEmpty)
    }

    @Test func `may be plugged in later`() throws {
        #expect(try faults("/dev/serial/by-id/not-there", "/dev/serial/by-id/nor-here").isEmpty)
    }

    @Test func `are no files and no folders`() throws {
        let folder = try SettingsFolder(["tty": "text"])
        let found = try faults(folder.path + "/tty", folder.path)
        #expect(found.map(\.kind) == [.unreadable, .unreadable])
        #expect(found.first?.message == "\(folder.path)/tty is no tty, expected one")
    }
}
