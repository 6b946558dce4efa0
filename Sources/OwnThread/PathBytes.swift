/// A relative path, or one name of it, as the bytes that the system knows it by; they need not be UTF-8.
///
/// Names are separated by `/`; there is none at the beginning nor at the end. Ordered by bytes.
public struct PathBytes: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The place itself that paths are relative to.
    public static let here = PathBytes([])

    /// The path of `name` in the folder that this is the path of.
    public func appending(_ name: PathBytes) -> PathBytes {
        bytes.isEmpty ? name : PathBytes(bytes + [UInt8(ascii: "/")] + name.bytes)
    }

    /// The same with something at its end.
    public func suffixed(_ text: String) -> PathBytes {
        PathBytes(bytes + Array(text.utf8))
    }

    /// The folder that it lies in; empty for a single name.
    public var parent: PathBytes {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return .here }
        return PathBytes(Array(bytes[..<slash]))
    }

    /// The last name.
    public var name: PathBytes {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return self }
        return PathBytes(Array(bytes[(slash + 1)...]))
    }

    /// The names from the first folder to the last.
    public var names: [PathBytes] {
        bytes.split(separator: UInt8(ascii: "/")).map { PathBytes(Array($0)) }
    }

    /// How many names it has.
    public var depth: Int {
        bytes.isEmpty ? 0 : 1 + bytes.count { $0 == UInt8(ascii: "/") }
    }

    /// For people: what is no UTF-8 is replaced.
    public var description: String {
        String(decoding: bytes, as: UTF8.self)
    }

    public static func < (left: PathBytes, right: PathBytes) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    /// The bytes as C wants them; no pointer outlives the call.
    @safe func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
        return unsafe terminated.withUnsafeBufferPointer { buffer in
            // The zero at the end makes sure that there is a first element.
            unsafe body(buffer.baseAddress.unsafelyUnwrapped)
        }
    }
}
