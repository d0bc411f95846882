// One command that CLIENT PAUSE has stopped: what its client asked.
import RedwingRESP

/// A command that waits for the end of a pause.
final class PostponedCommand {
    let session: Session
    let command: CommandIndex
    let arguments: KeptArguments
    /// Whether the client does not want its reply (CLIENT REPLY).
    let isQuiet: Bool
    /// Whether the client has gone.
    var isOver = false

    init(_ call: borrowing Call) {
        session = call.session
        command = call.command
        arguments = KeptArguments(call.arguments)
        isQuiet = !call.session.flags.isDisjoint(with: [.replyOff, .replySkip])
    }
}
