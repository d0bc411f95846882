// CLIENT TRACKING and what goes with it: what a client asks of client-side caching.
import RedwingContainers
import RedwingRESP

extension ConnectionCommands {
    /// What the options of CLIENT TRACKING ask for.
    private struct Request {
        var options: ClientTracking.Options = []
        var redirect: UInt64 = 0
        var prefixes: [Bytes] = []
    }

    static func track(_ engine: Engine, _ call: inout Call) {
        guard let request = request(engine, &call) else { return }
        if call[2].isToken("on") {
            guard isConsistent(request, &call) else { return }
            engine.startTracking(
                call.session, request.options, redirect: request.redirect,
                prefixes: request.prefixes.map(\.array))
        } else if call[2].isToken("off") {
            engine.stopTracking(call.session)
        } else {
            return call.reply.error(ReplyError.syntax)
        }
        call.reply.ok()
    }

    /// Reads the options; answers the error itself and returns nil when they are wrong.
    private static func request(_ engine: Engine, _ call: inout Call) -> Request? {
        var request = Request()
        var index = 3
        while index < call.count {
            let word = call[index]
            let hasMore = index + 1 < call.count
            if word.isToken("redirect"), hasMore {
                index += 1
                guard let redirect = redirect(engine, &call, index, request) else { return nil }
                request.redirect = redirect
            } else if word.isToken("prefix"), hasMore {
                index += 1
                request.prefixes.append(call[index])
            } else if word.isToken("bcast") {
                request.options.insert(.broadcast)
            } else if word.isToken("optin") {
                request.options.insert(.optIn)
            } else if word.isToken("optout") {
                request.options.insert(.optOut)
            } else if word.isToken("noloop") {
                request.options.insert(.noLoop)
            } else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
            index += 1
        }
        return request
    }

    private static func redirect(
        _ engine: Engine, _ call: inout Call, _ index: Int, _ request: Request
    ) -> UInt64? {
        guard request.redirect == 0 else {
            call.reply.error("ERR A client can only redirect to a single other client")
            return nil
        }
        guard let number = call.integer(index) else { return nil }
        guard let id = UInt64(exactly: number), engine.sessions[id] != nil else {
            call.reply.error("ERR The client ID you want redirect to does not exist")
            return nil
        }
        return id
    }

    /// Whether the options go together and with what the client has asked for before; answers the
    /// error itself when not.
    private static func isConsistent(_ request: Request, _ call: inout Call) -> Bool {
        let old = call.session.tracking.options
        let new = request.options
        if let problem = problem(
            old, new, isOn: call.session.flags.contains(.tracking),
            hasPrefixes: !request.prefixes.isEmpty)
        {
            call.reply.error(problem)
            return false
        }
        return !new.contains(.broadcast) || isFreeOfOverlaps(request.prefixes, &call)
    }

    private static func problem(
        _ old: ClientTracking.Options, _ new: ClientTracking.Options, isOn: Bool, hasPrefixes: Bool
    ) -> Bytes? {
        if hasPrefixes, !new.contains(.broadcast) {
            return "ERR PREFIX option requires BCAST mode to be enabled"
        }
        if isOn, old.contains(.broadcast) != new.contains(.broadcast) {
            return """
                ERR You can't switch BCAST mode on/off before disabling tracking for this client, \
                and then re-enabling it with a different mode.
                """
        }
        if new.contains(.broadcast), !new.isDisjoint(with: [.optIn, .optOut]) {
            return "ERR OPTIN and OPTOUT are not compatible with BCAST"
        }
        if new.contains([.optIn, .optOut]) {
            return "ERR You can't specify both OPTIN mode and OPTOUT mode"
        }
        let switches =
            new.contains(.optIn) && old.contains(.optOut)
            || new.contains(.optOut) && old.contains(.optIn)
        guard switches else { return nil }
        return """
            ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and \
            then re-enabling it with a different mode.
            """
    }

