// CONFIG, over the pure functions of Configuration/; what needs a file or a socket is the host's.
import RedwingContainers

enum ConfigCommands {
    static func get(_ engine: Engine, _ call: inout Call) {
        let found = engine.configuration.get((2..<call.count).map { call[$0].array })
        call.reply.map(found.count)
        for (name, value) in found {
            name.withBytes { call.reply.bulk($0) }
            value.withBytes { call.reply.bulk($0) }
        }
    }

    static func set(_ engine: Engine, _ call: inout Call) {
        let permissions = ConfigSetPermissions(
            isLocalClient: call.session.isLocal,
            isLoading: engine.restrictions.contains(.loading))
        var new = engine.configuration
        do throws(ConfigSetError) {
            let warnings = try new.set(
                (2..<call.count).map { call[$0].array }, permissions: permissions
            ) { directive, old, new in
                engine.host?.apply(directive, old: old, new: &new)
            }
            engine.adopt(new)
            if !warnings.isEmpty { engine.host?.warn(warnings) }
            call.reply.ok()
        } catch {
            switch error {
            case .syntax: call.reply.error(ReplyError.syntax)
            case .loading: call.reply.error(ReplyError.loading)
            case .failed(let text): call.reply.error(text: text)
            }
        }
    }

    static func resetStat(_ engine: Engine, _ call: inout Call) {
        engine.resetStatistics()
        call.reply.ok()
    }

    static func rewrite(_ engine: Engine, _ call: inout Call) {
        switch engine.host?.rewriteConfiguration(engine.configuration) ?? .noFile {
        case .written: call.reply.ok()
        case .noFile: call.reply.error("ERR The server is running without a config file")
        case .failed(let reason):
            call.reply.error(text: "ERR Rewriting config file: \(reason)")
        }
    }

    static func help(_ engine: Engine, _ call: inout Call) {
        call.help(
            "CONFIG",
            [
                "GET <pattern> [<pattern> ...]", "    Answer directives and their values.",
                "SET <directive> <value> [<directive> <value> ...]",
                "    Change directives, all of them or none.",
                "RESETSTAT", "    Set the counters of INFO back to zero.",
                "REWRITE", "    Write the present values to the configuration file.",
            ])
    }
}

extension Session {
    /// Whether the client runs on this machine.
    var isLocal: Bool {
        guard let transport, !flags.contains(.unixSocket) else { return true }
        let address = transport.peerAddress
        return address.hasPrefix("127.") || address.hasPrefix("::1") || address.hasPrefix("[::1]")
    }
}

extension Engine {
    /// Takes a changed configuration over.
    package func adopt(_ new: Configuration) {
        let changesPassword = configuration.requirePass != new.requirePass
        configuration = new
        configurationChanged()
        guard changesPassword else { return }
        var rights = accessControl.defaultUser.rights
        rights.setOnlyPassword(new.requirePass)
        setRights(rights, of: accessControl.defaultUser)
    }

    /// Sets everything back that CONFIG RESETSTAT concerns.
    func resetStatistics() {
        statistics = Statistics()
        let traffic = self.traffic
        formerTraffic.received -= traffic.received
        formerTraffic.sent -= traffic.sent
        observability.errors = [:]
        observability.hasTooManyErrors = false
        observability.commandRate = RateMeter()
        observability.inputRate = RateMeter()
        observability.outputRate = RateMeter()
        for index in 0..<table.counters.count {
            table.counters[index].calls = 0
            table.counters[index].time = 0
            table.counters[index].rejected = 0
            table.counters[index].failed = 0
            table.counters[index].latency?.removeAll()
        }
    }
}
