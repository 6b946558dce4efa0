import Glibc

/// A place on the earth, WGS 84, in degrees; NaN where a coordinate is missing.
struct Position {
    var latitude: Double
    var longitude: Double

    /// On a sphere of 6,371 km, in metres; NaN when a coordinate is missing.
    func haversineDistance(to other: Position) -> Double {
        let radian = Double.pi / 180
        let halfLatitude = sin((other.latitude - latitude) * radian / 2)
        let halfLongitude = sin((other.longitude - longitude) * radian / 2)
        let chord =
            halfLatitude * halfLatitude
            + cos(latitude * radian) * cos(other.latitude * radian) * halfLongitude * halfLongitude
        return 6_371_000 * 2 * atan2(chord.squareRoot(), max(0, 1 - chord).squareRoot())
    }

    /// Along the ellipsoid of WGS 84, in metres, to about a millimetre; NaN when a coordinate is missing or a latitude
    /// beyond the poles.
    ///
    /// T. Vincenty, Survey Review XXIII 176 (1975). Nearly opposite points, for which his series does not end, are given the
    /// distance on the sphere, which is 0.5 % off.
    func ellipsoidDistance(to other: Position) -> Double {
        guard abs(latitude) <= 90, abs(other.latitude) <= 90, longitude.isFinite, other.longitude.isFinite else {
            return .nan
        }
        let axis = 6_378_137.0
        let flattening = 1 / 298.257_223_563
        let radian = Double.pi / 180
        let first = atan((1 - flattening) * tan(latitude * radian))
        let second = atan((1 - flattening) * tan(other.latitude * radian))
        let difference = remainder(other.longitude - longitude, 360) * radian
        var lambda = difference
        for _ in 0..<200 {
            let crossing = cos(second) * sin(lambda)
            let along = cos(first) * sin(second) - sin(first) * cos(second) * cos(lambda)
            let sinSigma = (crossing * crossing + along * along).squareRoot()
            if sinSigma == 0 { return 0 }
            let cosSigma = sin(first) * sin(second) + cos(first) * cos(second) * cos(lambda)
            let sigma = atan2(sinSigma, cosSigma)
            let sinAlpha = cos(first) * cos(second) * sin(lambda) / sinSigma
            let cosSquared = 1 - sinAlpha * sinAlpha
            let middle = cosSquared > 1e-12 ? cosSigma - 2 * sin(first) * sin(second) / cosSquared : 0
            let part = flattening / 16 * cosSquared * (4 + flattening * (4 - 3 * cosSquared))
            let before = lambda
            lambda =
                difference
                + (1 - part) * flattening * sinAlpha
                * (sigma + part * sinSigma * (middle + part * cosSigma * (2 * middle * middle - 1)))
            guard abs(lambda) <= .pi else { break }
            guard abs(lambda - before) < 1e-13 else { continue }
            let polar = axis * (1 - flattening)
            let square = cosSquared * (axis * axis - polar * polar) / (polar * polar)
            let scale = 1 + square / 16384 * (4096 + square * (square * (320 - 175 * square) - 768))
            let bend = square / 1024 * (256 + square * (square * (74 - 47 * square) - 128))
            let correction =
                bend * sinSigma
                * (middle + bend / 4
                    * (cosSigma * (2 * middle * middle - 1)
                        - bend / 6 * middle * (4 * sinSigma * sinSigma - 3) * (4 * middle * middle - 3)))
            return polar * scale * (sigma - correction)
        }
        return haversineDistance(to: other)
    }
}
