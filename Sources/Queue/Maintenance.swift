public import Readings

/// A time in which a technician worked at a station: its readings fail with `MNT`.
public struct MaintenanceWindow: Sendable, Hashable {
    /// Counts up within one queue.
    public var id: Int64
    public var station: String
    /// The first observed time that belongs to it.
    public var from: Timestamp
    /// The first one after it.
    public var to: Timestamp
    public var reason: String
    /// Who declared it; `nil` when not told.
    public var actor: String?
    public var declared: Timestamp
    /// When it was taken back; `nil`: it holds.
    public var withdrawn: Timestamp?
    /// Readings up to here that were there already have been gone through.
    public var applied: Timestamp

    /// Every reading that was there has its `MNT`, or has lost it again.
    public var isApplied: Bool { applied >= to }

    public init(
        id: Int64, station: String, from: Timestamp, to: Timestamp, reason: String, actor: String?, declared: Timestamp,
        withdrawn: Timestamp? = nil, applied: Timestamp
    ) {
        self.id = id
        self.station = station
        self.from = from
        self.to = to
        self.reason = reason
        self.actor = actor
        self.declared = declared
        self.withdrawn = withdrawn
        self.applied = applied
    }
}

/// The windows that hold, and those that were not gone through yet, as the writer remembers them.
struct MaintenanceWindows {
    private(set) var all: [MaintenanceWindow] = []
    /// The windows that hold, by the station's number in the `TextPool`.
    private var byStation: [Int32: [ClosedRange<Int64>]] = [:]

    /// No reading is in maintenance.
    var isEmpty: Bool { byStation.isEmpty }
    /// The first that was not gone through yet.
    var unfinished: MaintenanceWindow? { all.first { !$0.isApplied } }

    init() {}

    init(_ windows: [MaintenanceWindow], texts: inout TextPool) {
        all = windows
        for window in windows where window.withdrawn == nil && window.from < window.to {
            let range = window.from.millisecondsSince1970...(window.to.millisecondsSince1970 - 1)
            byStation[texts.number(of: window.station), default: []].append(range)
        }
    }

    @inline(__always)
    func contains(_ time: Timestamp, station: Int32) -> Bool {
        byStation[station]?.contains { $0.contains(time.millisecondsSince1970) } ?? false
    }
}
