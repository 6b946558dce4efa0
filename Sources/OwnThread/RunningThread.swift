import Dispatch
import Glibc

extension OwnThread {
    /// Starts a thread of the operating system that runs `body` once and ends.
    ///
    /// `name` is cut to 15 bytes, as the kernel keeps no more; `top -H` shows it. Signals that mean the whole process
    /// (terminate, reload) are blocked in the thread, so that they interrupt no system call in a C library.
    /// - Throws: when the kernel gives no further thread; `body` was not called then.
    public static func start(
        name: String, body: @escaping @Sendable () -> Void
    ) throws(ThreadError) -> RunningThread {
        let running = RunningThread()
        let start = Start(name: name, body: body, ended: running.ended)
        running.ended.enter()
        let context = unsafe Unmanaged.passRetained(start)
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, nil, runThread, context.toOpaque())
        guard code == 0 else {
            unsafe context.release()
            running.ended.leave()
            throw ThreadError(call: "pthread_create", code: code)
        }
        pthread_detach(thread)
        return running
    }
}

/// A thread that was started; it ends when its body returns, whether or not this is kept.
public final class RunningThread: Sendable {
    fileprivate let ended = DispatchGroup()

    /// Blocks until the thread's body has returned. May be called by many and more than once.
    public func wait() {
        ended.wait()
    }
}

/// What the new thread needs; handed over once.
private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void
    let ended: DispatchGroup

    init(name: String, body: @escaping @Sendable () -> Void, ended: DispatchGroup) {
        self.name = name
        self.body = body
        self.ended = ended
    }
}

private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
    blockProcessSignals()
    nameCurrentThread(start.name)
    start.body()
    start.ended.leave()
    return nil
}

private func blockProcessSignals() {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for signal in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD, SIGWINCH] {
        unsafe sigaddset(&signals, signal)
    }
    _ = unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
}

private func nameCurrentThread(_ name: String) {
    // The Glibc module has no pthread_setname_np and prctl is variadic; the kernel takes the name here as well.
    let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    let bytes = Array(name.utf8.prefix(15))
    _ = unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
    close(file)
}
