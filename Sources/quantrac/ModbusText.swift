import Foundation
import Modbus
import Registers

/// What happens on a bus, in words.
enum ModbusText {
    /// Modbus Application Protocol 1.1b3, 7.
    static func exception(_ code: UInt8) -> String {
        switch code {
        case 1: "illegal function"
        case 2: "illegal data address"
        case 3: "illegal data value"
        case 4: "device failure"
        case 5: "acknowledge, still working on it"
        case 6: "device busy"
        case 8: "memory parity error"
        case 10: "gateway path unavailable"
        case 11: "gateway: the device behind it does not answer"
        default: "unknown exception"
        }
    }

    /// `exception 2, illegal data address`.
    static func numbered(_ code: UInt8) -> String { "exception \(code), \(exception(code))" }

    /// Short enough for a cell of a table.
    static func short(_ failure: ModbusFailure) -> String {
        switch failure {
        case .noAnswer: "no answer"
        case .incomplete: "no whole frame"
        case .badChecksum: "wrong checksum"
        case .unexpected: "answer to another question"
        case .doubtfulException(let code): "doubtful \(numbered(code))"
        case .notModbus: "no Modbus"
        case .channel(let error): error.description
        case .ambiguous: "not asked: a late answer may still come"
        }
    }

    /// What happened and what to do; the end of a sentence that begins with what was asked.
    static func advice(_ failure: ModbusFailure, on address: BusAddress) -> String {
        switch failure {
        case .noAnswer:
            address.serialLine == nil
                ? "no answer; check the unit id and --timeout, that no other client is connected to a gateway that takes "
                    + "only one, and whether it speaks Modbus TCP (tcp://) or passes RTU on (rtu+tcp://)"
                    + (address.framing == .rtu ? "; \(waitAdvice)" : "")
                : "no answer; check the unit id, the wiring (A and B exchanged?), baud rate and parity, and --timeout; "
                    + waitAdvice
        case .incomplete, .badChecksum:
            "\(short(failure)): bytes come that are no Modbus RTU; check baud rate, parity and the termination of the "
                + "line, that no other master is on it, and that it is RTU at all"
        case .unexpected:
            "something answers another question than ours; check that no other master is on the bus"
        case .doubtfulException(let code):
            "\(numbered(code)), which may belong to an earlier question; ask again in a moment"
        case .notModbus:
            switch address {
            case .tcp:
                "what answers there does not speak Modbus TCP; check the port, or try rtu+tcp:// (a serial server)"
            case .rtu: "what comes is text and no Modbus RTU; check which device this is"
            case .rtuOverTCP: "what answers there does not speak Modbus RTU; check the port, or try tcp:// (Modbus TCP)"
            }
        case .channel(let error):
            switch error.reason {
            case .lost where address.serialLine == nil:
                "the other side closes the connection; check the port, that it is Modbus, and that no other client is "
                    + "connected to a gateway that takes only one"
            default: error.description
            }
        case .ambiguous:
            "not asked again yet: the answer to an earlier question may still come; wait a moment"
        }
    }

    /// The next command knows nothing of this one's questions.
    private static let waitAdvice =
        "wait ten timeouts before the next command: a late answer to this one would be taken for the next"

    /// Where a bus is, as far as a message needs it.
    static func place(_ address: BusAddress) -> String {
        guard case .rtu(let device, let line) = address else { return address.description }
        let parity = line.parity.rawValue.prefix(1).uppercased()
        return "\(device) (\(line.baud) baud \(line.dataBits)\(parity)\(line.stopBits))"
    }

    /// The exit code when nothing but this came.
    static func status(_ failure: ModbusFailure) -> CommandStatus {
        switch failure {
        case .noAnswer: .unavailable
        case .channel(let error):
            switch error.reason {
            case .unreachable, .lost, .timedOut: .unavailable
            case .busy: .tryAgain
            case .stopped, .refused: .failure
            }
        case .ambiguous: .tryAgain
        case .incomplete, .badChecksum, .unexpected, .doubtfulException, .notModbus: .failure
        }
    }

    /// `41bc 0000`, or `1 0 1` for bits.
    static func words(_ words: some Sequence<UInt16>, isBit: Bool) -> String {
        words.map { isBit ? "\($0)" : hexadecimal($0) }.joined(separator: " ")
    }

    static func hexadecimal(_ word: UInt16) -> String {
        Hexadecimal.text([UInt8(word >> 8), UInt8(truncatingIfNeeded: word)])
    }

    /// At most 15 digits, which is what a double holds of any decimal, without the `.0` of a whole number.
    ///
    /// 10014 x 0.1 is 1001.4000000000001 in binary arithmetic; nobody has measured that last digit.
    static func number(_ value: Double) -> String {
        withoutFraction("\(Double(String(format: "%.15g", value)) ?? value)")
    }

    static func withoutFraction(_ text: String) -> String {
        text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
