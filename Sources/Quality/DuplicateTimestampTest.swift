import Readings

/// Suspects every sample whose time another sample has too.
///
/// `duplicate_timestamp_test` of ioos_qc; for files. The queue recognises duplicates by their natural key.
enum DuplicateTimestampTest {
    static func flags(_ times: [Int64]) -> [QualityFlag] {
        var counts: [Int64: Int] = [:]
        for time in times { counts[time, default: 0] += 1 }
        return times.map { counts[$0] == 1 ? .pass : .suspect }
    }
}
