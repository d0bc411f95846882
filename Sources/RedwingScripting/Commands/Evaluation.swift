// EVAL, EVALSHA, FCALL and their read-only forms.
import RedwingContainers
import RedwingEngine
import RedwingLua
import RedwingRESP

extension ScriptController {
    private static var noScript: Bytes { "NOSCRIPT No matching script." }

    func evaluate(_ call: inout Call, isReadOnly: Bool) {
        guard let keyCount = keyCount(&call) else { return }
        let digest = SHA1(call[1])
        let place: Int
        if let found = cache.find(digest) {
            place = found
        } else {
            do throws(ScriptError) {
                place = try compile(call[1], digest, isLoaded: false)
            } catch {
                return error.text.withBytes { call.reply.error(line: $0) }
            }
        }
        run(&call, place, keyCount, isReadOnly)
    }

    func evaluateDigest(_ call: inout Call, isReadOnly: Bool) {
        // Without the digest of a script there is nothing to check the keys for.
        guard let digest = SHA1(hex: call[1]), let place = cache.find(digest) else {
            if call[1].count == 40, keyCount(&call) == nil { return }
            return call.reply.error(ScriptController.noScript)
        }
        guard let keyCount = keyCount(&call) else { return }
        run(&call, place, keyCount, isReadOnly)
    }

    /// The number of keys; answers the error itself and returns nil when it is wrong.
    private func keyCount(_ call: inout Call) -> Int? {
        guard let count = call.integer(2) else { return nil }
        if count > Int64(call.count - 3) {
            call.reply.error("ERR Number of keys can't be greater than number of args")
            return nil
        }
        if count < 0 {
            call.reply.error("ERR Number of keys can't be negative")
            return nil
        }
        return Int(count)
    }

    private func run(_ call: inout Call, _ place: Int, _ keyCount: Int, _ isReadOnly: Bool) {
        cache.touch(place)
        let flags = cache[place].flags
        guard mayRun(&call, flags, isReadOnly) else { return }
        let reference = cache[place].reference
        do throws(ScriptError) {
            let machine = try machine(forFunctions: false)
            asScript(of: &call, flags: flags, isReadOnly: isReadOnly, function: nil) {
                machine.run(script: reference, $0, keyCount: keyCount, into: $1)
            }
        } catch {
            error.text.withBytes { call.reply.error(line: $0) }
        }
    }

    /// Whether a script of these flags may run now; answers the error itself when not.
    private func mayRun(
        _ call: inout Call, _ flags: LuaScriptFlags, _ isReadOnly: Bool
    ) -> Bool {
        if flags.contains(.isCompatible) { return true }
        if engine.isOutOfMemory, flags.isDisjoint(with: [.allowOOM, .noWrites]) {
            call.reply.error(ReplyError.outOfMemory)
            return false
        }
        if isReadOnly, !flags.contains(.noWrites) {
            call.reply.error("ERR Can not execute a script with write flag using *_ro command.")
            return false
        }
        return true
    }

    /// Compiles a script and caches it.
    func compile(
        _ body: Bytes, _ digest: SHA1, isLoaded: Bool
    ) throws(ScriptError) -> Int {
        var flags = LuaScriptFlags.isCompatible
        var code = body
        if Shebang.isFirst(of: body) {
            guard let shebang = Shebang(body) else {
                throw ScriptError("ERR Invalid script shebang")
            }
            flags = try shebang.flags()
            // The line break stays, for the numbers of the lines.
            code = body.slice(shebang.count, body.count - shebang.count)
        }
        let machine = try machine(forFunctions: false)
        switch machine.compile(code, name: "@user_script") {
        case .failed(let text):
            throw ScriptError(Array("ERR Error compiling script (new function): ".utf8) + text)
        case .loaded(let reference):
            let script = ScriptCache.Script(
                digest: digest, reference: reference, flags: flags, body: body.array,
                isLoaded: isLoaded)
            if let displaced = cache.add(script) { machine.release(displaced) }
            return cache.find(digest) ?? 0
        }
    }

    func callFunction(_ call: inout Call, isReadOnly: Bool) {
        guard let function = libraries.function(call[1]) else {
            return call.reply.error("ERR Function not found")
        }
        guard let count = call[2].parseInteger() else {
            return call.reply.error("ERR Bad number of keys provided")
        }
        guard count <= Int64(call.count - 3) else {
            return call.reply.error("ERR Number of keys can't be greater than number of args")
        }
        guard count >= 0 else {
            return call.reply.error("ERR Number of keys can't be negative")
        }
        guard mayRun(&call, function.flags, isReadOnly) else { return }
        do throws(ScriptError) {
            let machine = try machine(forFunctions: true)
            asScript(
                of: &call, flags: function.flags, isReadOnly: isReadOnly, function: function.name
            ) { machine.run(function: function.reference, $0, keyCount: Int(count), into: $1) }
        } catch {
            error.text.withBytes { call.reply.error(line: $0) }
        }
    }
}

extension ReplyWriter {
    /// An error whose text a client had a part in: line breaks become blanks.
    func error(line text: Bytes) { error([text]) }
}
