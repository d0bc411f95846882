// AUTH, HELLO and RESET: who the client is and what protocol it speaks.
import RedwingContainers
import RedwingRESP

extension ConnectionCommands {
    /// How a login ended.
    private enum Login {
        case accepted
        case wrong
    }

    private static var wrongPassword: Bytes {
        "WRONGPASS invalid username-password pair or user is disabled."
    }

    static func auth(_ engine: Engine, _ call: inout Call) {
        guard call.count <= 3 else { return call.reply.error(ReplyError.syntax) }
        if call.count == 2, engine.acceptsAnyPassword {
            return call.reply.error(
                """
                ERR AUTH <password> called without any password configured for the default user. \
                Are you sure your configuration is correct?
                """)
        }
        let user: Bytes = call.count == 3 ? call[1] : "default"
        switch logIn(engine, call, user, call[call.count - 1]) {
        case .accepted: call.reply.ok()
        case .wrong: call.reply.error(wrongPassword)
        }
    }

    private static func logIn(
        _ engine: Engine, _ call: borrowing Call, _ name: Bytes, _ password: Bytes
    ) -> Login {
        guard let user = engine.accessControl.users[name.array], user.rights.accepts(password)
        else {
            engine.noteLoginFailure(name, call)
            return .wrong
        }
        engine.assign(user, to: call.session)
        call.session.flags.insert(.authenticated)
        return .accepted
    }

    /// What the options of HELLO ask for.
    private struct Greeting {
        var version: ProtocolVersion?
        var login: (user: Bytes, password: Bytes)?
        var name: Bytes?
    }

    static func hello(_ engine: Engine, _ call: inout Call) {
        guard let greeting = greeting(&call) else { return }
        if let login = greeting.login,
            case .wrong = logIn(engine, call, login.user, login.password)
        {
            return call.reply.error(wrongPassword)
        }
        guard call.session.isAuthenticated else {
            return call.reply.error(
                """
                NOAUTH HELLO must be called with the client already authenticated, otherwise the \
                HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client \
                and select the RESP protocol version at the same time
                """)
        }
        if let name = greeting.name { call.session.name = name.array }
        if let version = greeting.version {
            call.session.version = version
            call.session.settleSubscriptions()
            call.reply.version = version
        }
        answerHello(engine, &call)
    }

    /// Reads the options; answers the error itself and returns nil when they are wrong.
    private static func greeting(_ call: inout Call) -> Greeting? {
        var greeting = Greeting()
        guard call.count > 1 else { return greeting }
        guard let number = call[1].parseInteger() else {
            call.reply.error("ERR Protocol version is not an integer or out of range")
            return nil
        }
        guard let version = UInt8(exactly: number).flatMap(ProtocolVersion.init) else {
            call.reply.error("NOPROTO unsupported protocol version")
            return nil
        }
        greeting.version = version
        var index = 2
        while index < call.count {
            let more = call.count - 1 - index
            if call[index].isToken("auth"), more >= 2 {
                greeting.login = (call[index + 1], call[index + 2])
                index += 3
            } else if call[index].isToken("setname"), more >= 1 {
                guard isPlain(call[index + 1]) else {
                    call.reply.error(badName)
                    return nil
                }
                greeting.name = call[index + 1]
                index += 2
            } else {
                let option = call[index].slice(0, min(call[index].count, 128)).string
                call.reply.error(text: "ERR Syntax error in HELLO option '\(option)'")
                return nil
            }
        }
        return greeting
    }

    private static func answerHello(_ engine: Engine, _ call: inout Call) {
        call.reply.map(7)
        // Client libraries look for these two to know what they may use.
        call.reply.bulk("server")
        call.reply.bulk("redis")
        call.reply.bulk("version")
        call.reply.bulk(Bytes(EngineVersion.compatible))
        call.reply.bulk("proto")
        call.reply.integer(Int(call.reply.version.rawValue))
        call.reply.bulk("id")
        call.reply.integer(Int64(clamping: call.session.id))
        call.reply.bulk("mode")
        call.reply.bulk("standalone")
        call.reply.bulk("role")
        call.reply.bulk("master")
        call.reply.bulk("modules")
        call.reply.array(0)
    }

    static func reset(_ engine: Engine, _ call: inout Call) {
        let session = call.session
        engine.setNoTouch(session, false)
        engine.discardTransaction(session)
        engine.stopTracking(session)
        engine.unsubscribeAll(session)
        engine.endMonitoring(session)
        session.flags.subtract([.noEvict, .replyOff, .replySkip, .replySkipNext])
        engine.assignDefaultUser(to: session)
        session.name = []
        session.version = .resp2
        call.reply.version = .resp2
        session.database = engine.databases[0]
        call.database = session.database
        call.reply.simple("RESET")
    }
}

extension Engine {
    /// Sets whether the client's reads leave the bookkeeping of eviction alone.
    func setNoTouch(_ session: Session, _ on: Bool) {
        guard session.flags.contains(.noTouch) != on else { return }
        if on { session.flags.insert(.noTouch) } else { session.flags.remove(.noTouch) }
        access.countUntouchable(on ? 1 : -1)
    }
}
