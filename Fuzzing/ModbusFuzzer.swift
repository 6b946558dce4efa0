import Modbus
import Registers

/// libFuzzer's entry: the first byte chooses what is tried, the rest is what comes over the wire.
///
/// What is looked for beside crashes and endless loops: data from bytes that no answer to the request can be, values that
/// are not finite, an address that is not read back as it was written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let start, count > 2 else { return 0 }
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let rest = Array(input.dropFirst(2))
    switch input[0] % 5 {
    case 0, 1: ask(framing: input[0] % 5 == 0 ? .rtu : .tcp, choice: input[1], pieces(of: rest, choice: input[1]))
    case 2: serve(framing: input[1] % 2 == 0 ? .rtu : .tcp, pieces(of: rest, choice: input[1]))
    case 3: readRegister(choice: input[1], rest)
    default: readAddress(rest)
    }
    return 0
}

/// Cut where the first byte of each piece says; with an even choice each gets a checksum, which nobody finds by chance.
private func pieces(of bytes: [UInt8], choice: UInt8) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var offset = 0
    while offset < bytes.count {
        let end = min(bytes.count, offset + 1 + Int(bytes[offset]))
        let piece = Array(bytes[(offset + 1)..<end])
        if choice & 2 == 0, piece.count >= 2 {
            pieces.append(ModbusFrames.frame(unit: piece[0], pdu: Array(piece[1...]), framing: .rtu, transaction: 0))
        } else {
            pieces.append(piece)
        }
        offset = end
    }
    return pieces
}

private func ask(framing: ModbusFraming, choice: UInt8, _ pieces: [[UInt8]]) {
    let wire = Wire(pieces)
    let master = ModbusMaster(
        channel: wire, framing: framing, line: nil, lateResponseWindowNanoseconds: 3_000, clock: wire)
    var words: [UInt16] = []
    for round in 0..<6 {
        let kind = RegisterKind.allCases[(Int(choice >> 2) + round / 4) % 4]
        let count = UInt16(1 + (Int(choice) * 7 + round) % 9)
        let registers = RegisterRequest(kind: kind, address: UInt16(choice), count: count)
        wire.transaction = nil
        let answer = master.ask(ModbusRequest(unit: 1, registers: registers), timeoutNanoseconds: 1_000, into: &words)
        guard answer == .data else {
            precondition(words.isEmpty, "words without data")
            continue
        }
        precondition(words.count == Int(count), "another number of words than was asked for")
        precondition(!kind.isBit || words.allSatisfy { $0 < 2 }, "a bit that is none")
        let bytes = kind.isBit ? (Int(count) + 7) / 8 : 2 * Int(count)
        let head = [1, kind.readFunction, UInt8(bytes)]
        let seen = wire.given
        let isThere = seen.indices.contains { $0 + 3 <= seen.count && Array(seen[$0..<($0 + 3)]) == head }
        precondition(isThere, "data out of nothing")
    }
}

private func serve(framing: ModbusFraming, _ pieces: [[UInt8]]) {
    var reader = ServedRequestReader(framing: framing)
    for piece in pieces {
        reader.append(piece)
        while let request = reader.next() {
            precondition(!request.pdu.isEmpty, "a request without a function")
            if let registers = request.registers, registers.count > 0, registers.count <= 125 {
                _ = request.answer(Array(repeating: 0, count: Int(registers.count)))
            }
            _ = request.exception(2)
        }
    }
}

private func readRegister(choice: UInt8, _ bytes: [UInt8]) {
    let type = RegisterType.allCases[Int(choice) % RegisterType.allCases.count]
    var register = RegisterDefinition(name: "r", parameter: "P", kind: .holding, address: 5, type: type)
    register.order = bytes.first.map { ByteOrder.allCases[Int($0) % ByteOrder.allCases.count] }
    register.bit = Int(choice) % 16
    register.width = type == .string ? 1 + Int(choice) % 8 : 1 + Int(choice) % (16 - register.bit)
    register.scale = choice & 1 == 0 ? 1 : 1e300
    register.missing = [.integer(-1), .real(-999.9)]
    guard register.faults.isEmpty else { return }
    var words: [UInt16] = []
    for index in 0..<register.count {
        let high = UInt16(bytes[(2 * index) % bytes.count]), low = UInt16(bytes[(2 * index + 1) % bytes.count])
        words.append(high << 8 | low)
    }
    let content = register.content(of: words, from: 5)
    precondition(content.value?.isFinite != false, "a value that is no number")
    precondition(content.value == nil || !content.isSentinel, "a sentinel with a value")
}

private func readAddress(_ bytes: [UInt8]) {
    guard let address = try? BusAddress(url: String(decoding: bytes, as: UTF8.self)) else { return }
    precondition((try? BusAddress(url: address.description)) == address, "an address that is not read back")
}

/// A wire on which the pieces come one after the other, whatever is asked.
private final class Wire: ByteChannel, BusClock {
    private var pieces: ArraySlice<[UInt8]>
    private var now: Int64 = 1
    /// Of the request that is on, so that TCP answers can be right.
    var transaction: [UInt8]?
    private(set) var given: [UInt8] = []
    private(set) var isOpen = false

    init(_ pieces: [[UInt8]]) {
        self.pieces = pieces[...]
    }

    func open(until deadline: Int64) throws(ChannelError) { isOpen = true }
    func write(_ bytes: [UInt8], until deadline: Int64) throws(ChannelError) { transaction = Array(bytes.prefix(2)) }
    func close() { isOpen = false }

    func read(into buffer: inout [UInt8], until deadline: Int64) throws(ChannelError) -> Int {
        now += 100
        guard deadline > 0, var piece = pieces.popFirst() else {
            now = max(now, deadline)
            return 0
        }
        // Two bytes that nobody guesses stand for "the transaction id of the request".
        if let transaction, piece.count > 2, piece[0] == 0xff, piece[1] == 0xff {
            piece.replaceSubrange(0..<2, with: transaction)
        }
        given += piece
        buffer += piece
        return piece.count
    }

    func monotonicNanoseconds() -> Int64 { now }
    func wallMicroseconds() -> Int64 { now }
    func sleep(untilMonotonic nanoseconds: Int64) -> Bool {
        now = max(now, nanoseconds)
        return true
    }
}
