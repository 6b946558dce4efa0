/// What is known of edge nodes and devices that send data without a birth.
///
/// A few numbers of the last ones only, and nothing that outlives the process: whoever may publish can invent names
/// without end, and these must take no place from those that are born.
struct SparkplugStrangers: Sendable {
    /// When they were asked for their births, by the hash of the edge node's key.
    var requests = SparkplugRecent<SparkplugRequests>()
    /// The hash of the key that the readings of a station come from, by the hash of the station.
    var owners = SparkplugRecent<Int>()
}

/// The values of the last 1,024 keys; a further key takes the place of the oldest.
struct SparkplugRecent<Value: Sendable>: Sendable {
    private static var countMax: Int { 1024 }

    private var keys: [Int] = []
    private var values: [Value] = []
    private var oldest = 0

    subscript(key: Int) -> Value? {
        get { keys.firstIndex(of: key).map { values[$0] } }
        set {
            guard let newValue else { return }
            if let known = keys.firstIndex(of: key) {
                values[known] = newValue
            } else if keys.count < Self.countMax {
                keys.append(key)
                values.append(newValue)
            } else {
                keys[oldest] = key
                values[oldest] = newValue
                oldest = (oldest + 1) % Self.countMax
            }
        }
    }
}
