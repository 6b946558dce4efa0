import FoundationEssentials
import Registers

/// The tty that a bus names, by a path that may be a link.
struct SerialDevice: Sendable {
    let path: String
    let key: String
    let place: Place

    /// `nil` for a bus that is no serial line of this machine.
    init?(_ address: BusAddress, key: String, place: Place) {
        guard case .rtu(let device, _) = address else { return nil }
        path = device
        self.key = key
        self.place = place
    }

    /// What is wrong with the ttys of all buses as the machine has them now: one under two names, or something else there.
    ///
    /// One that is not there is no fault: it may be plugged in later.
    static func faults(_ devices: [SerialDevice]) -> [SettingsFault] {
        var faults: [SettingsFault] = []
        var seen: [String: SerialDevice] = [:]
        for device in devices {
            switch FileState(path: device.path) {
            case .directory, .file:
                faults.append(
                    SettingsFault(
                        .unreadable, at: device.place, key: device.key, "\(device.path) is no tty, expected one"))
            case .missing, .unreadable: continue
            case .other: break
            }
            let target = URL(filePath: device.path).resolvingSymlinksInPath().path
            if let first = seen[target] {
                faults.append(
                    SettingsFault(
                        .duplicate, at: device.place, key: device.key,
                        "\(device.path) is the tty \(target), which the bus at \(first.place) has already; expected its "
                            + "devices there"))
            }
            seen[target] = seen[target] ?? device
        }
        return faults
    }
}
