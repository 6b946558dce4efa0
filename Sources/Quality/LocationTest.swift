import Readings
import Rules

/// Fails impossible coordinates, suspects a station that has moved too far.
///
/// IOOS QARTOD, test 3.
struct LocationTest {
    let rule: LocationRule

    /// - Parameter previous: The position of the sample before; `nil` for the first one.
    func flag(previous: Position?, _ position: Position) -> QualityFlag {
        if position.latitude.isNaN, position.longitude.isNaN { return .missing }
        if position.latitude.isNaN || position.longitude.isNaN { return .fail }
        if abs(position.latitude) > 90 || abs(position.longitude) > 180 { return .fail }
        guard let limit = rule.rangeMaxMetres, let previous else { return .pass }
        let distance =
            switch rule.rangeMethod {
            case .haversine: previous.haversineDistance(to: position)
            case .wgs84: previous.ellipsoidDistance(to: position)
            }
        return distance > limit ? .suspect : .pass
    }
}
