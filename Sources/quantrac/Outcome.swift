import ArgumentParser
import Delivery
import Foundation
import Glibc
import Queue
import Readings
import Settings
import Simulation

/// How a command ended, in the words of sysexits.h.
enum CommandStatus: Int32 {
    case success = 0
    /// It failed, or it found something.
    case failure = 1
    case usage = 64
    /// The other side, or a program that is needed, is not there.
    case unavailable = 69
    /// Another process has it, or there is no room: later it may work.
    case tryAgain = 75
    case configuration = 78
}

/// What a command says when it cannot do what it was asked: what happened, to what, what to do.
struct CommandFailure: Error, Equatable {
    let status: CommandStatus
    let message: String

    init(_ status: CommandStatus, _ message: String) {
        self.status = status
        self.message = message
    }
}

/// The one place where an error becomes an exit code.
struct Outcome: Equatable {
    let status: CommandStatus
    /// Nothing is said when it is empty.
    let message: String

    init(_ status: CommandStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    init(of error: any Error) {
        switch error {
        case let failure as CommandFailure:
            self.init(failure.status, failure.message)
        case let code as ExitCode where code != .validationFailure:
            self.init(CommandStatus(rawValue: code.rawValue) ?? .failure, "")
        case let error as QueueError:
            self.init(Self.status(of: error), error.message)
        case let faults as SettingsFaults:
            self.init(.configuration, faults.description)
        case let fault as SettingsFault:
            self.init(.configuration, fault.description)
        case let error as ClientError:
            self.init(Self.status(of: error), error.message)
        case let error as LocalBrokerError:
            self.init(error.reason == .portTaken ? .tryAgain : .unavailable, error.description)
        case is OutputClosed:
            self.init(.success, "")  // `| head`
        case let error as any TransientError:
            self.init(error.isTransient ? .tryAgain : .failure, "\(error)")
        case is CancellationError:
            self.init(.success, "")
        default:
            self = Self.ofArguments(error)
        }
    }

    private static func status(of error: QueueError) -> CommandStatus {
        switch error.reason {
        case .locked, .diskFull, .queueFull: .tryAgain
        case .notFound: .unavailable
        case .badArgument: .usage
        default: .failure
        }
    }

    private static func status(of error: ClientError) -> CommandStatus {
        switch error.reason {
        case .usage: .usage
        case .unreachable: .unavailable
        case .refused(let status) where status < 500 && status != 408 && status != 429: .failure
        case .refused: .tryAgain
        case .protocolBroken, .notStored: .failure
        }
    }

    /// What ArgumentParser throws: help and version are successes, a wrong argument is 64.
    private static func ofArguments(_ error: any Error) -> Outcome {
        let code = Quantrac.exitCode(for: error)
        return Outcome(CommandStatus(rawValue: code.rawValue) ?? .failure, Quantrac.fullMessage(for: error))
    }

    /// Help and version go to standard output, everything else to standard error.
    func exit() -> Never {
        if !message.isEmpty {
            let text = status == .success || status == .usage ? message : "quantrac: \(message)"
            let file = status == .success ? FileHandle.standardOutput : FileHandle.standardError
            // Nobody is left to tell when this fails.
            _ = try? file.write(contentsOf: Data((text + "\n").utf8))
        }
        Glibc.exit(status.rawValue)
    }
}
