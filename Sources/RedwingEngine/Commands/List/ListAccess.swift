// How the list commands reach their keys, and the arguments that several of them have.
import RedwingContainers

extension Engine {
    /// The list at the command's first key. Without one `missing` answers; a key of another type is
    /// answered here.
    @inline(__always)
    func readList(_ call: inout Call, missing: (inout Call) -> Void) -> ListValue? {
        read(&call, call[1], as: .list, missing: missing).map { ListValue(entry: $0) }
    }

    /// Opens a list for commands that have nothing to do without it: `missing` answers then.
    @inline(__always)
    func writeList(
        _ call: inout Call, missing: (borrowing Call) -> Void,
        _ body: (inout Slot, Entry, inout Call) -> Change
    ) {
        write(&call, call[1], as: .list) { slot, call in
            guard let entry = slot.entry else {
                missing(call)
                return .none
            }
            return body(&slot, entry, &call)
        }
    }
}

extension ListEnd {
    /// The keyspace event of a push.
    var pushEvent: Bytes { self == .head ? "lpush" : "rpush" }

    /// The keyspace event of a pop.
    var popEvent: Bytes { self == .head ? "lpop" : "rpop" }
}

extension Call {
    /// LEFT or RIGHT; answers the error itself and returns nil for anything else.
    func listEnd(_ index: Int) -> ListEnd? {
        if self[index].isToken("right") { return .tail }
        if self[index].isToken("left") { return .head }
        reply.error(ReplyError.syntax)
        return nil
    }

    /// An argument as an integer of a range; anything else is answered with `error`.
    func integer(_ index: Int, in range: ClosedRange<Int64>, _ error: Bytes) -> Int64? {
        if let value = self[index].parseInteger(), range.contains(value) { return value }
        reply.error(error)
        return nil
    }

    /// An argument as an integer whose negative is one, too.
    func negatableInteger(_ index: Int) -> Int64? {
        guard let value = integer(index) else { return nil }
        guard value == .min else { return value }
        reply.error(
            """
            ERR value is out of range, value must between -9223372036854775807 and \
            9223372036854775807
            """)
        return nil
    }
}
