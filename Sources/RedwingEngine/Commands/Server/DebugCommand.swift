// DEBUG: what test suites need to bring the server into a state or to look inside. Locked unless
// `enable-debug-command` opens it.
import RedwingContainers
import RedwingRESP

enum DebugCommand {
    private static var refusal: Bytes {
        """
        ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you \
        can run it from a local connection, otherwise you need to set this option in the \
        configuration file, and then restart the server.
        """
    }

    static func debug(_ engine: Engine, _ call: inout Call) {
        let access = engine.configuration.enableDebugCommand
        guard access.permits(isLocalClient: call.session.isLocal) else {
            _ = engine.refuse(&call, refusal)
            return
        }
        let subcommand = call[1].slice(0, min(call[1].count, 64)).string.lowercased()
        switch (subcommand, call.count) {
        case ("help", 2): help(&call)
        case ("sleep", 3): sleep(engine, &call)
        case ("object", 3...): object(engine, &call)
        case ("set-active-expire", 3):
            engine.expiresActively = (call[2].parseInteger() ?? 0) != 0
            call.reply.ok()
        case ("stringmatch-len", 4): match(&call)
        case ("protocol", 3): speak(&call)
        case ("quicklist-packed-threshold", 3): packedThreshold(engine, &call)
        case ("reload", 2...): reload(engine, &call)
        case ("populate", 3...5): populate(engine, &call)
        case ("error", 3): call.reply.error(text: call[2].string)
        case ("log", 3):
            engine.host?.log("DEBUG LOG: \(call[2].string)")
            call.reply.ok()
        default: call.badSubcommand("DEBUG")
        }
    }

    private static func sleep(_ engine: Engine, _ call: inout Call) {
        guard let host = engine.host else {
            return call.reply.error("ERR DEBUG SLEEP needs a server with a thread of its own")
        }
        let seconds = min(max(Double(call[2].string) ?? 0, 0), 86400)
        host.sleep(nanoseconds: Int64(seconds * 1e9))
        call.reply.ok()
    }

    /// `DEBUG STRINGMATCH-LEN length pattern`: whether so many `a` match, for patterns that are
    /// expensive to match.
    private static func match(_ call: inout Call) {
        guard let length = call.integer(2) else { return }
        guard length >= 0, length <= 1 << 30 else {
            return call.reply.error("ERR value is out of range, must be positive")
        }
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: Int(length))
        call.reply.integer(GlobPattern.matches(text, pattern: call[3].array) ? 1 : 0)
    }

    private static func packedThreshold(_ engine: Engine, _ call: inout Call) {
        guard let size = ValueNotation.memory(call[2].array), size >= 0,
            size <= (4 << 30) - (1 << 20)
        else {
            return call.reply.error(
                "ERR argument must be a memory value bigger than 1 and smaller than 4gb")
        }
        engine.packedElementLimit = size == 0 ? Engine.defaultPackedElementLimit : size
        call.reply.ok()
    }

    private static func reload(_ engine: Engine, _ call: inout Call) {
        var options = ReloadOptions()
        for index in 2..<max(2, call.count) {
            if call[index].isToken("nosave") {
                options.saves = false
            } else if call[index].isToken("noflush") {
                options.flushes = false
            } else if call[index].isToken("merge") {
                options.merges = true
            } else {
                return call.reply.error(
                    "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.")
            }
        }
        guard engine.host?.reload(options) == true else {
            return call.reply.error("ERR Error trying to load the RDB dump, check server logs.")
        }
        call.reply.ok()
    }

    /// `DEBUG POPULATE count [prefix] [size]`: keys `prefix:0` and so on, those that are missing.
    private static func populate(_ engine: Engine, _ call: inout Call) {
        let longest = Int64(engine.configuration.protoMaxBulkLength)
        guard let count = call[2].parseInteger(), (0...1 << 32).contains(count),
            let size = call.count == 5 ? call[4].parseInteger() : 0, (0...longest).contains(size)
        else { return call.reply.error("ERR value is out of range, must be positive") }
        let prefix = call.count > 3 ? call[3].string : "key"
        for number in 0..<count {
            var value = Array("value:\(number)".utf8)
            if size > 0 {
                let padding = [UInt8](repeating: 0, count: max(0, Int(size) - value.count))
                value = Array(value.prefix(Int(size))) + padding
            }
            "\(prefix):\(number)".withBytes { key in
                value.withBytes { value in
                    engine.write(&call, key) { slot, _ in
                        guard slot.entry == nil else { return .none }
                        engine.setString(&slot, value)
                        return .silent(weight: 1)
                    }
                }
            }
        }
        call.reply.ok()
    }

    private static func help(_ call: inout Call) {
        call.help(
            "DEBUG",
            [
                "ERROR <text>", "    Answer an error of this text.",
                "LOG <message>", "    Write a line to the log.",
                "OBJECT <key> [fast]", "    Show how a key is stored.",
                "POPULATE <count> [<prefix>] [<size>]", "    Add string keys prefix:0 and so on.",
                "PROTOCOL <type>",
                "    Answer a value of a type: string, integer, double, bignum, null, array, set,",
                "    map, attrib, push, verbatim, true, false.",
                "QUICKLIST-PACKED-THRESHOLD <size>",
                "    Set from which size on an element gets a list node of its own (0: default).",
                "RELOAD [NOSAVE] [NOFLUSH] [MERGE]", "    Save and load the data.",
                "SET-ACTIVE-EXPIRE <0|1>", "    Set whether keys expire that nobody touches.",
                "SLEEP <seconds>", "    Stop the server for so long.",
                "STRINGMATCH-LEN <length> <pattern>",
                "    Match a pattern with a string of that many letters.",
            ])
    }
}

