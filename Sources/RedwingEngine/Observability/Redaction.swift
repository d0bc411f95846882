// Which arguments of a command nobody may see in a log: passwords and what goes with them.
import RedwingContainers
import RedwingRESP

enum Redaction {
    /// The positions of arguments to be left out.
    static func hiddenPositions(_ arguments: Arguments) -> Set<Int> {
        let count = arguments.count
        let name = arguments[0]
        if name.isToken("auth") { return Set(1..<max(1, count)) }
        if name.isToken("hello") { return login(arguments) }
        if name.isToken("migrate") { return migration(arguments) }
        guard count > 2 else { return [] }
        if name.isToken("config"), arguments[1].isToken("set") {
            let pairs = (2..<count).map { arguments[$0].array }
            return Set(Configuration.sensitivePositions(inSetArguments: pairs).map { $0 + 2 })
        }
        let subcommand = arguments[1]
        let isAboutUser =
            subcommand.isToken("setuser") || subcommand.isToken("deluser")
            || subcommand.isToken("getuser")
        return name.isToken("acl") && isAboutUser ? Set(2..<count) : []
    }

    /// HELLO: name and password behind AUTH.
    private static func login(_ arguments: Arguments) -> Set<Int> {
        var index = 2
        while index < arguments.count {
            if arguments[index].isToken("auth"), index + 2 < arguments.count {
                return [index + 1, index + 2]
            }
            index += arguments[index].isToken("setname") ? 2 : 1
        }
        return []
    }

    /// MIGRATE: what stands behind AUTH and AUTH2.
    private static func migration(_ arguments: Arguments) -> Set<Int> {
        for index in 6..<max(6, arguments.count) {
            let left = arguments.count - 1 - index
            if arguments[index].isToken("keys") { return [] }
            if arguments[index].isToken("auth"), left >= 1 { return [index + 1] }
            if arguments[index].isToken("auth2"), left >= 2 { return [index + 1, index + 2] }
        }
        return []
    }
}
