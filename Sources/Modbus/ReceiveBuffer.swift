import Glibc

/// Where a system call puts what has arrived, before it is appended to what the master has.
@safe struct ReceiveBuffer: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer

    init() {
        // More than any frame, so that a burst is fetched in one call.
        unsafe memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 2048, alignment: 8)
    }

    deinit { unsafe memory.deallocate() }

    /// Calls `body` with the memory and appends as many bytes as it says; returns what it returned.
    func fill(_ bytes: inout [UInt8], _ body: (UnsafeMutableRawPointer, Int) -> Int) -> Int {
        guard let start = unsafe memory.baseAddress else { return 0 }
        let count = Readiness.uninterrupted { unsafe body(start, memory.count) }
        if count > 0 { unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: memory[..<count])) }
        return count
    }
}
