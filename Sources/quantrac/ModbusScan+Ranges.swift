import Modbus
import Registers

extension ModbusScan {
    /// What can be read of one table of a unit.
    struct RangeScan: Equatable {
        var kind: RegisterKind
        /// In ascending order, none touches the next.
        var readable: [Range<Int>] = []
        /// Those that the device refuses, with its exception.
        var refused: [(addresses: Range<Int>, exception: UInt8)] = []
        /// Those that it leaves without an answer, or that were not asked for any more.
        var unanswered: [Range<Int>] = []
        /// What stood in the readable ones.
        var words: [Int: UInt16] = [:]
        var ending = Ending.complete

        enum Ending: Equatable {
            case complete
            /// The device does not know the function: it has no such table.
            case noSuchTable(UInt8)
            /// It no longer answers what it has answered before.
            case silent(ModbusFailure)
            /// Too many questions without an answer, though it answers others.
            case tooManyUnanswered
            case failed(ModbusFailure)
        }

        static func == (left: RangeScan, right: RangeScan) -> Bool {
            left.kind == right.kind && left.readable == right.readable && left.unanswered == right.unanswered
                && left.words == right.words && left.ending == right.ending
                && left.refused.elementsEqual(right.refused) { $0 == $1 }
        }
    }

    /// Each costs the late-response window several times, because nothing may be confused with an answer that may still
    /// come.
    private static let unansweredMax = 8
    /// So many failures in a row: then the device is asked whether it is still there.
    private static let failuresMax = 6
    private static let triesMax = 3

    /// Asks for `addresses` in blocks of up to `block`, and halves a block that is refused, or not answered, until it is
    /// one address; after that blocks grow again.
    ///
    /// A device that says nothing to what it does not have is asked something that it has answered: as long as it
    /// does, silence is taken for a refusal.
    /// - Parameter pairs: Where one address is refused, two are tried: some devices refuse half of a value.
    /// - Parameter known: A question that the unit has answered.
    func ranges(
        of unit: UInt8, _ kind: RegisterKind, _ addresses: Range<Int>, block: Int, pairs: Bool = false,
        known: RegisterRequest
    ) -> RangeScan {
        var state = RangeSearch(scan: RangeScan(kind: kind), next: addresses.lowerBound, size: block, known: known)
        while state.scan.ending == .complete, state.next < addresses.upperBound {
            let range = state.next..<min(state.next + state.size, addresses.upperBound)
            progress("unit \(unit), \(kind.rawValue) \(ModbusNumber.addresses(range))")
            let reply = askPatiently(unit, request(kind, range), tries: range.count == 1 ? 2 : 1)
            if case .failed = reply { state.failures += 1 } else { state.failures = 0 }
            switch reply {
            case .words(let words): state.take(words, at: range, block: block)
            case .exception(1) where state.scan.readable.isEmpty: state.scan.ending = .noSuchTable(1)
            case .exception(let code) where ModbusDeviceReader.mayBeAPart(code) && range.count > 1:
                state.size = range.count / 2
            case .exception(let code):
                let pair = range.lowerBound..<range.lowerBound + 2
                if pairs, range.count == 1, pair.upperBound <= addresses.upperBound,
                    case .words(let words) = askPatiently(unit, request(kind, pair), tries: 1)
                {
                    state.take(words, at: pair, block: 1)
                } else {
                    state.refuse(range, code)
                }
            case .failed(let failure) where failure.isStop || ModbusDeviceReader.isDead(failure) && !failure.isLoss:
                state.scan.ending = .failed(failure)
            case .failed(let failure): bear(failure, at: range, of: unit, &state)
            }
        }
        if case .noSuchTable = state.scan.ending { return state.scan }
        if state.next < addresses.upperBound { state.scan.unanswered.append(state.next..<addresses.upperBound) }
        state.scan.unanswered = merged(state.scan.unanswered)
        state.scan.readable = merged(state.scan.readable)
        return state.scan
    }

