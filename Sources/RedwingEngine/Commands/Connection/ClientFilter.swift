// The conditions of CLIENT LIST and CLIENT KILL.
import RedwingContainers
import RedwingRESP

/// Which clients are meant.
struct ClientFilter {
    /// What a client must have, or must not have.
    struct Condition {
        enum Test {
            case identifiers(Set<UInt64>)
            case type(ClientType)
            case user([UInt8])
            case address([UInt8])
            case localAddress([UInt8])
            case ip([UInt8])
            case name([UInt8])
            case database(Int)
            case flags([UInt8])
            case capabilities
            case libraryName([UInt8])
            case libraryVersion([UInt8])
            case idle(Int64)
            case age(Int64)
        }
        var test: Test
        var isInverted = false

        init(_ test: Test, isInverted: Bool = false) {
            self.test = test
            self.isInverted = isInverted
        }
    }

    /// The kinds of clients that TYPE names.
    enum ClientType {
        case normal, primary, replica, pubsub

        init?(_ name: Bytes) {
            if name.isToken("normal") {
                self = .normal
            } else if name.isToken("master") || name.isToken("primary") {
                self = .primary
            } else if name.isToken("slave") || name.isToken("replica") {
                self = .replica
            } else if name.isToken("pubsub") {
                self = .pubsub
            } else {
                return nil
            }
        }
    }

    /// By the name of the option: a later one replaces an earlier.
    var conditions: [Condition] = []
    /// SKIPME, if it was given.
    var skipsSelf: Bool?

    /// The letters that FLAGS accepts.
    private static var knownFlags: Bytes { "AbcdeiMNOPrSTtUuxRBI" }

    func matches(_ engine: Engine, _ session: Session, of caller: Session) -> Bool {
        if skipsSelf == true, session === caller { return false }
        return conditions.allSatisfy { $0.holds(engine, session) }
    }

    /// Reads the options from an argument on; answers the error itself and returns nil when they
    /// are wrong.
    static func parse(_ engine: Engine, _ call: inout Call, from start: Int) -> ClientFilter? {
        var filter = ClientFilter()
        var found: [String: Condition] = [:]
        var index = start
        while index < call.count {
            guard index + 1 < call.count else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
            var option = call[index].string.lowercased()
            let isInverted = option.hasPrefix("not-")
            if isInverted { option.removeFirst(4) }
            if option == "skipme", !isInverted {
                guard call[index + 1].isToken("yes") || call[index + 1].isToken("no") else {
                    call.reply.error(ReplyError.syntax)
                    return nil
                }
                filter.skipsSelf = call[index + 1].isToken("yes")
                index += 2
                continue
            }
            var used = 2
            guard let test = test(engine, &call, option, index, isInverted, &used) else {
                return nil
            }
            var condition = Condition(test, isInverted: isInverted)
            let key = isInverted ? "not-" + option : option
            if case .identifiers(let more) = test, case .identifiers(let some)? = found[key]?.test {
                condition.test = .identifiers(some.union(more))
            }
            found[key] = condition
            index += used
        }
        filter.conditions = Array(found.values)
        return filter
    }

    /// Reads one condition; answers the error itself and returns nil when it is wrong.
    private static func test(
        _ engine: Engine, _ call: inout Call, _ option: String, _ index: Int, _ isInverted: Bool,
        _ used: inout Int
    ) -> Condition.Test? {
        let value = call[index + 1]
        switch option {
        case "id": return identifiers(&call, index + 1, &used)
        case "type":
            if let type = ClientType(value) { return .type(type) }
            return fail(&call, "Unknown client type '\(value.string)'")
        case "user":
            let name = value.array
            if engine.accessControl.users[name] != nil { return .user(name) }
            return fail(&call, "No such user '\(value.string)'")
        case "addr": return .address(value.array)
        case "laddr": return .localAddress(value.array)
        case "ip": return .ip(value.array)
        case "name": return .name(value.array)
        case "lib-name": return .libraryName(value.array)
        case "lib-ver": return .libraryVersion(value.array)
        case "flags":
            let known = knownFlags.array
            if value.array.allSatisfy({ known.contains($0) }) { return .flags(value.array) }
            let filter = isInverted ? "NOT-FLAGS" : "provided"
            return fail(&call, "Unknown flags found in the \(filter) filter: \(value.string)")
        case "capa":
            if value.array.allSatisfy({ $0 == UInt8(ascii: "r") }) { return .capabilities }
            let filter = isInverted ? "NOT-CAPA" : "provided"
            return fail(&call, "Unknown capa found in the \(filter) filter: \(value.string)")
        case "db":
            let name = isInverted ? "NOT-DB" : "DB"
            guard let number = value.parseInteger() else {
                return fail(&call, "\(name) is not an integer or out of range")
            }
            let count = engine.databases.count
            if number >= 0, number < count { return .database(Int(number)) }
            return fail(&call, "\(name) number should be between 0 and \(count - 1)")
        case "idle" where !isInverted: return seconds(&call, value, "idle").map { .idle($0) }
        case "maxage" where !isInverted: return seconds(&call, value, "maxage").map { .age($0) }
        default:
            call.reply.error(ReplyError.syntax)
            return nil
        }
    }

    private static func fail(_ call: inout Call, _ text: String) -> Condition.Test? {
        call.reply.error(text: "ERR " + text)
        return nil
    }

