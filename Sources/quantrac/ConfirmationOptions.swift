import ArgumentParser
import Glibc

/// Verbs that destroy ask, or are told not to.
struct ConfirmationOptions: ParsableArguments {
    @Flag(help: "Do not ask.")
    var yes = false

    /// Returns when the answer is yes.
    ///
    /// - Throws: `CommandFailure` when it is not, or when there is nobody to ask.
    func ask(_ question: String) throws {
        if yes { return }
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure(
                .usage, "\(question): nobody can be asked, because standard input is no terminal; add --yes")
        }
        Output.note("\(question). Go on? [y/N]")
        let answer = readLine()?.lowercased() ?? ""
        guard answer == "y" || answer == "yes" else { throw CommandFailure(.failure, "nothing was changed") }
    }
}
