// What OBJECT ENCODING says of a string. Redwing stores strings in its own way; the names follow
// from how Valkey would store them: `embstr` when key, value and bookkeeping fit 128 bytes, `raw`
// when they do not or when the value was changed in place. Found by experiments with Valkey 9.1.2.
import RedwingContainers

enum StringEncoding {
    /// What of 128 bytes is left for key and value; the header of a key from 32 bytes on is longer.
    @inline(__always)
    private static func room(_ keyCount: Int) -> Int { keyCount < 32 ? 113 : 111 }

    /// What a deadline takes.
    private static let deadlineSize = 8

    /// Whether an inline value of this length is `raw` by its length alone.
    @inline(__always)
    static func isRaw(keyCount: Int, valueCount: Int) -> Bool {
        keyCount &+ valueCount > room(keyCount)
    }

    /// Whether a value that replaces the one of `old` is `raw` only because the key had a deadline
    /// at that time. It stays so when the deadline goes.
    @inline(__always)
    static func isRawReplacement(of old: Entry, _ valueCount: Int) -> Bool {
        guard old.has(Entry.Flag.deadline) else { return false }
        let keyCount = old.key.count
        return keyCount &+ valueCount > room(keyCount) &- deadlineSize
    }
}

/// The name that OBJECT ENCODING answers for an entry of the keyspace.
func encodingName(_ entry: Entry) -> Bytes {
    switch entry.valueKind {
    case .integerString: return "int"
    case .largeString: return "raw"
    case .inlineString:
        if entry.has(Entry.Flag.edited) { return "raw" }
        let isRaw = StringEncoding.isRaw(
            keyCount: entry.key.count, valueCount: entry.valueCount)
        return isRaw ? "raw" : "embstr"
    case .packedList, .packedHash, .packedSet, .packedSortedSet: return "listpack"
    case .chainList:
        return ListChain(address: entry.word).isQuicklist ? "quicklist" : "listpack"
    case .stream: return "stream"
    case .tableHash, .tableSet: return "hashtable"
    case .integerSet: return "intset"
    case .treeSortedSet: return "skiplist"
    }
}
