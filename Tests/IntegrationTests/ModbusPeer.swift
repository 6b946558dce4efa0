import CModbusPeer
import Glibc
import QuantracTesting

/// A slave of Tests/CModbusPeer, at work until its last use.
@safe final class ModbusPeer {
    /// 0 behind a tty.
    private(set) var port: UInt16 = 0
    /// Empty behind TCP.
    private(set) var device = ""
    private var handle: OpaquePointer?

    private init(_ handle: OpaquePointer?, _ what: String) throws {
        unsafe self.handle = unsafe handle
        guard unsafe handle != nil else { throw TestingError("\(what): errno \(errno)") }
    }

    deinit { stop() }

    /// libmodbus's own slave behind TCP.
    static func serveTCP(port: UInt16 = 0, _ settings: modbus_peer_settings = .init()) throws -> ModbusPeer {
        var port = port
        let peer = try unsafe ModbusPeer(modbus_peer_serve_tcp(&port, settings), "libmodbus on port \(port)")
        peer.port = port
        return peer
    }

    /// libmodbus's own slave behind a tty; it answers one unit.
    static func serveTTY(
        _ device: String, unit: UInt8, _ settings: modbus_peer_settings = .init()
    ) throws -> ModbusPeer {
        let none = CChar(UInt8(ascii: "N"))
        let peer = try unsafe ModbusPeer(
            modbus_peer_serve_tty(device, 19200, none, unit, settings), "libmodbus on \(device)")
        peer.device = device
        return peer
    }

    /// A slave that misbehaves on request, behind a pseudo terminal.
    static func scriptTTY(_ settings: modbus_peer_settings = .init()) throws -> ModbusPeer {
        var name = [CChar](repeating: 0, count: 64)
        let peer = try unsafe ModbusPeer(modbus_peer_script_tty(&name, 64, settings), "a pseudo terminal")
        peer.device = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return peer
    }

    /// A slave that misbehaves on request, behind TCP.
    static func scriptTCP(isRTU: Bool, _ settings: modbus_peer_settings = .init()) throws -> ModbusPeer {
        var port: UInt16 = 0
        let peer = try unsafe ModbusPeer(modbus_peer_script_tcp(&port, isRTU, settings), "a listener")
        peer.port = port
        return peer
    }

    /// What it does with its next requests.
    func script(_ steps: [modbus_peer_step]) {
        unsafe modbus_peer_set_script(handle, steps, Int32(steps.count))
    }

    /// Sets the words from an address on, for every unit.
    func set(function: UInt8, address: UInt16, _ words: [UInt16]) {
        for (place, word) in words.enumerated() {
            unsafe modbus_peer_set_word(handle, function, address + UInt16(place), word)
        }
    }

    var requestCount: Int { Int(unsafe modbus_peer_request_count(handle)) }

    func request(_ index: Int) -> modbus_peer_request { unsafe modbus_peer_request_at(handle, Int32(index)) }

    var requests: [modbus_peer_request] { (0..<requestCount).map(request) }

    /// How many connections it has had.
    var connections: Int { Int(unsafe modbus_peer_connections(handle)) }

    /// Closes all its connections, and its port or terminal.
    func stop() {
        unsafe modbus_peer_stop(handle)
        unsafe handle = nil
    }
}

/// What a slave does with a request, by a name for the test's output.
struct ModbusFault: Sendable, CustomStringConvertible {
    let description: String
    let step: modbus_peer_step

    init(_ name: String, _ fault: modbus_peer_fault, milliseconds: Int32 = 0) {
        description = name
        step = modbus_peer_step(fault: fault, milliseconds: milliseconds)
    }

    static let none = ModbusFault("ok", MODBUS_PEER_OK)

    /// Some of it comes after a timeout of 300 ms.
    var isLate: Bool { step.milliseconds >= 300 }

    /// The faults of one answer, for a timeout of 300 ms.
    static let all = [
        ModbusFault("bad CRC", MODBUS_PEER_BAD_CRC),
        ModbusFault("half a frame", MODBUS_PEER_HALF),
        ModbusFault("no answer", MODBUS_PEER_NONE),
        ModbusFault("exception 6", MODBUS_PEER_EXCEPTION),
        ModbusFault("7 noise bytes before", MODBUS_PEER_NOISE),
        ModbusFault("late 500 ms", MODBUS_PEER_LATE, milliseconds: 500),
        ModbusFault("late 750 ms", MODBUS_PEER_LATE, milliseconds: 750),
        ModbusFault("a byte each 4 ms", MODBUS_PEER_SLOW_BYTES, milliseconds: 4),
        ModbusFault("another unit's answer", MODBUS_PEER_OTHER_UNIT),
        ModbusFault("3 trailing bytes", MODBUS_PEER_TRAILING),
        ModbusFault("a flipped bit", MODBUS_PEER_FLIPPED_BIT),
        ModbusFault("random bytes", MODBUS_PEER_GARBAGE),
        ModbusFault("an echo before", MODBUS_PEER_ECHO),
        ModbusFault("hangs up", MODBUS_PEER_HANG_UP),
        ModbusFault("hangs up, answers the next connection 400 ms later", MODBUS_PEER_HANG_UP_LATE, milliseconds: 400),
        ModbusFault("half a frame, the rest 100 ms later", MODBUS_PEER_SPLIT, milliseconds: 100),
        ModbusFault("half a frame, the rest 400 ms later", MODBUS_PEER_SPLIT, milliseconds: 400),
        ModbusFault("exception 11, the answer 400 ms later", MODBUS_PEER_GAVE_UP, milliseconds: 400),
    ]
}

/// The way to a slave.
enum ModbusWay: String, Sendable, CaseIterable, CustomStringConvertible {
    case tty, tcp
    case rtuOverTCP = "rtu+tcp"

    var description: String { rawValue }

    func scripted(_ settings: modbus_peer_settings = .init()) throws -> ModbusPeer {
        switch self {
        case .tty: try .scriptTTY(settings)
        case .tcp: try .scriptTCP(isRTU: false, settings)
        case .rtuOverTCP: try .scriptTCP(isRTU: true, settings)
        }
    }
}

/// The gateways of Tests/CModbusPeer, until their last use.
@safe final class ModbusGateways {
    let ports: [UInt16]
    private let handle: OpaquePointer

    init(_ kinds: [modbus_gateway_kind]) throws {
        var ports = [UInt16](repeating: 0, count: kinds.count)
        guard let handle = unsafe modbus_gateways_start(kinds, &ports, Int32(kinds.count)) else {
            throw TestingError("the gateways could not be started")
        }
        unsafe self.handle = unsafe handle
        self.ports = ports
    }

    deinit { unsafe modbus_gateways_stop(handle) }

    /// When the requests to a gateway came, nanoseconds since 1970.
    func arrivals(at gateway: Int) -> [Int64] {
        (0..<(unsafe modbus_gateways_request_count(handle, Int32(gateway)))).map {
            unsafe modbus_gateways_request_at(handle, Int32(gateway), $0)
        }
    }
}
