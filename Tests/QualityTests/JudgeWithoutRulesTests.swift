import Quality
import Readings
import Testing

@Suite struct `Judge without rules` {
    private let noon = Timestamp(millisecondsSince1970: 1_795_392_000_000)

    private func judge(
        _ value: Double?, status: String = "00", delay: Int64 = 0, qualifiers: Qualifiers = []
    ) -> Judgement {
        let code = Array(status.utf8)
        return QualityJudge().judge(
            Observation(
                series: 1, time: noon, received: noon.advanced(byMilliseconds: delay), value: value,
                status: DeviceStatus(code: code.span), qualifiers: qualifiers))
    }

    private static let codes: [(String, QualityFlag, Qualifiers)] = [
        ("", .notEvaluated, []), ("00", .notEvaluated, []), ("01", .fail, .calibrating),
        ("02", .fail, .deviceError), ("03", .fail, .maintenance), ("04", .suspect, .unknownStatus),
        ("0", .suspect, .unknownStatus), ("000", .suspect, .unknownStatus), ("ok", .suspect, .unknownStatus),
    ]

    @Test(arguments: codes)
    func `flags by the device's status`(code: String, flag: QualityFlag, qualifiers: Qualifiers) {
        let judgement = judge(7.1, status: code)
        #expect(judgement.flag == flag)
        #expect(judgement.qualifiers == qualifiers)
        #expect(judgement.tests == .notEvaluated)
    }

    @Test(arguments: ["", "00", "01", "02", "77"])
    func `a reading without a value is missing whatever its status`(code: String) {
        #expect(judge(nil, status: code).flag == .missing)
    }

    private static let delays: [(Int64, Bool, Bool)] = [
        (300_000, false, false), (300_001, true, false), (-300_000, false, false), (-300_001, false, true),
    ]

    @Test(arguments: delays)
    func `five minutes are allowed either way, to the millisecond`(delay: Int64, late: Bool, future: Bool) {
        let judgement = judge(7.1, delay: delay)
        #expect(judgement.qualifiers.contains(.late) == late)
        #expect(judgement.qualifiers.contains(.future) == future)
        #expect(judgement.flag == (future ? .fail : .notEvaluated))
    }

    @Test func `the worst of several reasons wins and all of them are kept`() {
        let judgement = judge(7.1, status: "04", delay: -400_000, qualifiers: .clock)
        #expect(judgement.flag == .fail)
        #expect(judgement.qualifiers == [.unknownStatus, .future, .clock])
    }

    @Test func `a missing clock makes a reading suspect`() {
        #expect(judge(7.1, qualifiers: .clock).flag == .suspect)
    }

    @Test func `the roll-up order is 9, 2, 1, 3, 4`() {
        let rising: [QualityFlag] = [.missing, .notEvaluated, .pass, .suspect, .fail]
        for (place, flag) in rising.enumerated() {
            for better in rising[..<place] {
                #expect(flag.worse(than: better) == flag)
                #expect(better.worse(than: flag) == flag)
            }
        }
    }
}

@Suite struct `Test digits` {
    @Test func `each test has its own digit, from the left`() {
        var digits = TestDigits.notEvaluated
        digits[.grossRange] = .pass
        digits[.spike] = .suspect
        digits[.neighbour] = .fail
        digits[.gap] = .pass
        #expect(digits.decimal == 12_212_322_224)
        #expect(digits[.gap] == .pass && digits[.spike] == .suspect && digits[.flatLine] == .notEvaluated)
    }
}
