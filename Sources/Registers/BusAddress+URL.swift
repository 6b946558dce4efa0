extension BusAddress: CustomStringConvertible {
    /// Reads a URL; what is not said is as `SerialLine` has it, port 502 for both kinds of TCP.
    ///
    /// `tcp://host[:port]`, `rtu+tcp://host[:port]` (IPv6 in brackets), `rtu:///dev/tty…?baud=9600&parity=even`.
    /// Nothing is percent-decoded, as udev itself writes no character that a URL would need it for. Of the baud rates
    /// only those are accepted that libmodbus sets: it takes 9600 for every other one, without an error.
    /// - Throws: `BusAddressError`, the end of a sentence that begins with the URL.
    public init(url: String) throws(BusAddressError) {
        guard let colon = url.firstRange(of: "://") else {
            throw BusAddressError("has no scheme; expected: \(BusAddress.forms)")
        }
        let rest = url[colon.upperBound...]
        switch url[..<colon.lowerBound].lowercased() {
        case "tcp":
            let (host, port) = try BusAddress.hostAndPort(rest, scheme: "tcp")
            self = .tcp(host: host, port: port)
        case "rtu+tcp":
            let (host, port) = try BusAddress.hostAndPort(rest, scheme: "rtu+tcp")
            self = .rtuOverTCP(host: host, port: port)
        case "rtu":
            let mark = rest.firstIndex(of: "?") ?? rest.endIndex
            let device = try BusAddress.device(rest[..<mark])
            self = .rtu(device: device, try SerialLine(query: rest[mark...].dropFirst()))
        default:
            throw BusAddressError("has an unknown scheme; expected: \(BusAddress.forms)")
        }
    }

    /// The URL, complete and in one form, so that two ways to write one bus compare equal.
    public var description: String {
        switch self {
        case .tcp(let host, let port):
            return "tcp://\(HostName.bracketed(host)):\(port)"
        case .rtuOverTCP(let host, let port):
            return "rtu+tcp://\(HostName.bracketed(host)):\(port)"
        case .rtu(let device, let line):
            return "rtu://\(BusAddress.normalised(device))?baud=\(line.baud)&parity=\(line.parity.rawValue)"
                + "&data_bits=\(line.dataBits)&stop_bits=\(line.stopBits)&rs485=\(line.isRS485)"
        }
    }

    /// The same for all URLs of one tty or host:port, whatever their parameters.
    ///
    /// `tcp` and `rtu+tcp` of one port are one. Names are compared as they are written: a link in `/dev/serial/by-id`
    /// and the tty that it leads to differ, and so do a host's name and its address.
    public var identity: String {
        switch self {
        case .tcp(let host, let port), .rtuOverTCP(let host, let port): "\(HostName.bracketed(host)):\(port)"
        case .rtu(let device, _): BusAddress.normalised(device)
        }
    }

    /// The tty keeps its name when it is plugged in again, or after a restart; `true` for TCP.
    ///
    /// `/dev/ttyUSB0` and `/dev/ttyACM0` are numbered in the order in which they are found; `/dev/serial/by-id` and
    /// `/dev/serial/by-path` are not.
    public var isStableDevicePath: Bool {
        guard case .rtu(let device, _) = self else { return true }
        let path = BusAddress.normalised(device)
        return !path.hasPrefix("/dev/ttyUSB") && !path.hasPrefix("/dev/ttyACM")
    }

    private static let forms = "tcp://host:port, rtu+tcp://host:port or rtu:///dev/serial/by-id/…"

    private static func hostAndPort(
        _ text: Substring, scheme: String
    ) throws(BusAddressError) -> (host: String, port: UInt16) {
        if let mark = text.firstIndex(where: { $0 == "/" || $0 == "?" || $0 == "#" || $0 == "@" }) {
            throw BusAddressError("has `\(text[mark])`; expected: \(scheme)://host:port and nothing else")
        }
        var host = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else {
                throw BusAddressError("has no `]` after the IPv6 address; expected: \(scheme)://[2001:db8::1]:502")
            }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else {
                throw BusAddressError("has `\(rest)` after the `]`; expected: `:` and a port")
            }
            port = rest.isEmpty ? nil : rest.dropFirst()
            guard HostName.groups(ofIPv6: String(host)) != nil else {
                throw BusAddressError(
                    "has no IPv6 address in the brackets; expected one as 2001:db8::1, without a zone")
            }
        } else {
            if let colon = text.firstIndex(of: ":") {
                host = text[..<colon]
                port = text[text.index(after: colon)...]
            }
            if port?.contains(":") == true {
                throw BusAddressError(
                    "has more than one `:`; expected: an IPv6 address in brackets, as [2001:db8::1]:502")
            }
            guard HostName.isHost(String(host)) else {
                throw BusAddressError(
                    "has no usable host; expected: \(scheme)://host:port, the host a name or an address")
            }
        }
        guard let port else { return (HostName.canonical(String(host)), 502) }
        guard let number = HostName.decimal(port), let port = UInt16(exactly: number), port > 0 else {
            throw BusAddressError("has port `\(port)`; expected: 1 … 65535")
        }
        return (HostName.canonical(String(host)), port)
    }

    private static func device(_ text: Substring) throws(BusAddressError) -> String {
        guard text.hasPrefix("/") else {
            throw BusAddressError("has no absolute path; expected: rtu:///dev/…, with three slashes")
        }
        guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7f }) else {
            throw BusAddressError("has a space or a control character in the path; expected: the path of a tty")
        }
        let path = normalised(String(text))
        let parts = path.split(separator: "/")
        guard !parts.isEmpty, !parts.contains("."), !parts.contains("..") else {
            throw BusAddressError("has the path `\(text)`; expected: the path of a tty, without `.` and `..`")
        }
        return path
    }

    /// Without doubled and trailing slashes.
    private static func normalised(_ path: String) -> String {
        "/" + path.split(separator: "/").joined(separator: "/")
    }
}

