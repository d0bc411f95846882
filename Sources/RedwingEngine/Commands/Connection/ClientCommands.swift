// CLIENT: what a client says of itself, and what it may do to others.
import RedwingContainers
import RedwingRESP

extension ConnectionCommands {
    static var badName: Bytes {
        "ERR Client names cannot contain spaces, newlines or special characters."
    }

    /// Whether a text may stand in a line of CLIENT LIST: printable ASCII without blanks. What
    /// comes behind a zero byte is not looked at, as in Valkey.
    static func isPlain(_ text: Bytes) -> Bool {
        let count = text.firstIndex(of: 0) ?? text.count
        return (0..<count).allSatisfy { text[$0] > 0x20 && text[$0] < 0x7f }
    }

    static func id(_ engine: Engine, _ call: inout Call) {
        call.reply.integer(Int64(clamping: call.session.id))
    }

    static func getName(_ engine: Engine, _ call: inout Call) {
        if call.session.name.isEmpty { return call.reply.null() }
        call.session.name.withBytes { call.reply.bulk($0) }
    }

    static func setName(_ engine: Engine, _ call: inout Call) {
        guard isPlain(call[2]) else { return call.reply.error(badName) }
        call.session.name = call[2].array
        call.reply.ok()
    }

    static func setInfo(_ engine: Engine, _ call: inout Call) {
        let isName = call[2].isToken("lib-name")
        guard isName || call[2].isToken("lib-ver") else {
            let option = call[2].slice(0, min(call[2].count, 128)).string
            return call.reply.error(text: "ERR Unrecognized option '\(option)'")
        }
        guard isPlain(call[3]) else {
            return call.reply.error([
                "ERR ", call[2], " cannot contain spaces, newlines or special characters.",
            ])
        }
        if isName {
            call.session.libraryName = call[3].array
        } else {
            call.session.libraryVersion = call[3].array
        }
        call.reply.ok()
    }

    static func info(_ engine: Engine, _ call: inout Call) {
        let line = engine.describe(call.session, running: call) + "\n"
        line.withBytes { call.reply.verbatim($0) }
    }

    static func list(_ engine: Engine, _ call: inout Call) {
        guard let filter = ClientFilter.parse(engine, &call, from: 2) else { return }
        var text = ""
        for session in engine.clients where filter.matches(engine, session, of: call.session) {
            text += engine.describe(session, running: call) + "\n"
        }
        text.withBytes { call.reply.verbatim($0) }
    }

    static func kill(_ engine: Engine, _ call: inout Call) {
        let isOldForm = call.count == 3
        var filter = ClientFilter()
        if isOldForm {
            filter.conditions = [.init(.address(call[2].array))]
        } else {
            guard let parsed = ClientFilter.parse(engine, &call, from: 2) else { return }
            filter = parsed
            if filter.skipsSelf == nil { filter.skipsSelf = true }
        }
        let doomed = engine.clients.filter { filter.matches(engine, $0, of: call.session) }
        if isOldForm {
            guard !doomed.isEmpty else { return call.reply.error("ERR No such client") }
            call.reply.ok()
        } else {
            call.reply.integer(doomed.count)
        }
        for session in doomed {
            engine.endClient(session, running: call)
        }
    }

    static func reply(_ engine: Engine, _ call: inout Call) {
        if call[2].isToken("on") {
            call.session.flags.subtract([.replyOff, .replySkip, .replySkipNext])
            call.reply.ok()
        } else if call[2].isToken("off") {
            call.session.flags.insert(.replyOff)
        } else if call[2].isToken("skip") {
            if !call.session.flags.contains(.replyOff) {
                call.session.flags.insert(.replySkipNext)
            }
        } else {
            call.reply.error(ReplyError.syntax)
        }
    }

    static func noEvict(_ engine: Engine, _ call: inout Call) {
        guard let on = onOrOff(&call) else { return }
        if on { call.session.flags.insert(.noEvict) } else { call.session.flags.remove(.noEvict) }
        call.reply.ok()
    }

    static func noTouch(_ engine: Engine, _ call: inout Call) {
        guard let on = onOrOff(&call) else { return }
        engine.setNoTouch(call.session, on)
        call.reply.ok()
    }

    static func onOrOff(_ call: inout Call) -> Bool? {
        if call[2].isToken("on") { return true }
        if call[2].isToken("off") { return false }
        call.reply.error(ReplyError.syntax)
        return nil
    }

    static func unblock(_ engine: Engine, _ call: inout Call) {
        var withError = false
        if call.count > 3 {
            withError = call[3].isToken("error")
            guard withError || call[3].isToken("timeout") else {
                return call.reply.error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR")
            }
        }
        guard let id = call.integer(2) else { return }
        guard let session = engine.sessions[UInt64(bitPattern: id)] else {
            return call.reply.integer(0)
        }
        call.reply.integer(engine.unblock(session, withError: withError) ? 1 : 0)
    }

