// Users and selectors in the notation of their rules, as ACL LIST and ACL GETUSER show them and as
// files hold them.
import RedwingContainers

extension Selector {
    /// The rules about commands: `+@all -get`.
    var commandText: [UInt8] {
        var text = Array((allowsFutureCommands ? "+@all" : "-@all").utf8)
        for rule in commandRules {
            text += [0x20, UInt8(ascii: rule.allows ? "+" : "-")] + rule.name
        }
        return text
    }

    /// The patterns of keys: `~a* %R~b`.
    var keyText: [UInt8] {
        if allowsAllKeys { return Array("~*".utf8) }
        let patterns = keyPatterns.map { key in
            let sign =
                switch key.access {
                case .read: "%R~"
                case .write: "%W~"
                default: "~"
                }
            return Array(sign.utf8) + key.pattern
        }
        return Array(patterns.joined(separator: [0x20]))
    }

    /// The patterns of channels: `&a* &b`.
    var channelText: [UInt8] {
        if allowsAllChannels { return Array("&*".utf8) }
        return Array(
            channelPatterns.map { [UInt8(ascii: "&")] + $0 }.joined(separator: [0x20]))
    }

    /// The databases: `alldbs`, `resetdbs` or `db=0,1`.
    var databaseText: [UInt8] {
        guard let databases else { return Array("alldbs".utf8) }
        if databases.isEmpty { return Array("resetdbs".utf8) }
        return Array("db=\(databases.map { "\($0)" }.joined(separator: ","))".utf8)
    }

    /// All rules in one line.
    var text: [UInt8] {
        var parts: [[UInt8]] = []
        if !keyText.isEmpty { parts.append(keyText) }
        if !allowsAllChannels { parts.append(Array("resetchannels".utf8)) }
        if !channelText.isEmpty { parts.append(channelText) }
        if databases != nil { parts.append(databaseText) }
        parts.append(commandText)
        return Array(parts.joined(separator: [0x20]))
    }
}

extension Rights {
    /// `on` or `off`, and `nopass`.
    var flagNames: [StaticString] { [isOn ? "on" : "off"] + (acceptsAnyPassword ? ["nopass"] : []) }

    /// All rules in one line.
    var text: [UInt8] {
        var parts = flagNames.map { Bytes($0).array }
        parts += passwords.map { [UInt8(ascii: "#")] + $0 }
        parts += selectors.prefix(1).map(\.text)
        parts += selectors.dropFirst().map { [UInt8(ascii: "(")] + $0.text + [UInt8(ascii: ")")] }
        return Array(parts.joined(separator: [0x20]))
    }
}
