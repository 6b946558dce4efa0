/// One value of a series, as the tests see it.
struct Sample {
    /// Nanoseconds since 1970 UTC, so that no file's time is rounded.
    var time: Int64
    /// NaN where there is none.
    var value: Double

    var isMissing: Bool { value.isNaN }
}

/// Whole seconds from one moment to another.
///
/// Towards the past, as NumPy converts a `timedelta64`: 0.9 s is 0, -0.1 s is -1.
@inline(__always)
func wholeSeconds(nanoseconds: Int64) -> Int64 {
    let quotient = nanoseconds / 1_000_000_000
    return nanoseconds % 1_000_000_000 < 0 ? quotient - 1 : quotient
}
