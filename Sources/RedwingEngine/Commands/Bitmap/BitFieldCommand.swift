// BITFIELD and BITFIELD_RO: a list of operations on integers within a string, all of them read
// before the first is done.
import RedwingContainers
import RedwingRESP

/// One operation of BITFIELD.
private struct BitFieldOperation {
    enum Action {
        case get
        case set(Int64)
        case increment(Int64)
    }

    var action: Action
    var type: BitFieldType
    var offset: Int
    var overflow: BitFieldOverflow

    var isRead: Bool {
        if case .get = action { true } else { false }
    }

    /// The bytes that a string needs for this operation to write in it.
    var end: Int { (offset + type.width - 1) >> 3 + 1 }
}

extension BitmapCommands {
    static func bitfield(_ engine: Engine, _ call: inout Call, isReadOnly: Bool) {
        guard let operations = operations(engine, &call) else { return }
        let end = operations.lazy.filter { !$0.isRead }.map(\.end).max()
        guard let end else { return read(engine, &call, operations) }
        guard !isReadOnly else {
            return call.reply.error("ERR BITFIELD_RO only supports the GET subcommand")
        }
        write(engine, &call, operations, end)
    }

    private static func operations(_ engine: Engine, _ call: inout Call) -> [BitFieldOperation]? {
        var operations: [BitFieldOperation] = []
        var overflow = BitFieldOverflow.wrap
        var index = 2
        while index < call.count {
            let left = call.count - index - 1
            if call[index].isToken("overflow"), left >= 1 {
                guard let named = BitFieldOverflow(name: call[index + 1]) else {
                    call.reply.error("ERR Invalid OVERFLOW type specified")
                    return nil
                }
                overflow = named
                index += 2
                continue
            }
            guard let operation = operation(engine, &call, index, overflow) else { return nil }
            operations.append(operation)
            index += operation.isRead ? 3 : 4
        }
        return operations
    }

    /// The operation whose name is at `index`; answers the error itself.
    private static func operation(
        _ engine: Engine, _ call: inout Call, _ index: Int, _ overflow: BitFieldOverflow
    ) -> BitFieldOperation? {
        let left = call.count - index - 1
        let isGet = call[index].isToken("get") && left >= 2
        let isSet = call[index].isToken("set") && left >= 3
        let isIncrement = call[index].isToken("incrby") && left >= 3
        guard isGet || isSet || isIncrement else {
            call.reply.error(ReplyError.syntax)
            return nil
        }
        guard let type = BitFieldType(name: call[index + 1]) else {
            call.reply.error(
                """
                ERR Invalid bitfield type. Use something like i16 u8. \
                Note that u64 is not supported but i64 is.
                """)
            return nil
        }
        guard let offset = engine.bitOffset(&call, index + 2, unit: type.width) else { return nil }
        var operation = BitFieldOperation(
            action: .get, type: type, offset: offset, overflow: overflow)
        if isGet { return operation }
        guard let value = call.integer(index + 3) else { return nil }
        operation.action = isSet ? .set(value) : .increment(value)
        return operation
    }

    private static func read(
        _ engine: Engine, _ call: inout Call, _ operations: [BitFieldOperation]
    ) {
        let entry = engine.read(&call, call[1])
        if let entry, entry.type != .string { return call.reply.error(ReplyError.wrongType) }
        let reply = call.reply
        reply.array(operations.count)
        for operation in operations {
            let value = entry?.withString { $0.field(operation.type, at: operation.offset) }
            reply.integer(value ?? 0)
        }
    }

    private static func write(
        _ engine: Engine, _ call: inout Call, _ operations: [BitFieldOperation], _ end: Int
    ) {
        engine.write(&call, call[1]) { slot, call in
            guard slot.entry == nil || slot.entry?.type == .string else {
                call.reply.error(ReplyError.wrongType)
                return .none
            }
            if let entry = slot.entry { engine.touch(entry, call) }
            let old = slot.entry?.stringCount ?? -1
            let bytes = engine.editString(&slot, count: max(end, old))
            call.reply.array(operations.count)
            var changes = 0
            for operation in operations {
                guard let hasChanged = run(operation, bytes, call.reply) else { continue }
                if hasChanged || old < end { changes += 1 }
            }
            return changes == 0 ? .none : .changed(.string, "setbit", weight: changes)
        }
    }

    /// Does an operation and answers it; returns whether it changed the number in its place, nil
    /// when it did not write.
    private static func run(
        _ operation: BitFieldOperation, _ bytes: MutableBytes, _ reply: ReplyWriter
    ) -> Bool? {
        let type = operation.type
        let old = bytes.bytes.field(type, at: operation.offset)
        let result: Int64?
        switch operation.action {
        case .get:
            reply.integer(old)
            return nil
        case .set(let value): result = type.fit(value, operation.overflow)
        case .increment(let delta): result = type.add(old, delta, operation.overflow)
        }
        guard let result else {
            reply.null()
            return nil
        }
        bytes.setField(type, at: operation.offset, to: result)
        if case .set = operation.action { reply.integer(old) } else { reply.integer(result) }
        return result != old
    }
}

extension BitFieldOverflow {
    /// What BITFIELD calls it.
    fileprivate init?(name: Bytes) {
        if name.isToken("wrap") {
            self = .wrap
        } else if name.isToken("sat") {
            self = .saturate
        } else if name.isToken("fail") {
            self = .fail
        } else {
            return nil
        }
    }
}

extension BitFieldType {
    /// The type that a name such as `i16` or `u8` stands for.
    fileprivate init?(name: Bytes) {
        guard name.count > 1, name[0] == 0x69 || name[0] == 0x75 else { return nil }
        let isSigned = name[0] == 0x69
        guard let width = name.slice(1, name.count - 1).parseInteger(), width >= 1,
            width <= (isSigned ? 64 : 63)
        else {
            return nil
        }
        self.init(isSigned: isSigned, width: Int(width))
    }
}
