// XGROUP: consumer groups and consumers that come and go.
import RedwingContainers

extension StreamCommands {
    static func xgroupCreate(_ engine: Engine, _ call: inout Call) {
        guard let (makesStream, entriesRead) = groupOptions(engine, &call, isCreate: true) else {
            return
        }
        engine.writeStream(&call, call[2]) { slot, call, stream in
            guard stream != nil || makesStream else { return refuseKey(call) }
            guard call.count <= 8 else { return refuseOptions(call) }
            guard let id = groupStart(&call, stream, isStrict: true) else { return .none }
            let target = stream ?? engine.makeStream(&slot)
            guard target.group(call[3]) == nil else {
                call.reply.error("BUSYGROUP Consumer Group name already exists")
                return .none
            }
            _ = target.change {
                target.makeGroup(call[3], lastID: id, entriesRead: entriesRead)
            }
            call.reply.ok()
            return stream == nil
                ? .changed(.stream, "xgroup-create") : .told(.stream, "xgroup-create")
        }
    }

    static func xgroupSetID(_ engine: Engine, _ call: inout Call) {
        guard let (_, entriesRead) = groupOptions(engine, &call, isCreate: false) else { return }
        withGroup(engine, &call) { _, call, stream, group in
            guard call.count <= 7 else { return refuseOptions(call) }
            guard let id = groupStart(&call, stream, isStrict: false) else { return .none }
            stream.change { stream.setLastID(id, entriesRead: entriesRead, of: group) }
            call.reply.ok()
            return .told(.stream, "xgroup-setid")
        }
    }

    static func xgroupDestroy(_ engine: Engine, _ call: inout Call) {
        engine.writeStream(&call, call[2]) { _, call, stream in
            guard let stream else { return refuseKey(call) }
            guard let group = stream.group(call[3]) else {
                call.reply.integer(0)
                return .none
            }
            stream.change { stream.removeGroup(group) }
            call.reply.integer(1)
            return .told(.stream, "xgroup-destroy")
        }
    }

    static func xgroupCreateConsumer(_ engine: Engine, _ call: inout Call) {
        withGroup(engine, &call) { _, call, stream, group in
            guard group.consumer(call[4]) == nil else {
                call.reply.integer(0)
                return .none
            }
            _ = stream.change { stream.makeConsumer(call[4], in: group, seenTime: call.now) }
            call.reply.integer(1)
            return .told(.stream, "xgroup-createconsumer")
        }
    }

    static func xgroupDeleteConsumer(_ engine: Engine, _ call: inout Call) {
        withGroup(engine, &call) { _, call, stream, group in
            guard let consumer = group.consumer(call[4]) else {
                call.reply.integer(0)
                return .none
            }
            call.reply.integer(consumer.pending.count)
            stream.change { stream.removeConsumer(consumer, of: group) }
            return .told(.stream, "xgroup-delconsumer")
        }
    }

    static func xgroupHelp(_ engine: Engine, _ call: inout Call) {
        call.help(
            "XGROUP",
            [
                "CREATE <key> <groupname> <id|$> [option]",
                "    Create a new consumer group. Options are:",
                "    * MKSTREAM",
                "      Create the empty stream if it does not exist.",
                "    * ENTRIESREAD entries_read",
                "      Set the group's entries_read counter (internal use).",
                "CREATECONSUMER <key> <groupname> <consumer>",
                "    Create a new consumer in the specified group.",
                "DELCONSUMER <key> <groupname> <consumer>",
                "    Remove the specified consumer.",
                "DESTROY <key> <groupname>",
                "    Remove the specified group.",
                "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
                "    Set the current group ID and entries_read counter.",
            ])
    }

    private static func refuseKey(_ call: borrowing Call) -> Change {
        call.reply.error(
            """
            ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may \
            want to use the MKSTREAM option to create an empty stream automatically.
            """)
        return .none
    }

    /// Options are not to be repeated.
    private static func refuseOptions(_ call: borrowing Call) -> Change {
        call.badSubcommand("XGROUP")
        return .none
    }

    /// Opens the key for writing and finds the group; answers where there is none.
    private static func withGroup(
        _ engine: Engine, _ call: inout Call,
        _ body: (inout Slot, inout Call, StreamValue, StreamGroup) -> Change
    ) {
        engine.writeStream(&call, call[2]) { slot, call, stream in
            guard let stream else { return refuseKey(call) }
            guard let group = stream.group(call[3]) else {
                call.reply.error([
                    "NOGROUP No such consumer group '", call[3], "' for key name '", call[2], "'",
                ])
                return .none
            }
            return body(&slot, &call, stream, group)
        }
    }

    /// MKSTREAM and ENTRIESREAD behind the id.
    private static func groupOptions(
        _ engine: Engine, _ call: inout Call, isCreate: Bool
    ) -> (makesStream: Bool, entriesRead: Int64)? {
        var makesStream = false
        var entriesRead: Int64 = -1
        var index = 5
        while index < call.count {
            if isCreate, call[index].isToken("mkstream") {
                makesStream = true
                index += 1
            } else if call[index].isToken("entriesread"), index + 1 < call.count {
                guard let number = call.integer(index + 1) else { return nil }
                guard number >= -1 else {
                    call.reply.error("ERR value for ENTRIESREAD must be positive or -1")
                    return nil
                }
                entriesRead = number
                index += 2
            } else {
                call.badSubcommand("XGROUP")
                return nil
            }
        }
        return (makesStream, entriesRead)
    }

    /// The id from which a group reads on.
    private static func groupStart(
        _ call: inout Call, _ stream: StreamValue?, isStrict: Bool
    ) -> StreamID? {
        let text = call[4].text
        if text.count == 1, text[0] == 0x24 { return stream?.lastID ?? .zero }
        return isStrict ? call.streamID(4) : call.looseStreamID(4)
    }
}
