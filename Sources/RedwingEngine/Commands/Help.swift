// The shape that the answers of all HELP subcommands share.
import RedwingContainers

extension Call {
    /// Answers how the subcommands of a container are called. The lines with the subcommands are
    /// followed by indented ones that explain them; HELP itself is added.
    package func help(_ container: StaticString, _ lines: [StaticString]) {
        reply.array(lines.count + 3)
        "\(container) <subcommand> [<arg> [value] [opt] ...]. Subcommands are:".withBytes {
            reply.simple($0)
        }
        for line in lines { reply.simple(Bytes(line)) }
        reply.simple("HELP")
        reply.simple("    Print this help.")
    }

    /// The handler of a container: the executor enters the subcommand, so that nothing is left.
    package static func refuseContainer(_ engine: Engine, _ call: inout Call) {
        call.reply.error(
            text: "ERR wrong number of arguments for '\(engine.table.fullName(call.command))' "
                + "command")
    }

    /// The error for a subcommand with too many or too few arguments for its options.
    package func badSubcommand(_ container: StaticString) {
        let name = self[1].slice(0, min(self[1].count, 128)).string
        reply.error(
            text: "ERR unknown subcommand or wrong number of arguments for '\(name)'. "
                + "Try \(container) HELP.")
    }
}
