// The table of the bitmap commands, one line a command; the handlers are in the files beside it.
import RedwingContainers

enum BitmapCommands {
    static let table: [CommandSpec] = [
        CommandSpec(
            "setbit", 4, [.write, .denyOOM], .bitmap,
            keys: [.key(1, [.readWrite, .access, .update])], group: "bitmap", since: "2.2.0",
            complexity: "O(1), and O(N) for a string that has to become N bytes longer.",
            summary: "Sets or clears a bit of a key's string and answers what it was.",
            syntax: "key:key offset:integer value:integer", handler: setbit),
        CommandSpec(
            "getbit", 3, [.readonly, .fast], .bitmap, keys: [.key(1, [.readOnly, .access])],
            group: "bitmap", since: "2.2.0", summary: "Answers a bit of a key's string.",
            syntax: "key:key offset:integer", handler: getbit),
        CommandSpec(
            "bitcount", -2, .readonly, .bitmap, keys: [.key(1, [.readOnly, .access])],
            group: "bitmap", since: "2.6.0", complexity: "O(N) for a range of N bytes.",
            summary: "Counts the set bits of a key's string or of a part of it.",
            syntax: """
                key:key [range{start:integer [end-unit-block{end:integer \
                [unit<byte:token@BYTE | bit:token@BIT>]}]}]
                """, handler: bitcount),
        CommandSpec(
            "bitpos", -3, .readonly, .bitmap, keys: [.key(1, [.readOnly, .access])],
            group: "bitmap", since: "2.8.7", complexity: "O(N) for a range of N bytes.",
            summary: "Finds the first bit of a key's string that is set, or clear.",
            syntax: """
                key:key bit:integer [range{start:integer [end-unit-block{end:integer \
                [unit<byte:token@BYTE | bit:token@BIT>]}]}]
                """, handler: bitpos),
        CommandSpec(
            "bitop", -4, [.write, .denyOOM], .bitmap,
            keys: [.key(2, [.overwrite, .update]), .keys(3, to: -1, [.readOnly, .access])],
            group: "bitmap", since: "2.6.0",
            complexity: "O(N) for strings of N bytes together.",
            summary: "Combines strings bit by bit and stores the result.",
            syntax: """
                operation<and:token@AND | or:token@OR | xor:token@XOR | not:token@NOT | \
                diff:token@DIFF | diff1:token@DIFF1 | andor:token@ANDOR | one:token@ONE> \
                destkey:key key:key...
                """, handler: bitop),
        CommandSpec(
            "bitfield", -2, [.write, .denyOOM], .bitmap,
            keys: [
                .key(
                    1, [.readWrite, .access, .update, .variable],
                    notes: "The operations decide whether the key is read or changed.")
            ], group: "bitmap", since: "3.2.0", complexity: "O(1) for each operation.",
            summary: "Reads and changes integers of any width at any bit of a key's string.",
            syntax: """
                key:key [operation<get-block{encoding offset:integer}@GET | \
                write{[overflow-block<wrap:token@WRAP | sat:token@SAT | fail:token@FAIL>\
                @OVERFLOW] write-operation<set-block{encoding offset:integer value:integer}@SET \
                | incrby-block{encoding offset:integer increment:integer}@INCRBY>}>...]
                """, handler: { bitfield($0, &$1, isReadOnly: false) }),
        CommandSpec(
            "bitfield_ro", -2, [.readonly, .fast], .bitmap,
            keys: [.key(1, [.readOnly, .access])], group: "bitmap", since: "6.0.0",
            complexity: "O(1) for each operation.",
            summary: "Reads integers of any width at any bit of a key's string.",
            syntax: "key:key [get-block{encoding offset:integer}@GET...@]",
            handler: { bitfield($0, &$1, isReadOnly: true) }),
    ]
}

extension Engine {
    /// An argument as a bit offset that a string may have, in steps of `unit` bits when it begins
    /// with `#`; answers the error itself and returns nil when it is none.
    @inline(__always)
    func bitOffset(_ call: inout Call, _ index: Int, unit: Int = 0) -> Int? {
        let text = call[index]
        let isScaled = unit > 0 && text.count > 0 && text[0] == 0x23
        let digits = isScaled ? text.slice(1, text.count - 1) : text
        if var offset = digits.parseInteger() {
            // Where Valkey's product leaves 64 bits, it wraps around and is looked at then.
            if isScaled { offset = offset &* Int64(unit) }
            if offset >= 0, offset >> 3 < configuration.protoMaxBulkLength { return Int(offset) }
        }
        call.reply.error("ERR bit offset is not an integer or out of range")
        return nil
    }
}
