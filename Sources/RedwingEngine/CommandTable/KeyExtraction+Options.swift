// Commands whose options decide which arguments are keys, or what they do with them: more than the
// key specs can say. What Valkey finds with a function of the command's own.
import RedwingContainers
import RedwingRESP

extension CommandSpec {
    /// Corrects the keys that the specs led to.
    func refine(_ found: inout [ExtractedKey], _ arguments: Arguments) {
        guard !found.isEmpty else { return }
        let name = Bytes(name)
        if name == "set" {
            let reads = (3..<max(3, arguments.count)).contains {
                arguments[$0].isToken("get")
            }
            found[0].flags = reads ? [.readWrite, .access, .update] : [.overwrite, .update]
        } else if name == "bitfield" {
            if readsOnly(arguments) { found[0].flags = [.readOnly, .access] }
        } else if name == "sort" {
            if let key = sortDestination(arguments) { found.append(key) }
        } else if name == "georadius" || name == "georadiusbymember" {
            found.removeLast(found.count - 1)
            if let key = radiusDestination(arguments) { found.append(key) }
        }
    }

    /// Whether BITFIELD has no operation that writes, as far as it can be read.
    private func readsOnly(_ arguments: Arguments) -> Bool {
        var index = 2
        while index < arguments.count {
            let left = arguments.count - index - 1
            if arguments[index].isToken("get"), left >= 2 {
                index += 3
            } else if arguments[index].isToken("overflow"), left >= 1 {
                index += 2
            } else {
                return false
            }
        }
        return true
    }

    /// Where SORT stores: the last STORE counts that is no argument of another option.
    private func sortDestination(_ arguments: Arguments) -> ExtractedKey? {
        var found: ExtractedKey?
        var index = 2
        while index < arguments.count {
            let word = arguments[index]
            if word.isToken("limit") {
                index += 2
            } else if word.isToken("get") || word.isToken("by") {
                index += 1
            } else if word.isToken("store"), index + 1 < arguments.count {
                found = ExtractedKey(index: index + 1, flags: [.overwrite, .update])
            }
            index += 1
        }
        return found
    }

    /// Where GEORADIUS stores: the last one named.
    private func radiusDestination(_ arguments: Arguments) -> ExtractedKey? {
        var found: ExtractedKey?
        var index = 5
        while index + 1 < arguments.count {
            if arguments[index].isToken("store") || arguments[index].isToken("storedist") {
                found = ExtractedKey(index: index + 1, flags: [.overwrite, .update])
                index += 1
            }
            index += 1
        }
        return found
    }
}
