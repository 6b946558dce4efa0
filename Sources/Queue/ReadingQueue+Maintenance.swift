public import Readings

extension ReadingQueue {
    /// Declares that a technician works at a station: readings observed from `from` to before `to` fail with `MNT`, those
    /// that are there already by a further revision each, as soon as the writer gets to them.
    ///
    /// - Throws: `badArgument` for a window that ends before it begins, a station that cannot be, or no reason.
    public func declareMaintenance(
        station: String, from: Timestamp, to: Timestamp, reason: String, actor: String?
    ) throws(QueueError) -> MaintenanceWindow {
        try perform { writer throws(QueueError) in
            try writer.declareMaintenance(station: station, from: from, to: to, reason: reason, actor: actor)
        }
    }

    /// Takes a window back; its readings get a further revision without `MNT`.
    ///
    /// - Throws: `badArgument` when there is no such window, or it was withdrawn already.
    public func withdrawMaintenance(
        _ id: Int64, reason: String, actor: String?
    ) throws(QueueError) -> MaintenanceWindow {
        try perform { writer throws(QueueError) in
            try writer.withdrawMaintenance(id, reason: reason, actor: actor)
        }
    }
}
