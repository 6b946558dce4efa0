import Glibc

extension Oracle {
    /// How the distance between two fixes is computed.
    enum Distance {
        /// On a sphere of 6371 km radius, as gsw does.
        case haversine
        /// The geodesic on the WGS 84 ellipsoid.
        case wgs84
    }

    /// Fails impossible positions, suspects a jump of more than `rangeMax` metres; QARTOD test 3 (location).
    ///
    /// A fix without both coordinates is 9, without one of them 4. No distance is known to a fix next to an incomplete
    /// one; it is 1. By haversine a latitude beyond 90 still makes a distance, by WGS 84 it makes none.
    static func location(
        latitudes: [Double?], longitudes: [Double?], rangeMax: Double?, method: Distance = .haversine
    ) -> [Int] {
        latitudes.indices.map { i in
            let (latitude, longitude) = (latitudes[i].known, longitudes[i].known)
            if latitude == nil, longitude == nil { return missing }
            guard let latitude, let longitude else { return fail }
            if abs(latitude) > 90 || abs(longitude) > 180 { return fail }
            guard i > 0, let rangeMax, let fromLatitude = finite(latitudes[i - 1]),
                let fromLongitude = finite(longitudes[i - 1])
            else { return good }
            let from = Position(latitude: fromLatitude, longitude: fromLongitude)
            let to = Position(latitude: latitude, longitude: longitude)
            let distance = method == .haversine ? haversineMetres(from, to) : geodesicMetres(from, to)
            return distance > rangeMax ? suspect : good
        }
    }

    /// Suspects a platform that moves faster than it can, in metres per second; Argo's impossible speed test.
    ///
    /// The distance is the geodesic's, the time counts in whole seconds as in the rate of change: 0 s compares the
    /// distance itself. The first fix is 2, also without coordinates; later ones are 9 when a coordinate of theirs or
    /// of the fix before is missing or infinite, and 1 when a latitude is beyond 90 (no distance).
    static func speed(
        latitudes: [Double?], longitudes: [Double?], times: [Int64], suspectThreshold: Double, failThreshold: Double
    ) -> [Int] {
        times.indices.map { i in
            if i == 0 { return unknown }
            guard let latitude = finite(latitudes[i]), let longitude = finite(longitudes[i]),
                let fromLatitude = finite(latitudes[i - 1]), let fromLongitude = finite(longitudes[i - 1])
            else { return missing }
            let from = Position(latitude: fromLatitude, longitude: fromLongitude)
            let to = Position(latitude: latitude, longitude: longitude)
            let speed = geodesicMetres(from, to) / secondsToDivideBy(from: times[i - 1], to: times[i])
            if speed > failThreshold { return fail }
            return speed > suspectThreshold ? suspect : good
        }
    }

    /// A point on the earth, in degrees.
    struct Position {
        var latitude: Double
        var longitude: Double
    }

    /// The distance on a sphere in metres, by the haversine formula in gsw's order of operations.
    static func haversineMetres(_ from: Position, _ to: Position) -> Double {
        let radians = Double.pi / 180
        let (latitude, nextLatitude) = (from.latitude * radians, to.latitude * radians)
        let latitudeSine = sin((nextLatitude - latitude) / 2)
        let longitudeSine = sin((to.longitude * radians - from.longitude * radians) / 2)
        let a =
            latitudeSine * latitudeSine
            + cos(latitude) * cos(nextLatitude) * (longitudeSine * longitudeSine)
        return 6371e3 * (2 * atan2(a.squareRoot(), (1 - a).squareRoot()))
    }

