import Readings
import Rules

/// Flags a station that has moved faster than it can.
///
/// `speed_test` of ioos_qc (Argo quality control manual, test 5).
struct SpeedTest {
    let rule: SpeedRule

    /// - Parameter previous: The sample before; `nil` for the first one, which is not evaluated.
    func flag(
        previous: (position: Position, time: Int64)?, _ position: Position, time: Int64
    ) -> QualityFlag {
        guard let previous else { return .notEvaluated }
        if position.isMissing || previous.position.isMissing { return .missing }
        let distance = previous.position.ellipsoidDistance(to: position)
        let seconds = wholeSeconds(nanoseconds: time &- previous.time)
        // The reference divides by zero, and goes on with what it wanted to divide.
        let speed = seconds == 0 ? distance : distance / Double(seconds.magnitude)
        if speed > rule.failThreshold { return .fail }
        if speed > rule.suspectThreshold { return .suspect }
        return .pass
    }
}

extension Position {
    /// A coordinate is missing.
    var isMissing: Bool { latitude.isNaN || longitude.isNaN }
}
