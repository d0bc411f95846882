// What scripts and functions declare of themselves, as the engine asks before it lets EVAL, FCALL
// and their like run: whether they write, and whether they may run when memory is short.
import RedwingContainers
import RedwingEngine
import RedwingLua
import RedwingRESP

extension ScriptController {
    /// The flags that hold for a running command in place of those of its line in the table; nil
    /// when there is no such script or it declares nothing.
    func declaredFlags(_ arguments: Arguments, _ flags: CommandFlags) -> CommandFlags? {
        guard arguments.count > 1, let declared = declaration(arguments) else { return nil }
        guard !declared.contains(.isCompatible) else { return nil }
        var result = flags.subtracting([.stale, .denyOOM, .write, .mayReplicate])
        if !declared.contains(.noWrites) { result.insert(.write) }
        if declared.isDisjoint(with: [.allowOOM, .noWrites]) { result.insert(.denyOOM) }
        if declared.contains(.allowStale) { result.insert(.stale) }
        return result
    }

    private func declaration(_ arguments: Arguments) -> LuaScriptFlags? {
        let name = arguments[0]
        if name.isToken("fcall") || name.isToken("fcall_ro") {
            return libraries.function(arguments[1])?.flags
        }
        if name.isToken("evalsha") || name.isToken("evalsha_ro") {
            guard let digest = SHA1(hex: arguments[1]) else { return nil }
            return cache.find(digest).map { cache[$0].flags }
        }
        guard Shebang.isFirst(of: arguments[1]) else { return nil }
        return try? Shebang(arguments[1])?.flags()
    }
}