    /// The distance on the WGS 84 ellipsoid in metres, to better than a millimetre; NaN beyond a pole.
    ///
    /// Karney, Algorithms for geodesics (2013): of the geodesics that leave the point further from the equator, the
    /// longitude at which they cross the other point's latitude grows with the azimuth (his section 4), so halving
    /// finds the one that arrives. The angle halved is the azimuth's complement, which is exact where it has to be:
    /// near east. His integrals (equations 7 and 8) are summed by Simpson's rule. Any two points will do, antipodal
    /// ones too.
    static func geodesicMetres(_ from: Position, _ to: Position) -> Double {
        guard abs(from.latitude) <= 90, abs(to.latitude) <= 90 else { return .nan }
        let apart = abs((to.longitude - from.longitude).remainder(dividingBy: 360)) * Double.pi / 180
        // Turned and mirrored so that the geodesic starts in the south, further from the equator, and goes north.
        let swaps = abs(from.latitude) < abs(to.latitude)
        let (start, end) = swaps ? (to.latitude, from.latitude) : (from.latitude, to.latitude)
        let mirror: Double = start < 0 ? 1 : -1
        let (first, second) = (reducedLatitude(-abs(start)), reducedLatitude(end * mirror))
        // Along the equator, up to the point from which the way around is shorter off it.
        if start == 0, apart <= (1 - flattening) * Double.pi { return equatorialRadius * apart }

        if apart == 0 { return Geodesic(first, second, climb: Double.pi / 2).metres }
        var (low, high) = (-Double.pi / 2, Double.pi / 2)
        for _ in 0..<120 {
            let climb = (low + high) / 2
            if Geodesic(first, second, climb: climb).longitude > apart { low = climb } else { high = climb }
        }
        return Geodesic(first, second, climb: (low + high) / 2).metres
    }

    private static var equatorialRadius: Double { 6_378_137 }
    private static var flattening: Double { 1 / 298.257223563 }

    /// The latitude on the auxiliary sphere, as cosine and sine.
    private static func reducedLatitude(_ latitude: Double) -> (cosine: Double, sine: Double) {
        let radians = latitude * Double.pi / 180
        let (x, y) = (cos(radians), sin(radians) * (1 - flattening))
        let length = (x * x + y * y).squareRoot()
        return (x / length, y / length)
    }

    /// The geodesic that leaves the first latitude climbing from east to north, up to where it crosses the second.
    private struct Geodesic {
        var longitude: Double
        var metres: Double

        init(
            _ first: (cosine: Double, sine: Double), _ second: (cosine: Double, sine: Double), climb: Double
        ) {
            let (sine1, cosine1) = (cos(climb), sin(climb))
            let sine0 = sine1 * first.cosine
            let cosine0 = (1 - sine0 * sine0).squareRoot()
            // The second azimuth's cosine times its latitude's: both are needed as a product only.
            let ahead = cosine1 * first.cosine
            // The same difference of squares, by whichever pair is not near 1 and keeps its digits.
            let across =
                first.cosine < -first.sine
                ? (second.cosine - first.cosine) * (second.cosine + first.cosine)
                : (first.sine - second.sine) * (first.sine + second.sine)
            let arrival = max(0, ahead * ahead + across).squareRoot()

            let (arc1, arc2) = (atan2(first.sine, ahead), atan2(second.sine, arrival))
            let (turn1, turn2) = (atan2(sine0 * first.sine, ahead), atan2(sine0 * second.sine, arrival))
            let eccentricity2 = flattening * (2 - flattening) / ((1 - flattening) * (1 - flattening))
            let k2 = eccentricity2 * cosine0 * cosine0
            let root = { (arc: Double) -> Double in (1 + k2 * sin(arc) * sin(arc)).squareRoot() }
            let lag = simpson(from: arc1, to: arc2) { (2 - flattening) / (1 + (1 - flattening) * root($0)) }
            longitude = turn2 - turn1 - flattening * sine0 * lag
            metres = equatorialRadius * (1 - flattening) * simpson(from: arc1, to: arc2, root)
        }
    }

    /// The integral by Simpson's rule over 200 strips.
    private static func simpson(from start: Double, to end: Double, _ function: (Double) -> Double) -> Double {
        let strips = 200
        let width = (end - start) / Double(strips)
        let sum = (0...strips).reduce(0.0) { sum, i in
            let weight = i == 0 || i == strips ? 1.0 : i % 2 == 1 ? 4.0 : 2.0
            return sum + weight * function(start + Double(i) * width)
        }
        return sum * width / 3
    }
}

extension Double? {
    /// The coordinate unless it is missing or NaN; an infinite one is known, and impossible.
    fileprivate var known: Double? {
        guard let self, !self.isNaN else { return nil }
        return self
    }
}
