// What the stream commands have in common: ids as clients write them, errors, and how entries are
// answered.
import RedwingContainers
import RedwingRESP

extension ReplyError {
    static var streamID: Bytes { "ERR Invalid stream ID specified as stream command argument" }
}

extension Bytes {
    /// The bytes before the first zero, where the text of an id ends.
    var text: Bytes { firstIndex(of: 0).map { slice(0, $0) } ?? self }

    /// The number of an id as C's `strtoull` reads it: blanks and a sign before it, zeros in front,
    /// a negative one wraps. Nil when that is not all.
    fileprivate func parseStreamNumber() -> UInt64? {
        if let value = parseInteger() { return UInt64(exactly: value) }
        var index = 0
        while index < count, self[index] == 0x20 || (self[index] >= 9 && self[index] <= 13) {
            index += 1
        }
        var isNegative = false
        if index < count, self[index] == 0x2b || self[index] == 0x2d {
            isNegative = self[index] == 0x2d
            index += 1
        }
        guard index < count else { return nil }
        var value: UInt64 = 0
        while index < count {
            let digit = self[index] &- 0x30
            guard digit <= 9 else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = scaled.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
            index += 1
        }
        return isNegative ? 0 &- value : value
    }
}

/// An id as an argument states it.
struct StatedID {
    var id: StreamID
    /// Whether the second part is `*`.
    var takesNextSequence = false

    /// The longest text of an id.
    private static let mostBytes = 127

    /// Reads `ms-seq` or `ms`, whose second part is `missing`; nil when it is neither.
    init?(_ argument: Bytes, missing: UInt64 = 0, allowsNext: Bool = false) {
        guard argument.count <= StatedID.mostBytes else { return nil }
        let text = argument.text
        guard let dash = text.firstIndex(of: 0x2d) else {
            guard let ms = text.parseStreamNumber() else { return nil }
            id = StreamID(ms, missing)
            return
        }
        guard let ms = text.slice(0, dash).parseStreamNumber() else { return nil }
        let rest = text.slice(dash + 1, text.count - dash - 1)
        if allowsNext, rest.count == 1, rest[0] == 0x2a {
            id = StreamID(ms, 0)
            takesNextSequence = true
            return
        }
        guard let seq = rest.parseStreamNumber() else { return nil }
        id = StreamID(ms, seq)
    }
}

extension Call {
    /// An argument as an id; answers the error itself and returns nil when it is none.
    func streamID(_ index: Int, missing: UInt64 = 0) -> StreamID? {
        if let stated = StatedID(self[index], missing: missing) { return stated.id }
        reply.error(ReplyError.streamID)
        return nil
    }

    /// The same where `-` and `+` stand for the smallest and the largest id.
    func looseStreamID(_ index: Int, missing: UInt64 = 0) -> StreamID? {
        if let edge = edgeID(self[index]) { return edge }
        return streamID(index, missing: missing)
    }

    private func edgeID(_ argument: Bytes) -> StreamID? {
        guard argument.count <= 127 else { return nil }
        let text = argument.text
        guard text.count == 1 else { return nil }
        return text[0] == 0x2d ? .zero : text[0] == 0x2b ? .max : nil
    }

    /// The first id of an interval, which `(` leaves out.
    func intervalStart(_ index: Int) -> StreamID? {
        guard let (id, isOpen) = intervalEnd(index, missing: 0) else { return nil }
        guard isOpen else { return id }
        if let next = id.next { return next }
        reply.error("ERR invalid start ID for the interval")
        return nil
    }

    /// The last id of an interval, which `(` leaves out.
    func intervalEnd(_ index: Int) -> StreamID? {
        guard let (id, isOpen) = intervalEnd(index, missing: .max) else { return nil }
        guard isOpen else { return id }
        if let previous = id.previous { return previous }
        reply.error("ERR invalid end ID for the interval")
        return nil
    }

    private func intervalEnd(_ index: Int, missing: UInt64) -> (id: StreamID, isOpen: Bool)? {
        let argument = self[index]
        guard argument.count > 1, argument[0] == 0x28 else {
            return looseStreamID(index, missing: missing).map { ($0, false) }
        }
        let rest = argument.slice(1, argument.count - 1)
        guard let stated = StatedID(rest, missing: missing) else {
            reply.error(ReplyError.streamID)
            return nil
        }
        return (stated.id, true)
    }

    /// The ids that the arguments of a range are; answers the error itself.
    func streamIDs(_ indexes: Range<Int>) -> [StreamID]? {
        var ids: [StreamID] = []
        ids.reserveCapacity(indexes.count)
        for index in indexes {
            guard let id = streamID(index) else { return nil }
            ids.append(id)
        }
        return ids
    }

    /// An argument as an integer, or an error of the command's own.
    func integer(_ index: Int, _ error: Bytes) -> Int64? {
        if let value = self[index].parseInteger() { return value }
        reply.error(error)
        return nil
    }

    /// There is no such group.
    func refuseGroup(_ key: Bytes, _ group: Bytes) {
        reply.error(["NOGROUP No such key '", key, "' or consumer group '", group, "'"])
    }
}

extension ReplyWriter {
    /// An entry: its id, and its fields and values.
    func entry(_ entry: StreamEntry) {
        array(2)
        bulk(entry.id)
        array(entry.fieldCount &* 2)
        entry.forEachField { field, value in
            bulk(field)
            bulk(value)
        }
    }

    /// At most `limit` entries of a range as an array; 0 is no limit.
    func entries(
        _ stream: StreamValue, from first: StreamID, to last: StreamID = .max, limit: Int = 0,
        backwards: Bool = false
    ) {
        let open = self.open(expecting: limit == 0 ? stream.length : min(limit, stream.length))
        var count = 0
        stream.forEachEntry(from: first, to: last, backwards: backwards) { entry in
            self.entry(entry)
            count &+= 1
            return count != limit
        }
        close(open, array: count)
    }
}

extension Engine {
    /// The stream of a key that a command reads; nil when there is none. Without a key `missing`
    /// answers; a key of another type is answered here.
    func readStream(_ call: inout Call, _ key: Bytes, missing: (inout Call) -> Void) -> StreamValue?
    {
        read(&call, key, as: .stream, missing: missing).map { StreamValue(address: $0.word) }
    }

    /// Opens a key for writing. A key of another type is answered here; `body` gets the stream, or
    /// nil when there is no key.
    func writeStream(
        _ call: inout Call, _ key: Bytes, isRead: Bool = false,
        _ body: (inout Slot, inout Call, StreamValue?) -> Change
    ) {
        write(&call, key, as: .stream, isRead: isRead) { slot, call in
            let stream = slot.entry.map { StreamValue(address: $0.word) }
            return body(&slot, &call, stream)
        }
    }

    /// Gives the slot, which holds nothing, an empty stream.
    func makeStream(_ slot: inout Slot) -> StreamValue {
        let stream = StreamValue(memory: memory)
        setWord(&slot, .stream, stream.address)
        return stream
    }

    /// The limits of a block.
    @inline(__always)
    var streamNodeLimits: StreamValue.NodeLimits {
        StreamValue.NodeLimits(
            bytes: configuration.streamNodeMaxBytes, entries: configuration.streamNodeMaxEntries)
    }
}