    /// How far a search is.
    private struct RangeSearch {
        var scan: RangeScan
        var next: Int
        /// Of the next question.
        var size: Int
        /// What the unit has answered last.
        var known: RegisterRequest
        /// Questions in a row without an answer.
        var failures = 0
        /// Addresses without an answer.
        var unanswered = 0

        mutating func take(_ words: [UInt16], at range: Range<Int>, block: Int) {
            scan.note(words, at: range.lowerBound)
            // Of another shape than a question for one address, where it can be: it has nothing to wait for then.
            let count = min(range.count, scan.kind.isBit ? 16 : 2)
            known = RegisterRequest(kind: scan.kind, address: UInt16(range.lowerBound), count: UInt16(count))
            next = range.upperBound
            size = min(block, range.count * 2)
        }

        mutating func refuse(_ range: Range<Int>, _ code: UInt8) {
            scan.refuse(range, code)
            next = range.upperBound
        }
    }

    /// A question without an answer: it is made smaller, as long as the device is there at all.
    private func bear(_ failure: ModbusFailure, at range: Range<Int>, of unit: UInt8, _ state: inout RangeSearch) {
        if range.count == 1 || state.failures >= Self.failuresMax {
            guard answers(unit, state.known) else {
                state.scan.ending = .silent(failure)
                return
            }
            state.failures = 0
        }
        if range.count > 1 {
            state.size = range.count / 2
            return
        }
        state.unanswered += 1
        state.scan.unanswered.append(range)
        state.next = range.upperBound
        if state.unanswered >= Self.unansweredMax { state.scan.ending = .tooManyUnanswered }
    }

    private func request(_ kind: RegisterKind, _ range: Range<Int>) -> RegisterRequest {
        RegisterRequest(kind: kind, address: UInt16(range.lowerBound), count: UInt16(range.count))
    }

    private func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for range in ranges {
            if let last = result.last, last.upperBound == range.lowerBound {
                result[result.count - 1] = last.lowerBound..<range.upperBound
            } else {
                result.append(range)
            }
        }
        return result
    }

    private func answers(_ unit: UInt8, _ request: RegisterRequest) -> Bool {
        if case .failed = askPatiently(unit, request, tries: Self.triesMax) { false } else { true }
    }

    /// A device that says it is busy is given a second, a few times; one that says nothing, or nonsense, is asked again.
    private func askPatiently(_ unit: UInt8, _ request: RegisterRequest, tries: Int) -> ModbusReply {
        var triesLeft = tries
        var busyLeft = Self.triesMax
        while true {
            let reply = session.ask(unit, request, mayLengthen: false)
            switch reply {
            case .exception(let code) where (code == 5 || code == 6) && busyLeft > 0:
                busyLeft -= 1
                guard session.wait(until: session.clock.monotonicNanoseconds() + 1_000_000_000) else { return .stopped }
            case .failed(let failure) where triesLeft > 1 && (!ModbusDeviceReader.isDead(failure) || failure.isLoss):
                triesLeft -= 1
            default: return reply
            }
        }
    }
}

extension ModbusScan.RangeScan {
    fileprivate mutating func note(_ values: [UInt16], at first: Int) {
        readable.append(first..<first + values.count)
        for (offset, word) in values.enumerated() { words[first + offset] = word }
    }

    /// Neighbours that are refused for the same reason are one range.
    fileprivate mutating func refuse(_ range: Range<Int>, _ code: UInt8) {
        if let last = refused.last, last.exception == code, last.addresses.upperBound == range.lowerBound {
            refused[refused.count - 1].addresses = last.addresses.lowerBound..<range.upperBound
        } else {
            refused.append((range, code))
        }
    }
}

extension ModbusFailure {
    /// The connection ended; the next question opens it again.
    var isLoss: Bool {
        if case .channel(let error) = self { error.reason == .lost } else { false }
    }
}
