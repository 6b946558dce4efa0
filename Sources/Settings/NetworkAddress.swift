/// A host and a port: where to listen, or where a broker is.
public struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    public let host: String
    /// 0 lets the kernel choose, where one listens.
    public let port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Only this machine can reach it.
    public var isLoopback: Bool {
        if host.lowercased() == "localhost" { return true }
        if let groups = NetworkAddress.groups(ofIPv6: host) { return groups == [0, 0, 0, 0, 0, 0, 0, 1] }
        return NetworkAddress.octets(ofIPv4: host)?.first == 127
    }

    /// `host:port`, IPv6 in brackets.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Reads `host:port`, `1.2.3.4:port` or `[IPv6]:port`; the port may be left out where there is a default.
    init?(_ text: String, defaultPort: UInt16? = nil) {
        var host = Substring(text)
        var port: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            port = rest.isEmpty ? nil : rest.dropFirst()
            guard NetworkAddress.groups(ofIPv6: String(host)) != nil else { return nil }
        } else {
            if let colon = text.firstIndex(of: ":") {
                host = text[..<colon]
                port = text[text.index(after: colon)...]
            }
            guard NetworkAddress.isHost(String(host)) else { return nil }
        }
        guard let number = port.map({ NetworkAddress.port($0) }) ?? defaultPort else { return nil }
        self.init(host: String(host), port: number)
    }

    private static func port(_ text: Substring) -> UInt16? {
        // UInt16("+1") is 1.
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            return nil
        }
        return UInt16(text)
    }

    private static func isHost(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, !labels.isEmpty else { return false }
        let isNumeric = labels.last?.allSatisfy { $0.isASCII && $0.isNumber } ?? false
        if isNumeric { return octets(ofIPv4: text) != nil }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        }
    }

    private static func octets(ofIPv4 text: String) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let octets = parts.compactMap { port($0).flatMap { UInt8(exactly: $0) } }
        return parts.count == 4 && octets.count == 4 ? octets : nil
    }

    /// The eight groups of RFC 4291, 2.2; `::` at most once, the last two as IPv4 if written so. No zone.
    private static func groups(ofIPv6 text: String) -> [UInt16]? {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard text.contains(":"), halves.count <= 2 else { return nil }
        var parsed: [[UInt16]] = []
        for (number, half) in halves.enumerated() {
            var groups: [UInt16] = []
            let parts = half.isEmpty ? [] : half.split(separator: ":", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                if part.contains("."), number == halves.count - 1, index == parts.count - 1 {
                    guard let octets = octets(ofIPv4: String(part)) else { return nil }
                    groups.append(UInt16(octets[0]) << 8 | UInt16(octets[1]))
                    groups.append(UInt16(octets[2]) << 8 | UInt16(octets[3]))
                } else {
                    guard (1...4).contains(part.utf8.count), part.first?.isHexDigit ?? false,
                        let group = UInt16(part, radix: 16)
                    else { return nil }
                    groups.append(group)
                }
            }
            parsed.append(groups)
        }
        let count = parsed.reduce(0) { $0 + $1.count }
        if parsed.count == 1 { return count == 8 ? parsed[0] : nil }
        return count < 8 ? parsed[0] + Array(repeating: 0, count: 8 - count) + parsed[1] : nil
    }
}

/// Where an MQTT broker is, and whether to speak TLS to it.
public struct BrokerAddress: Sendable, Hashable, CustomStringConvertible {
    public let address: NetworkAddress
    public let isEncrypted: Bool

    public var description: String { "\(isEncrypted ? "mqtts" : "mqtt")://\(address)" }

    /// Reads `mqtt://host[:1883]` or `mqtts://host[:8883]`.
    ///
    /// - Throws: what is wrong with it, as the end of a sentence.
    init(url: String) throws(Misfit) {
        let expected = "expected mqtt://host:port or mqtts://host:port"
        guard let separator = url.firstRange(of: "://") else { throw Misfit("is not a broker's URL, \(expected)") }
        let scheme = url[..<separator.lowerBound].lowercased()
        guard scheme == "mqtt" || scheme == "mqtts" else { throw Misfit("has the scheme `\(scheme)`, \(expected)") }
        var rest = url[separator.upperBound...]
        guard !rest.contains("@") else {
            throw Misfit("holds a user or password, expected them in `username` and `password_file`")
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !rest.contains("/"), !rest.contains("?"), !rest.contains("#") else {
            throw Misfit("holds more than host and port, \(expected)")
        }
        let isEncrypted = scheme == "mqtts"
        guard let address = NetworkAddress(String(rest), defaultPort: isEncrypted ? 8883 : 1883), address.port > 0
        else {
            throw Misfit("names no host and port (1 … 65535), \(expected)")
        }
        self.address = address
        self.isEncrypted = isEncrypted
    }
}

/// Why a text is not what it should be, as the end of a sentence that begins with the text.
struct Misfit: Error, Hashable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