extension DebugCommand {
    private static func speak(_ call: inout Call) {
        let reply = call.reply
        switch call[2].string.lowercased() {
        case "string": reply.bulk("Hello World")
        case "integer": reply.integer(12345)
        case "double": reply.double(3.141)
        case "bignum": reply.bigNumber("1234567999999999999999999999999999999")
        case "null": reply.null()
        case "array":
            reply.array(3)
            for number in 0..<3 { reply.integer(number) }
        case "set":
            reply.set(3)
            for number in 0..<3 { reply.integer(number) }
        case "map":
            reply.map(3)
            for number in 0..<3 {
                reply.integer(number)
                reply.boolean(number == 1)
            }
        case "attrib":
            if reply.version == .resp3 {
                reply.attribute(1)
                reply.bulk("key-popularity")
                reply.array(2)
                reply.bulk("key:123")
                reply.integer(90)
            }
            reply.bulk("Some real reply following the attribute")
        case "push":
            guard reply.version == .resp3 else {
                return reply.error("ERR RESP2 is not supported by this command")
            }
            reply.bulk("Some real reply following the push reply")
            reply.push(2)
            reply.bulk("server-cpu-usage")
            reply.integer(42)
        case "verbatim": reply.verbatim("This is a verbatim\nstring")
        case "true": reply.boolean(true)
        case "false": reply.boolean(false)
        default:
            reply.error(
                """
                ERR Wrong protocol type name. Please use one of the following: \
                string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false
                """)
        }
    }

    /// How a quicklist is cut.
    private static func nodes(of list: ListChain, _ configuration: Configuration) -> String {
        guard list.isQuicklist else { return "" }
        let (quotient, rest) = (list.count * 100).quotientAndRemainder(dividingBy: list.nodeCount)
        var hundredths = quotient + (rest * 2 > list.nodeCount ? 1 : 0)
        if rest * 2 == list.nodeCount {
            // printf goes by the quotient as a double, which is seldom just the half.
            let ratio = Double(list.count) / Double(list.nodeCount)
            let excess = (-Double(list.count)).addingProduct(ratio, Double(list.nodeCount))
            hundredths += excess > 0 || excess == 0 && quotient & 1 == 1 ? 1 : 0
        }
        let cents = hundredths % 100
        let average = "\(hundredths / 100).\(cents < 10 ? "0" : "")\(cents)"
        return " ql_nodes:\(list.nodeCount) ql_avg_node:\(average)"
            + " ql_listpack_max:\(list.fill) ql_compressed:0 ql_uncompressed_size:\(list.weight)"
    }

    private static func object(_ engine: Engine, _ call: inout Call) {
        guard let entry = engine.peek(&call, call[2]) else {
            return call.reply.error(ReplyError.noSuchKey)
        }
        let encoding = encodingName(entry).string
        let idle = engine.access.isLFU ? 0 : engine.access.idleSeconds(of: entry, now: call.now)
        let size = engine.memoryUsage(of: entry) - SlabLayout.rounded(entry.size)
        let bytes = size + entry.valueCount
        let address = String(call.hash(call[2]), radix: 16)
        var text = "Value at:0x\(address) refcount:1 encoding:\(encoding) "
        if call.count < 4 || !call[3].isToken("fast") { text += "serializedlength:\(bytes) " }
        text += "lru:\(entry.access >> AccessClock.fineBits) lru_seconds_idle:\(idle)"
        if entry.valueKind == .chainList {
            text += nodes(of: ListChain(address: entry.word), engine.configuration)
        }
        text.withBytes { call.reply.simple($0) }
    }
}