extension SerialLine {
    /// What libmodbus sets; it takes 9600 for every other number.
    static let bauds = [
        1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 500_000, 576_000, 921_600,
    ]

    fileprivate init(query: Substring) throws(BusAddressError) {
        self.init()
        guard !query.isEmpty else { return }
        var seen: Set<Substring> = []
        for part in query.split(separator: "&", omittingEmptySubsequences: false) {
            let sign = part.firstIndex(of: "=") ?? part.endIndex
            let key = part[..<sign]
            try set(key, part[sign...].dropFirst())
            guard seen.insert(key).inserted else { throw BusAddressError("has `\(key)` twice; expected: once") }
        }
    }

    private mutating func set(_ key: Substring, _ value: Substring) throws(BusAddressError) {
        switch key {
        case "baud":
            guard let number = HostName.decimal(value), SerialLine.bauds.contains(number) else {
                let bauds = SerialLine.bauds.map(String.init).joined(separator: ", ")
                throw BusAddressError("has baud `\(value)`; expected one of \(bauds)")
            }
            baud = number
        case "parity":
            guard let known = Parity(rawValue: String(value)) else {
                throw BusAddressError("has parity `\(value)`; expected: none, even or odd")
            }
            parity = known
        case "data_bits":
            guard value == "8" else {
                throw BusAddressError("has data_bits `\(value)`; expected: 8, as RTU sends whole bytes")
            }
            dataBits = 8
        case "stop_bits":
            guard value == "1" || value == "2" else {
                throw BusAddressError("has stop_bits `\(value)`; expected: 1 or 2")
            }
            stopBits = value == "1" ? 1 : 2
        case "rs485":
            guard value == "true" || value == "false" else {
                throw BusAddressError("has rs485 `\(value)`; expected: true or false")
            }
            isRS485 = value == "true"
        default:
            throw BusAddressError(
                "has the unknown parameter `\(key)`; expected: baud, parity, data_bits, stop_bits or rs485")
        }
    }
}