    static func help(_ engine: Engine, _ call: inout Call) {
        call.help(
            "CLIENT",
            [
                "CAPA <capability> [<capability> ...]",
                "    Note what the client can do. Known: REDIRECT, going to another server when",
                "    told so.",
                "GETNAME", "    Answer the name of this connection.",
                "ID", "    Answer the number of this connection.",
                "IMPORT-SOURCE (ON|OFF)",
                "    Mark this connection as the source of an import (see import-mode), which sees",
                "    keys whose time has come.", "INFO", "    Describe this connection.",
                "KILL <ip:port>", "    End the connection from <ip:port>.",
                "KILL <option> <value> [<option> <value> [...]]",
                "    End all connections that meet all conditions. SKIPME is yes by default.",
                "LIST [<option> <value> [...]]",
                "    Describe all connections that meet all conditions. The conditions:",
                "    * ID <client-id> [<client-id>...]",
                "    * TYPE (NORMAL|PRIMARY|REPLICA|PUBSUB)",
                "    * USER <username>", "    * ADDR <ip:port>", "    * LADDR <ip:port>",
                "    * IP <ip>", "    * NAME <client-name>", "    * DB <db-id>",
                "    * FLAGS <flags>", "    * CAPA <capa>", "    * LIB-NAME <library-name>",
                "    * LIB-VER <library-version>", "    * IDLE <seconds>, at least",
                "    * MAXAGE <seconds>, at least", "    * SKIPME (YES|NO)",
                "    NOT- before the name of a condition (but IDLE, MAXAGE and SKIPME) inverts it.",
                "NO-EVICT (ON|OFF)", "    Spare this connection when clients are evicted.",
                "NO-TOUCH (ON|OFF)", "    Leave LRU and LFU of the keys that are used alone.",
                "PAUSE <milliseconds> [WRITE|ALL]",
                "    Stop all commands, or those that may change data, for so long.",
                "REPLY (ON|OFF|SKIP)", "    Choose whether this connection gets replies.",
                "SETINFO <option> <value>",
                "    Note LIB-NAME or LIB-VER, the client library and its version.",
                "SETNAME <name>", "    Name this connection.",
                "CACHING (YES|NO)", "    Decide whether the keys of the next command are tracked.",
                "GETREDIR", "    Answer which connection gets the invalidations of this one.",
                "TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]",
                "         [OPTIN] [OPTOUT] [NOLOOP]",
                "    Choose whether this connection is told when keys change that it has read.",
                "TRACKINGINFO", "    Describe what was chosen with TRACKING.",
                "UNBLOCK <client-id> [TIMEOUT|ERROR]",
                "    End the waiting of a connection's blocking command.",
                "UNPAUSE", "    Let commands that PAUSE has stopped run.",
            ])
    }
}

extension Engine {
    /// All clients in the order in which they came.
    var clients: [Session] { sessions.values.sorted { $0.id < $1.id } }

    /// A session's line in CLIENT LIST, without its line break.
    func describe(_ session: Session, running call: borrowing Call) -> String {
        session === call.session
            ? describe(session, call.command, call.arguments) : describe(session)
    }

    /// The line of a session that runs nothing.
    func describe(_ session: Session) -> String {
        let kept = session.wait?.arguments ?? session.postponed?.arguments
        return describe(session, session.lastCommand ?? -1, kept?.arguments)
    }

    private func describe(
        _ session: Session, _ command: CommandIndex, _ arguments: Arguments?
    ) -> String {
        let transport = session.transport
        let input = transport?.queryBuffer ?? (used: 0, free: 0)
        let argumentBytes =
            arguments.map { all in
                (0..<all.count).reduce(0) { $0 + all[$1].count }
            } ?? 0
        let pending = transport?.pendingReplyBytes ?? 0
        let buffer = transport?.replyBuffer ?? (capacity: 0, peak: 0)
        let attached = transport?.attachedReplies ?? (count: 0, bytes: 0)
        let transactionBytes = session.transaction?.bytes ?? 0
        let memory = memoryBytes(of: session) + argumentBytes
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        let fields: [(String, any CustomStringConvertible)] = [
            ("id", session.id), ("addr", transport?.peerAddress ?? ""),
            ("laddr", transport?.localAddress ?? ""), ("fd", transport?.descriptor ?? -1),
            ("name", text(session.name)), ("age", (now - session.createdAt) / 1000),
            ("idle", (now - session.lastInteraction) / 1000), ("flags", session.flagLetters),
            ("capa", session.flags.contains(.canRedirect) ? "r" : ""),
            ("db", session.database.value.index),
            ("sub", session.subscriptionCount(.channel)),
            ("psub", session.subscriptionCount(.pattern)),
            ("ssub", session.subscriptionCount(.shardChannel)),
            ("multi", session.transaction?.commands.count ?? -1),
            ("watch", session.watched.count), ("qbuf", input.used),
            ("qbuf-free", input.free), ("argv-mem", argumentBytes), ("multi-mem", transactionBytes),
            ("rbs", buffer.capacity), ("rbp", buffer.peak), ("obl", pending - attached.bytes),
            ("oll", attached.count), ("omem", attached.bytes), ("tot-mem", memory),
            ("events", transport == nil ? "" : pending > 0 ? "rw" : "r"),
            ("cmd", command >= 0 ? table.fullName(command) : "NULL"),
            ("user", session.user.displayName),
            ("redir", session.trackingRedirect), ("resp", session.version.rawValue),
            ("lib-name", text(session.libraryName)), ("lib-ver", text(session.libraryVersion)),
            ("tot-net-in", session.bytesReceived), ("tot-net-out", session.bytesSent),
            ("tot-cmds", session.commandsProcessed),
        ]
        return fields.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
    }
}

extension Session {
    /// The flags as CLIENT LIST shows them.
    var flagLetters: String {
        let letters: [(Flags, String)] = [
            (.monitor, "O"), (.subscriber, "P"), (.inTransaction, "x"), (.executesTransaction, "x"),
            (.blocked, "b"), (.tracking, trackingLetters), (.watchedKeyChanged, "d"),
            (.closeAfterReply, "c"), (.closeNow, "A"), (.unixSocket, "U"), (.noEvict, "e"),
            (.noTouch, "T"), (.importSource, "I"),
        ]
        let shown = letters.filter { flags.contains($0.0) }.map(\.1).joined()
        return shown.isEmpty ? "N" : shown
    }
}