    /// Whether no prefix begins with another: a client would hear of a key twice.
    private static func isFreeOfOverlaps(_ prefixes: [Bytes], _ call: inout Call) -> Bool {
        let existing = call.session.tracking.prefixes.sorted {
            $0.lexicographicallyPrecedes($1)
        }
        for (index, prefix) in prefixes.enumerated() {
            for old in existing where old.withBytes({ overlap($0, prefix) }) {
                old.withBytes { refuse(prefix, "an existing prefix", $0, &call) }
                return false
            }
            for other in prefixes[(index + 1)...] where overlap(other, prefix) {
                refuse(prefix, "another provided prefix", other, &call)
                return false
            }
        }
        return true
    }

    private static func overlap(_ one: Bytes, _ other: Bytes) -> Bool {
        one.hasPrefix(other) || other.hasPrefix(one)
    }

    private static func refuse(
        _ prefix: Bytes, _ what: Bytes, _ other: Bytes, _ call: inout Call
    ) {
        call.reply.error([
            "ERR Prefix '", prefix, "' overlaps with ", what, " '", other,
            "'. Prefixes for a single client must not overlap.",
        ])
    }

    static func caching(_ engine: Engine, _ call: inout Call) {
        let session = call.session
        guard session.flags.contains(.tracking) else {
            return call.reply.error(
                """
                ERR CLIENT CACHING can be called only when the client is in tracking mode with \
                OPTIN or OPTOUT mode enabled
                """)
        }
        if call[2].isToken("yes") {
            guard session.tracking.options.contains(.optIn) else {
                return call.reply.error(
                    """
                    ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.
                    """)
            }
        } else if call[2].isToken("no") {
            guard session.tracking.options.contains(.optOut) else {
                return call.reply.error(
                    """
                    ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.
                    """)
            }
        } else {
            return call.reply.error(ReplyError.syntax)
        }
        session.tracking.options.insert(.caching)
        call.reply.ok()
    }

    static func getRedirect(_ engine: Engine, _ call: inout Call) {
        call.reply.integer(call.session.trackingRedirect)
    }

    static func trackingInfo(_ engine: Engine, _ call: inout Call) {
        let session = call.session
        call.reply.map(3)
        call.reply.bulk("flags")
        let names = session.trackingFlags
        call.reply.set(names.count)
        for name in names { call.reply.bulk(Bytes(name)) }
        call.reply.bulk("redirect")
        call.reply.integer(session.trackingRedirect)
        call.reply.bulk("prefixes")
        call.reply.array(session.tracking.prefixes.count)
        for prefix in session.tracking.prefixes.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            prefix.withBytes { call.reply.bulk($0) }
        }
    }
}

extension Session {
    /// The id of the client that gets the messages about this one's cache, 0 for the client itself,
    /// -1 without tracking.
    var trackingRedirect: Int64 {
        flags.contains(.tracking) ? Int64(clamping: tracking.redirect) : -1
    }

    /// What CLIENT LIST shows of tracking among the flags.
    var trackingLetters: String {
        "t" + (tracking.options.contains(.brokenRedirect) ? "R" : "")
            + (tracking.options.contains(.broadcast) ? "B" : "")
    }

    /// What CLIENT TRACKINGINFO shows as flags.
    fileprivate var trackingFlags: [StaticString] {
        guard flags.contains(.tracking) else { return ["off"] }
        let options = tracking.options
        var names: [StaticString] = ["on"]
        if options.contains(.broadcast) { names.append("bcast") }
        if options.contains(.optIn) {
            names.append("optin")
            if options.contains(.caching) { names.append("caching-yes") }
        }
        if options.contains(.optOut) {
            names.append("optout")
            if options.contains(.caching) { names.append("caching-no") }
        }
        if options.contains(.noLoop) { names.append("noloop") }
        if options.contains(.brokenRedirect) { names.append("broken_redirect") }
        return names
    }
}
