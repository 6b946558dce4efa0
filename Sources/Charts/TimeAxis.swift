internal import Readings

/// The horizontal axis: moments on a line that is even in UTC, labelled as the clock of a zone shows them.
struct TimeAxis {
    /// A labelled moment.
    struct Tick {
        var x: Double
        var label: String
        /// Where another day begins than that of the tick before.
        var date: String?
        /// Whether a day begins here, on an axis of hours or less.
        var isMidnight: Bool
    }

    /// In milliseconds since 1970.
    let first: Int64
    let last: Int64
    private let left: Double
    private let width: Double

    /// One column a pixel on most pages, and a bound for what is drawn on all of them.
    static let columnsMax: Int64 = 1200
    /// Of a label with the space beside it, in pixels.
    private static let tickWidth = 84.0

    /// - Parameter last: Not before `first`; a single moment is shown in the middle of an hour.
    init(first: Int64, last: Int64, frame: ChartFrame) {
        self.first = first == last ? first - 1_800_000 : first
        self.last = first == last ? last + 1_800_000 : last
        left = frame.left + 10
        width = max(frame.right - frame.left - 20, 1)
    }

    /// How many columns of pixels the points are gathered in.
    var columns: Int64 { min(Int64(width), Self.columnsMax) }

    func x(_ milliseconds: Int64) -> Double {
        left + width * Double(milliseconds - first) / Double(last - first)
    }

    func column(_ milliseconds: Int64) -> Int64 {
        min((milliseconds - first) * columns / (last - first), columns - 1)
    }

    /// The ticks of the shortest step that leaves room for their labels.
    func ticks(in zone: Zone) -> [Tick] {
        let step = TimeStep.shortest(for: last - first, ticksMax: max(3, Int64(width / Self.tickWidth)))
        var ticks: [Tick] = []
        var day: Int64?
        for moment in step.moments(from: first, to: last, in: zone) {
            let clock = CivilClock(moment, zone: zone)
            let isNewDay = step.isWithinDay && clock.day != day
            ticks.append(
                Tick(
                    x: x(moment), label: clock.text(step.precision), date: isNewDay ? clock.text(.day) : nil,
                    isMidnight: step.isWithinDay && clock.millisecondOfDay == 0))
            day = clock.day
        }
        return ticks
    }
}
