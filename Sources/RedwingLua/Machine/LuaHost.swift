// What scripts need of the server around them.
import RedwingContainers
import RedwingRESP

/// The server, as the functions that scripts call see it. Called on the thread of the machine.
public protocol LuaHost: AnyObject {
    /// Runs a command for the running script, and writes its reply or the reason why it may not
    /// run, as an error.
    func run(_ arguments: Arguments, into reply: ReplyWriter)
    /// Whether the user may run a command with these arguments; nil when there is none of that
    /// name and number of arguments.
    func mayRun(_ arguments: Arguments) -> Bool?
    /// Writes to the log.
    func log(level: Int, _ text: Bytes)
    /// Called now and then while a script runs; answers why it is to end, or nil.
    func interrupt() -> [UInt8]?
}
