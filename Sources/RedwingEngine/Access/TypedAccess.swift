// How the commands of one data type reach a key: a key of another type is answered here, in the one
// place for all types.
import RedwingContainers

extension Engine {
    /// The entry of a key that a command reads. Without a key `missing` answers; a key of another
    /// type is answered here.
    @inline(__always)
    func read(
        _ call: inout Call, _ key: Bytes, as type: ValueType, missing: (inout Call) -> Void
    ) -> Entry? {
        guard let entry = read(&call, key) else {
            missing(&call)
            return nil
        }
        guard entry.type == type else {
            call.reply.error(ReplyError.wrongType)
            return nil
        }
        return entry
    }

    /// Opens a key for writing. A key of another type is answered here, and `body` does not run.
    /// With `isRead` the lookup counts as a hit or a miss.
    @inline(__always)
    func write(
        _ call: inout Call, _ key: Bytes, as type: ValueType, isRead: Bool = false,
        _ body: (inout Slot, inout Call) -> Change
    ) {
        write(&call, key) { slot, call in
            if isRead { countRead(slot, &call) }
            if let entry = slot.entry {
                guard entry.type == type else {
                    call.reply.error(ReplyError.wrongType)
                    return .none
                }
                if !isRead { touch(entry, call) }
            }
            return body(&slot, &call)
        }
    }
}
