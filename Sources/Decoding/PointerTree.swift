import Formats
import Readings

/// What a pointer of a `[[format]]` leads to.
enum PointedMember: UInt8, Sendable, CaseIterable {
    // From the payload:
    case station, time, readings
    // From one reading:
    case parameter, value, unit, status, sensor

    /// Its place in a set.
    @inline(__always)
    var bit: UInt8 { 1 &<< rawValue }
}

/// The pointers of a `[[format]]` as two trees of names, so that each member of a payload is looked at once.
struct PointerTree: Sendable {
    struct Node: Sendable {
        /// A bit for each of what leads exactly here.
        var members: UInt8 = 0
        /// Indices of `children`.
        var children: Range<Int> = 0..<0
        /// Whether the way began at a reading, not at the payload.
        var isInReading: Bool
    }

    private struct Child: Sendable {
        /// In `tokens`.
        var token: Range<Int>
        /// The first eight bytes, as `JSONName` has them.
        var packed: UInt64
        /// Of an array's element; -1 when the token is no index.
        var index: Int
        var node: Int
    }

    private(set) var nodes: [Node] = []
    private var children: [Child] = []
    private var tokens: [UInt8] = []

    /// Where the ways from the payload begin.
    static let payload = 0
    /// Where the ways from one reading begin.
    static let reading = 1

    init(_ pointers: FormatDefinition.Pointers) {
        let ofPayload: [(PointedMember, JSONPointer?)] = [
            (.station, pointers.station), (.time, pointers.time), (.readings, pointers.readings),
        ]
        let ofReading: [(PointedMember, JSONPointer?)] = [
            (.parameter, pointers.parameter), (.value, pointers.value), (.unit, pointers.unit),
            (.status, pointers.status), (.sensor, pointers.sensor),
        ]
        var groups: [[(member: PointedMember, tokens: ArraySlice<[UInt8]>)]] = []
        for (isInReading, list) in [(false, ofPayload), (true, ofReading)] {
            nodes.append(Node(isInReading: isInReading))
            groups.append(list.compactMap { member, pointer in pointer.map { (member, $0.tokens[...]) } })
        }
        // Nodes are added at the end, so that the children of each stand together.
        var index = 0
        while index < nodes.count {
            let first = children.count
            var names: [[UInt8]] = []
            for (member, way) in groups[index] {
                guard let name = way.first else {
                    nodes[index].members |= member.bit
                    continue
                }
                if let known = names.firstIndex(of: name) {
                    groups[children[first + known].node].append((member, way.dropFirst()))
                } else {
                    names.append(name)
                    children.append(child(name))
                    nodes.append(Node(isInReading: nodes[index].isInReading))
                    groups.append([(member, way.dropFirst())])
                }
            }
            nodes[index].children = first..<children.count
            index += 1
        }
    }

    private mutating func child(_ name: [UInt8]) -> Child {
        let start = tokens.count
        tokens += name
        var packed: UInt64 = 0
        for index in 0..<min(name.count, 8) { packed |= UInt64(name[index]) << UInt64(index * 8) }
        let isIndex =
            !name.isEmpty && name.count <= 9 && name.allSatisfy { $0 &- 48 <= 9 }
            && (name[0] != 48 || name.count == 1)
        let index = isIndex ? Int(String(decoding: name, as: UTF8.self)) ?? -1 : -1
        return Child(token: start..<tokens.count, packed: packed, index: index, node: nodes.count)
    }

    /// The child that an object's member is, counted from 0, and its node.
    @inline(__always)
    func child(
        of node: Int, named name: JSONName, _ bytes: Span<UInt8>
    ) -> (place: Int, node: Int)? {
        let range = nodes[node].children
        for index in range {
            let child = children[index]
            if child.packed == name.packed, child.token.count == name.text.count,
                child.token.count <= 8 || isToken(child, bytes.extracting(name.text.range))
            {
                return (index - range.lowerBound, child.node)
            }
        }
        return nil
    }

    /// The same of a name whose escapes have been resolved.
    func child(of node: Int, named name: Span<UInt8>) -> (place: Int, node: Int)? {
        let range = nodes[node].children
        for index in range where isToken(children[index], name) {
            return (index - range.lowerBound, children[index].node)
        }
        return nil
    }

    /// The node that an array's element is.
    func child(of node: Int, at element: Int) -> Int? {
        for index in nodes[node].children where children[index].index == element {
            return children[index].node
        }
        return nil
    }

    private func isToken(_ child: Child, _ name: Span<UInt8>) -> Bool {
        tokens.span.extracting(child.token).isEqual(to: name)
    }
}
