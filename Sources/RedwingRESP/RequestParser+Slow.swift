// The careful way through a request: cut ones, long ones, inline ones and wrong ones.
import CLinux
import RedwingContainers

extension RequestParser {
    /// Parses one request at `start`. Returns where it ends, or nil when bytes are missing; then
    /// `partial` says what is known so far.
    @usableFromInline
    mutating func parseSlow(
        _ data: Bytes, _ start: Int, _ batch: RequestBatch, _ limits: RequestLimits
    ) throws(ProtocolError) -> Int? {
        if partial == nil {
            guard data[start] == 0x2a else { return try parseInline(data, start, batch) }
            guard let line = try line(data, start, .tooBigCountString) else { return nil }
            guard line.endsWell else { throw .invalidLineEnd }
            guard let count = line.number.parseInteger(), count <= limits.maxArguments else {
                throw .invalidMultibulkLength
            }
            if limits.isUnauthenticated, count > 10 { throw .unauthenticatedMultibulkLength }
            // An empty request is no request.
            if count <= 0 { return line.end }
            partial = Partial(missing: Int(count), bulk: nil, spans: [], position: line.end - start)
        }
        guard let end = try parseArguments(data, start, limits) else { return nil }
        emit(data, start, batch)
        return end
    }

    private mutating func parseArguments(
        _ data: Bytes, _ start: Int, _ limits: RequestLimits
    ) throws(ProtocolError) -> Int? {
        guard var state = partial.take() else { return nil }
        defer { partial = state }
        while state.missing > 0 {
            var position = start + state.position
            if state.bulk == nil {
                guard let length = try bulkLength(data, &position, limits) else { return nil }
                state.bulk = length
                state.position = position - start
                if length >= RequestParser.bigBulk {
                    large.append(.make(capacity: min(length + 2, 1 << 20), in: memory))
                }
            }
            guard let length = state.bulk else { return nil }
            if length >= RequestParser.bigBulk {
                let wanted = length + 2 - large[large.count - 1].count
                let taken = min(wanted, data.count - position)
                fill(with: data.slice(position, taken), of: length)
                state.position += taken
                guard taken == wanted else { return nil }
                guard isLineEnd(large[large.count - 1].bytes, length) else {
                    throw .invalidLineEnd
                }
                large[large.count - 1].count = length
                state.spans.append((-1, length))
            } else {
                guard position + length + 2 <= data.count else { return nil }
                guard isLineEnd(data, position + length) else { throw .invalidLineEnd }
                state.spans.append((position - start, length))
                state.position += length + 2
            }
            state.bulk = nil
            state.missing -= 1
        }
        return start + state.position
    }

    private func bulkLength(
        _ data: Bytes, _ position: inout Int, _ limits: RequestLimits
    ) throws(ProtocolError) -> Int? {
        guard let line = try line(data, position, .tooBigBulkCountString) else { return nil }
        guard data[position] == 0x24 else { throw .expectedDollar(data[position]) }
        guard line.endsWell else { throw .invalidLineEnd }
        guard let length = line.number.parseInteger(), length >= 0, length <= limits.maxBulk else {
            throw .invalidBulkLength
        }
        if limits.isUnauthenticated, length > 16384 { throw .unauthenticatedBulkLength }
        position = line.end
        return Int(length)
    }

    /// A line of a type byte and a number.
    private struct Line {
        /// What lies between the first byte and the carriage return.
        let number: Bytes
        /// Whether a line feed follows.
        let endsWell: Bool
        /// Where the next line begins.
        let end: Int
    }

    /// The line at `start`, or nil when its end is still to come. What is too long is so whether
    /// or not the end has arrived: the answer must not depend on how the bytes were cut.
    private func line(
        _ data: Bytes, _ start: Int, _ tooBig: ProtocolError
    ) throws(ProtocolError) -> Line? {
        let rest = data.slice(start, data.count - start)
        let length = rest.firstIndex(of: 0x0d)
        if (length ?? rest.count) > RequestParser.maxLine { throw tooBig }
        guard let length, length + 2 <= rest.count else { return nil }
        // The line may be the carriage return alone, which is then the wrong type byte.
        return Line(
            number: rest.slice(min(1, length), max(0, length - 1)),
            endsWell: rest[length + 1] == 0x0a, end: start + length + 2)
    }

