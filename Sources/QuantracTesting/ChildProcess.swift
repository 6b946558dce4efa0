import Glibc
import OwnThread
import Synchronization

/// A program started by a test, which ends with the test, whatever becomes of it.
public final class ChildProcess: Sendable {
    /// The number of the process.
    public let id: Int32
    private let thread: RunningThread
    private let exit: ExitCode

    private final class ExitCode: Sendable {
        let status = Mutex<Int32?>(nil)
    }

    /// Starts `arguments[0]`, an absolute path, with its output in `log`.
    ///
    /// As root it runs as `user`, when one is named. It gets SIGKILL when we die: `setpriv --pdeathsig`, after the change
    /// of user, which would clear it. The kernel means the thread that forked, so each child has a thread that waits for it.
    public init(_ arguments: [String], user: String? = nil, log: String) throws {
        var command = ["/usr/bin/setpriv", "--pdeathsig", "KILL"]
        if let user, getuid() == 0 { command += ["--reuid", user, "--regid", user, "--clear-groups"] }
        command += ["--"] + arguments
        let started = Mutex<Result<Int32, TestingError>?>(nil)
        let box = Started(result: started)
        let wake = try Wake()
        let exit = ExitCode()
        self.exit = exit
        thread = try OwnThread.start(name: "child") { [command] in
            let result = Self.spawn(command, log: log)
            box.result.withLock { $0 = result }
            wake.signal()
            guard case .success(let id) = result else { return }
            var status: Int32 = 0
            while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
            exit.status.withLock { $0 = status }
        }
        _ = wake.wait(milliseconds: -1)
        id = try box.result.withLock { $0 }?.get() ?? -1
    }

    private final class Started: Sendable {
        let result: Mutex<Result<Int32, TestingError>?>
        init(result: consuming Mutex<Result<Int32, TestingError>?>) { self.result = result }
    }

    public var isRunning: Bool { exit.status.withLock { $0 == nil } }

    /// Sends a signal, unless the process has ended.
    public func send(_ signal: Int32) {
        // Under the lock: a number that was waited for may belong to somebody else.
        exit.status.withLock { if $0 == nil { kill(id, signal) } }
    }

    /// Asks it to end, waits so long, and ends it.
    public func stop(withinMilliseconds limit: Int = 5000) {
        send(SIGTERM)
        let deadline = ContinuousClock.now + .milliseconds(limit)
        while isRunning, ContinuousClock.now < deadline { usleep(2000) }
        send(SIGKILL)
        thread.wait()
    }

    /// Waits for its end and returns the wait status.
    @discardableResult
    public func wait() -> Int32 {
        thread.wait()
        return exit.status.withLock { $0 ?? -1 }
    }

    deinit { send(SIGKILL) }

    private static func spawn(_ command: [String], log: String) -> Result<Int32, TestingError> {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        _ = unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        _ = unsafe posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        _ = unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Our threads block some signals; the child must not inherit that.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        _ = unsafe posix_spawnattr_setsigmask(&attributes, &none)
        _ = unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var id: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe command.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        let code = unsafe posix_spawn(&id, command[0], &actions, &attributes, &arguments, environ)
        return code == 0 ? .success(id) : .failure(TestingError("posix_spawn \(command[0]): \(code)"))
    }
}

/// Something in a test's own equipment that did not work.
public struct TestingError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
