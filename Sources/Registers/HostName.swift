/// The names and addresses of hosts, as a URL has them.
enum HostName {
    /// A name of RFC 1123 (an underscore is let through), or an IPv4 address in full.
    static func isHost(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...253).contains(text.utf8.count), let last = labels.last else { return false }
        // A name whose last label is a number is taken for an address by resolvers, as 10.7 for 10.0.0.7.
        if !last.isEmpty, last.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) { return octets(ofIPv4: text) != nil }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        }
    }

    /// The one form of a host: lower case, IPv6 as RFC 5952, 4 has it, no brackets.
    static func canonical(_ host: String) -> String {
        guard let groups = groups(ofIPv6: host) else { return host.lowercased() }
        func text(_ groups: ArraySlice<UInt16>) -> String {
            groups.map { String($0, radix: 16) }.joined(separator: ":")
        }
        // The first of the longest runs of zeros, if it is longer than one.
        var zeros = 0..<1
        for start in groups.indices {
            let length = groups[start...].prefix { $0 == 0 }.count
            if length > zeros.count { zeros = start..<(start + length) }
        }
        guard zeros.count > 1 else { return text(groups[...]) }
        return text(groups[..<zeros.lowerBound]) + "::" + text(groups[zeros.upperBound...])
    }

    /// The one form, IPv6 in brackets.
    static func bracketed(_ host: String) -> String {
        let text = canonical(host)
        return text.contains(":") ? "[\(text)]" : text
    }

    /// A number of digits only, at most nine; `Int("+1")` is 1.
    static func decimal(_ text: Substring) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        return Int(text)
    }

    /// The eight groups of RFC 4291, 2.2; `::` at most once, the last two as IPv4 if written so. No zone.
    static func groups(ofIPv6 text: String) -> [UInt16]? {
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

    private static func octets(ofIPv4 text: String) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        // A leading zero means octal to some resolvers.
        let octets = parts.compactMap { part in
            part.utf8.count > 1 && part.hasPrefix("0") ? nil : decimal(part).flatMap { UInt8(exactly: $0) }
        }
        return parts.count == 4 && octets.count == 4 ? octets : nil
    }
}
