/// Why a further revision of a reading stands in the queue; the first revision has none.
public enum Cause: String, Sendable, Hashable, CaseIterable {
    /// The same source sent another content for the same key.
    case corrected
    /// Another source sent another content for the same key.
    case conflict
    /// The spike digit of an earlier reading became final and changed its flag.
    case settled
    /// A technician declared a maintenance window.
    case maintenance
    /// The quality rules changed.
    case rules
    /// A neighbouring sensor or station was compared after the wait.
    case neighbour
    /// A late reading changed the judgement of those after it.
    case late
}
