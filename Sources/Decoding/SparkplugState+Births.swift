import Readings

extension SparkplugState {
    /// - Parameter received: `nil` for a birth that an earlier run remembered.
    mutating func setBorn(_ device: Int, _ birth: SparkplugBirth, generation: UInt32, _ received: Timestamp?) {
        if let received {
            let isAsBefore = devices[device].birth?.hasSameAliases(as: birth) ?? false
            let since = received.millisecondsSince1970
            devices[device].since = isAsBefore ? min(since, devices[device].since) : since
        }
        removeBirth(device)
        sessions[Int(devices[device].session)].metrics += Int32(birth.entries.count)
        birthBytes += birth.bytes + devices[device].text.count
        devices[device].birth = birth
        devices[device].generation = generation
        devices[device].isAlive = true
    }

    mutating func removeBirth(_ device: Int) {
        guard let birth = devices[device].birth else { return }
        sessions[Int(devices[device].session)].metrics -= Int32(birth.entries.count)
        birthBytes -= birth.bytes + devices[device].text.count
        devices[device].birth = nil
        setDead(device)
    }

    /// Its birth stays, for the units of metrics that come by name.
    mutating func setDead(_ device: Int) {
        devices[device].isAlive = false
        devices[device].generation = 0
    }

    mutating func setDeathRemembered(_ device: Int, _ isRemembered: Bool) {
        devices[device].isDeathRemembered = isRemembered
    }

    /// It had died when the earlier run ended.
    mutating func recallDeath(_ device: Int) {
        devices[device].isDeathRemembered = true
        setDead(device)
    }

    mutating func setSince(_ device: Int, _ since: Int64) {
        devices[device].since = since
    }

    mutating func setRemembered(_ device: Int, _ isRemembered: Bool) {
        devices[device].isRemembered = isRemembered
    }
}
