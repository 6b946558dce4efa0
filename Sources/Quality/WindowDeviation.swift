/// Whether the standard deviation of a window lies below thresholds, without going through the window for every sample.
///
/// Sums are carried from sample to sample together with a bound of their error. Only where that bound reaches a threshold
/// are the values of the window gone through twice, as the definition says. The sums begin anew after as many samples
/// as the window holds.
struct WindowDeviation {
    private var count = 0
    private var shift = 0.0
    private var sum = 0.0
    private var sumOfSquares = 0.0
    private var sumError = 0.0
    private var squaresError = 0.0
    private var operations = 0

    private static let epsilon = Double.ulpOfOne

    @inline(__always)
    mutating func add(_ value: Double) {
        if count == 0 { restart(at: value) }
        count &+= 1
        take(value, sign: 1)
    }

    @inline(__always)
    mutating func remove(_ value: Double) {
        count &-= 1
        take(value, sign: -1)
    }

    @inline(__always)
    private mutating func take(_ value: Double, sign: Double) {
        let distance = value - shift
        let square = distance * distance
        sum += sign * distance
        sumOfSquares += sign * square
        sumError += Self.epsilon * (abs(sum) + 2 * abs(distance))
        squaresError += Self.epsilon * (abs(sumOfSquares) + 4 * square)
        operations &+= 1
    }

    private mutating func restart(at value: Double) {
        self = WindowDeviation()
        shift = value
    }

    /// Where the deviation lies: 0 below `fail`, 1 below `suspect`, 2 above both; `nil` when `exactPlace` must be asked.
    @inline(__always)
    func place(suspect: Double, fail: Double) -> Int? {
        guard count > 0, operations <= 2 * count + 16 else { return nil }
        let size = Double(count)
        let mean = sum / size
        let square = sumOfSquares / size
        let variance = square - mean * mean
        let meanError = sumError / size
        let error =
            2 * (squaresError / size + (2 * abs(mean) + meanError) * meanError)
            + 8 * Self.epsilon * (square + mean * mean)
        guard let isFail = Self.isBelow(fail, variance, error),
            let isSuspect = Self.isBelow(suspect, variance, error)
        else { return nil }
        return isFail ? 0 : isSuspect ? 1 : 2
    }

    /// The same by the values of the window, those that were added and not removed; the sums begin anew.
    mutating func exactPlace(suspect: Double, fail: Double, values: some Sequence<Double>) -> Int {
        guard count > 0 else { return 2 }
        if operations > 2 * count + 16 {
            let centre = shift + sum / Double(count)
            // Values near the end of the range have no finite sum.
            restart(at: centre.isFinite ? centre : 0)
            for value in values {
                count += 1
                take(value, sign: 1)
            }
            operations = 0
        }
        let exact = Self.deviation(values)
        return exact < fail ? 0 : exact < suspect ? 1 : 2
    }

    /// `nil`: too near to tell.
    @inline(__always)
    private static func isBelow(_ threshold: Double, _ variance: Double, _ error: Double) -> Bool? {
        if threshold <= 0 { return false }
        let square = threshold * threshold
        let bound = error + 4 * epsilon * square
        if variance + bound < square { return true }
        if variance - bound > square { return false }
        return nil
    }

    /// The root of the mean square distance from the mean (ddof 0), over the values as they are; 0 when all are equal.
    static func deviation(_ values: some Sequence<Double>) -> Double {
        var count = 0.0
        var sum = 0.0
        var minimum = Double.infinity
        var maximum = -Double.infinity
        for value in values {
            count += 1
            sum += value
            minimum = min(minimum, value)
            maximum = max(maximum, value)
        }
        // A mean of equal values can differ from them in the last place.
        guard count > 0, minimum < maximum else { return 0 }
        let mean = sum / count
        var squares = 0.0
        for value in values { squares += (value - mean) * (value - mean) }
        return (squares / count).squareRoot()
    }
}
