/// A queue with two ends that keeps its memory: nothing is allocated once it has reached its size.
struct Ring<Element> {
    private var storage: [Element] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// The element so many places behind the first one.
    subscript(position: Int) -> Element {
        @inline(__always) get {
            precondition(position >= 0 && position < count, "no such place in the ring")
            return storage[(head &+ position) & (storage.count &- 1)]
        }
    }

    var first: Element? { isEmpty ? nil : self[0] }
    var last: Element? { isEmpty ? nil : self[count &- 1] }

    @inline(__always)
    mutating func append(_ element: Element) {
        if count == storage.count { grow(filler: element) }
        storage[(head &+ count) & (storage.count &- 1)] = element
        count &+= 1
    }

    @inline(__always)
    mutating func removeFirst() {
        precondition(count > 0, "the ring is empty")
        head = (head &+ 1) & (storage.count &- 1)
        count &-= 1
    }

    @inline(__always)
    mutating func removeLast() {
        precondition(count > 0, "the ring is empty")
        count &-= 1
    }

    private mutating func grow(filler: Element) {
        var larger = [Element](repeating: filler, count: max(8, storage.count * 2))
        for position in 0..<count { larger[position] = self[position] }
        storage = larger
        head = 0
    }
}