    private mutating func emit(_ data: Bytes, _ start: Int, _ batch: RequestBatch) {
        guard let state = partial.take() else { return }
        var block = 0
        for span in state.spans {
            if span.offset < 0 {
                batch.push(large: large[block])
                block += 1
            } else {
                batch.push(data.slice(start + span.offset, span.count))
            }
        }
        large.removeAll()
    }
}

extension RequestParser {
    /// How many bytes of a big bulk are still to come that may be read straight into its block;
    /// 0 when the next bytes belong into the buffer.
    public var directBytes: Int {
        guard let state = partial, let length = state.bulk, length >= RequestParser.bigBulk,
            let block = large.last
        else { return 0 }
        return length + 2 - block.count
    }

    /// Lends the free room of the big bulk's block to `read`, which returns how many bytes it put
    /// there; `directBytes` must be above 0.
    public mutating func readDirect(
        _ read: (UnsafeMutableRawBufferPointer) throws -> Int
    ) rethrows -> Int {
        guard let state = partial, let length = state.bulk, let block = large.last else { return 0 }
        let string = room(in: block, of: length, atLeast: 1)
        let free = min(string.capacity, length + 2) - string.count
        let got = try read(
            UnsafeMutableRawBufferPointer(start: string.start + string.count, count: free))
        string.count += max(0, got)
        return got
    }

    /// The block of the bulk being read, grown if needed: it doubles as bytes arrive, so that a
    /// length that is only promised costs nothing.
    private mutating func room(in block: LargeString, of length: Int, atLeast: Int) -> LargeString {
        let total = length + 2
        if block.count + atLeast <= block.capacity { return block }
        let capacity = min(total, max(block.capacity * 2, block.count + atLeast))
        let grown = block.grown(to: capacity, in: memory)
        large[large.count - 1] = grown
        return grown
    }

    private mutating func fill(with bytes: Bytes, of length: Int) {
        guard let block = large.last, !bytes.isEmpty else { return }
        let string = room(in: block, of: length, atLeast: bytes.count)
        bytes.copy(to: string.start + string.count)
        string.count += bytes.count
    }
}

extension RequestParser {
    /// One line of words, as people type them: `\n` ends it, quotes group.
    private func parseInline(
        _ data: Bytes, _ start: Int, _ batch: RequestBatch
    ) throws(ProtocolError) -> Int? {
        if data[start] == 0x16, start + 1 < data.count, data[start + 1] == 0x03 {
            throw .helloOfTLS
        }
        if let end = parsePlain(data, start, batch) { return end }
        let rest = data.slice(start, data.count - start)
        let length = rest.firstIndex(of: 0x0a)
        // A zero byte hides the line end behind it, as in Valkey: such a line never ends.
        let text = rest.slice(0, length ?? rest.count)
        let isHidden = text.firstIndex(of: 0) != nil
        if (isHidden ? rest.count : text.count) > RequestParser.maxLine { throw .tooBigInline }
        guard let length, !isHidden else { return nil }
        var line = rest.slice(0, length)
        if line.count > 0, line[line.count - 1] == 0x0d { line = line.slice(0, line.count - 1) }
        guard let words = splitWords(line) else { throw .unbalancedQuotes }
        for word in words { batch.push(owned: word) }
        return start + length + 1
    }

    /// The common case of an inline request: a whole line without quotes and odd bytes. Its words
    /// stay where they are. Returns where it ends, or nil for everything else.
    private func parsePlain(_ data: Bytes, _ start: Int, _ batch: RequestBatch) -> Int? {
        let limit = min(data.count, start &+ RequestParser.maxLine)
        let first = batch.state.pointee.argumentCount
        var word = start
        var position = start
        while position < limit {
            let byte = data.base[position]
            if byte > 0x27 || byte > 0x20 && byte != 0x22 && byte != 0x27 {
                position &+= 1
                continue
            }
            guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { break }
            if position > word {
                batch.push(Bytes(base: data.base + word, count: position &- word))
            }
            position &+= 1
            word = position
            if byte == 0x0a { return position }
        }
        batch.state.pointee.argumentCount = first
        return nil
    }
}