    private static func seconds(_ call: inout Call, _ value: Bytes, _ name: String) -> Int64? {
        guard let number = value.parseInteger() else {
            call.reply.error(text: "ERR \(name) is not an integer or out of range")
            return nil
        }
        if number > 0 { return number }
        call.reply.error(text: "ERR \(name) should be greater than 0")
        return nil
    }

    /// As many numbers as follow; the first must be one.
    private static func identifiers(
        _ call: inout Call, _ start: Int, _ used: inout Int
    ) -> Condition.Test? {
        var numbers: Set<UInt64> = []
        var index = start
        while index < call.count, let number = call[index].parseInteger() {
            guard number > 0 else { return fail(&call, "client-id should be greater than 0") }
            numbers.insert(UInt64(number))
            index += 1
        }
        guard !numbers.isEmpty else {
            call.reply.error(ReplyError.syntax)
            return nil
        }
        used = 1 + index - start
        return .identifiers(numbers)
    }
}

extension ClientFilter.Condition {
    func holds(_ engine: Engine, _ session: Session) -> Bool {
        isTrue(engine, session) != isInverted
    }

    private func isTrue(_ engine: Engine, _ session: Session) -> Bool {
        switch test {
        case .identifiers(let numbers): return numbers.contains(session.id)
        // Replication brings the other types with it.
        case .type(.normal): return !session.isSubscriber
        case .type(.pubsub): return session.isSubscriber
        case .type: return false
        case .user(let user): return session.user.name == user
        case .address(let text): return peer(session) == text
        case .localAddress(let text):
            return Array((session.transport?.localAddress ?? "").utf8) == text
        case .ip(let text):
            guard let colon = peer(session).lastIndex(of: UInt8(ascii: ":")) else { return false }
            return Array(peer(session)[..<colon]) == text
        case .name(let name): return !session.name.isEmpty && session.name == name
        case .database(let index): return session.database.value.index == index
        case .flags(let letters):
            let has = Array(session.flagLetters.utf8)
            return letters.allSatisfy { has.contains($0) }
        case .capabilities: return session.flags.contains(.canRedirect)
        case .libraryName(let name):
            return !session.libraryName.isEmpty && session.libraryName == name
        case .libraryVersion(let version):
            return !session.libraryVersion.isEmpty && session.libraryVersion == version
        case .idle(let seconds): return (engine.now - session.lastInteraction) / 1000 >= seconds
        case .age(let seconds): return (engine.now - session.createdAt) / 1000 >= seconds
        }
    }

    private func peer(_ session: Session) -> [UInt8] {
        Array((session.transport?.peerAddress ?? "").utf8)
    }
}

extension ClientFilter {
    /// The arguments of CLIENT KILL in the notation of the command table.
    static let killSyntax: StaticString = """
        filter<old-format=ip:port | new-format<[client-id:integer@ID...] | \
        [client-type<normal:token@NORMAL | master:token@MASTER | primary:token@PRIMARY | \
        slave:token@SLAVE | replica:token@REPLICA | pubsub:token@PUBSUB>@TYPE] | [username@USER] \
        | [addr=ip:port@ADDR] | [laddr=ip:port@LADDR] | [skipme<yes:token@YES | \
        no:token@NO>@SKIPME] | [maxage:integer@MAXAGE] | [name@NAME] | [idle:integer@IDLE] | \
        [flags@FLAGS] | [lib-name@LIB-NAME] | [lib-ver@LIB-VER] | [db:integer@DB] | [capa@CAPA] \
        | [ip@IP] | [not-client-type<normal:token@NORMAL | master:token@MASTER | \
        primary:token@PRIMARY | slave:token@SLAVE | replica:token@REPLICA | \
        pubsub:token@PUBSUB>@NOT-TYPE] | [not-client-id:integer@NOT-ID...] | \
        [not-username@NOT-USER] | [not-addr=ip:port@NOT-ADDR] | [not-laddr=ip:port@NOT-LADDR] | \
        [not-name@NOT-NAME] | [not-flags@NOT-FLAGS] | [not-lib-name@NOT-LIB-NAME] | \
        [not-lib-ver@NOT-LIB-VER] | [not-db:integer@NOT-DB] | [not-capa@NOT-CAPA] | \
        [not-ip@NOT-IP]>...>
        """

    /// The arguments of CLIENT LIST in the notation of the command table.
    static let listSyntax: StaticString = """
        [client-type<normal:token@NORMAL | master:token@MASTER | replica:token@REPLICA | \
        pubsub:token@PUBSUB>@TYPE] [client-id:integer@ID...] [username@USER] [addr=ip:port@ADDR] \
        [laddr=ip:port@LADDR] [skipme<yes:token@YES | no:token@NO>@SKIPME] \
        [maxage:integer@MAXAGE] [name@NAME] [idle:integer@IDLE] [flags@FLAGS] \
        [lib-name@LIB-NAME] [lib-ver@LIB-VER] [db:integer@DB] [capa@CAPA] [ip@IP] \
        [not-client-type<normal:token@NORMAL | master:token@MASTER | replica:token@REPLICA | \
        pubsub:token@PUBSUB>@NOT-TYPE] [not-client-id:integer@NOT-ID...] [not-username@NOT-USER] \
        [not-addr=ip:port@NOT-ADDR] [not-laddr=ip:port@NOT-LADDR] [not-name@NOT-NAME] \
        [not-flags@NOT-FLAGS] [not-lib-name@NOT-LIB-NAME] [not-lib-ver@NOT-LIB-VER] \
        [not-db:integer@NOT-DB] [not-capa@NOT-CAPA] [not-ip@NOT-IP]
        """
}
