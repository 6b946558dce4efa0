import Glibc

/// Sends one datagram to a socket of this machine, or says why not.
func sendDatagram(
    _ bytes: [UInt8], to address: NotifyAddress, timeoutSeconds: Int
) throws(NotifyError) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else {
        throw NotifyError(reason: .noSocket, address: address.text, errorNumber: errno)
    }
    defer { close(descriptor) }

    // The manager may be stopped under a debugger or re-executing: never wait for it without an end.
    var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))

    var (socketAddress, length) = socketAddress(of: address)
    var result: Int
    repeat {
        result = unsafe withUnsafePointer(to: &socketAddress) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                // MSG_NOSIGNAL: a manager that has gone is an error to report, not a signal that ends the daemon.
                unsafe sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), generic, length)
            }
        }
    } while result < 0 && errno == EINTR
    guard result == bytes.count else {
        throw NotifyError(reason: .notSent, address: address.text, errorNumber: errno)
    }
}

private func socketAddress(of address: NotifyAddress) -> (sockaddr_un, socklen_t) {
    var result = sockaddr_un()
    result.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(address.text.utf8)
    if address.isAbstract { bytes[0] = 0 }
    unsafe withUnsafeMutableBytes(of: &result.sun_path) { path in
        unsafe path.copyBytes(from: bytes)
    }
    // The length of an abstract name is counted: bytes after it would be part of the name.
    let pathOffset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? MemoryLayout<sa_family_t>.size
    return (result, socklen_t(pathOffset + bytes.count + (address.isAbstract ? 0 : 1)))
}

/// The value of an environment variable; `nil` when it is not set.
func environmentValue(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
}

/// The C library's sentence for an error number.
func errorText(_ number: Int32) -> String {
    // strerror(3) has one buffer a thread since glibc 2.32, so no other thread can write into it.
    guard let text = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: text)
}

/// CLOCK_MONOTONIC in microseconds, the clock that the manager stamps its signals with.
func monotonicMicroseconds() -> Int64 {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
}
