import Subprocess
import SystemPackage

/// A program that must not outlive us: ended by the kernel when we are killed, by `run` otherwise.
public enum ChildProcess {
    /// How a child ended.
    public enum End: Sendable, Equatable, CustomStringConvertible {
        case exited(Int32)
        case signalled(Int32)

        public var description: String {
            switch self {
            case .exited(let code): "exit code \(code)"
            case .signalled(let signal): "signal \(signal)"
            }
        }
    }

    /// Starts a program and returns how it ended: by itself, or asked to when `stop` gives an element or finishes.
    ///
    /// It gets SIGTERM then, and `grace` later SIGKILL; the same when the task is cancelled. It is in a process group of
    /// its own, so that Ctrl-C on the terminal reaches us and not it.
    /// - Parameter log: Gets what it writes on both outputs, behind what is there already.
    public static func run(
        _ program: String, _ arguments: [String], log: String, grace: Duration = .seconds(2),
        until stop: AsyncStream<Void>
    ) async throws -> End {
        try await withThrowingTaskGroup(of: End?.self) { group in
            group.addTask { try await run(FilePath(program), arguments, log: FilePath(log), grace: grace) }
            group.addTask {
                for await _ in stop { break }
                return nil
            }
            while let end = try await group.next() {
                group.cancelAll()
                if let end { return end }
            }
            throw CancellationError()
        }
    }

    private static func run(
        _ program: FilePath, _ arguments: [String], log: FilePath, grace: Duration
    ) async throws -> End {
        let command = endingWithParent(program, arguments)
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: grace)]
        let file = try FileDescriptor.open(
            log, .writeOnly, options: [.create, .append, .closeOnExec], permissions: .ownerReadWrite)
        let outcome = try await Subprocess.run(
            .path(command.program), arguments: Arguments(command.arguments), platformOptions: options,
            output: .fileDescriptor(file, closeAfterSpawningProcess: false),
            error: .fileDescriptor(file, closeAfterSpawningProcess: true))
        switch outcome.terminationStatus {
        case .exited(let code): return .exited(code)
        case .signaled(let signal): return .signalled(signal)
        }
    }

    /// The command line that makes the kernel end `program` when the thread that started it ends, by whatever means.
    ///
    /// util-linux's setpriv sets the signal; where it is missing the program runs as it is, and ends with us in every
    /// case but a kill -9.
    static func endingWithParent(
        _ program: FilePath, _ arguments: [String]
    ) -> (program: FilePath, arguments: [String]) {
        guard let setpriv = find("setpriv", in: ["/usr/bin", "/bin"]) else { return (program, arguments) }
        return (setpriv, ["--pdeathsig", "KILL", "--", program.string] + arguments)
    }

    /// The first of the folders that holds the program.
    static func find(_ name: String, in folders: [String]) -> FilePath? {
        for folder in folders {
            let path = FilePath(folder).appending(name)
            if let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) {
                _ = try? file.close()
                return path
            }
        }
        return nil
    }
}
