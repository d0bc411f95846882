// Single bits: SETBIT and GETBIT.
import RedwingContainers

extension BitmapCommands {
    static func setbit(_ engine: Engine, _ call: inout Call) {
        guard let offset = engine.bitOffset(&call, 2) else { return }
        let value = call[3]
        guard value.count == 1, value[0] == 0x30 || value[0] == 0x31 else {
            return call.reply.error("ERR bit is not an integer or out of range")
        }
        engine.write(&call, call[1]) { slot, call in
            guard slot.entry == nil || slot.entry?.type == .string else {
                call.reply.error(ReplyError.wrongType)
                return .none
            }
            if let entry = slot.entry { engine.touch(entry, call) }
            let bit = engine.setBit(&slot, at: offset, value[0] == 0x31)
            call.reply.integer(bit.old ? 1 : 0)
            return bit.hasChanged ? .changed(.string, "setbit") : .none
        }
    }

    static func getbit(_ engine: Engine, _ call: inout Call) {
        guard let offset = engine.bitOffset(&call, 2) else { return }
        guard let entry = engine.read(&call, call[1]) else { return call.reply.integer(0) }
        guard entry.type == .string else { return call.reply.error(ReplyError.wrongType) }
        call.reply.integer(entry.withString { $0.bit(at: offset) } ? 1 : 0)
    }
}
