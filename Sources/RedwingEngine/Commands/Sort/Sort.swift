// SORT: elements are copied out of their list or set, compared by themselves or by what a pattern
// leads to, and answered or stored, or what patterns lead to in their stead.
import RedwingContainers
import RedwingRESP

/// A piece of scratch bytes.
private struct Piece {
    var start: Int
    var count: Int

    func bytes(in all: Bytes) -> Bytes { all.slice(start, count) }
}

/// An element under way.
private struct SortElement {
    var element: Piece
    /// What it is compared by when that is no number; nil for a key that is missing.
    var text: Piece?
    /// What it is compared by when that is a number.
    var score = 0.0
}

/// An element's place, and a number by which it is mostly compared.
private struct RankedElement {
    var rank: UInt64
    var index: Int
}

extension SortCommands {
    static func sort(_ engine: Engine, _ call: inout Call, mayStore: Bool) {
        let readsAllKeys = engine.aclAllowsAnyKey(call, .read)
        guard
            var options = SortOptions(call, mayStore: mayStore, readsAllKeys: readsAllKeys)
        else { return }
        let entry = engine.read(&call, call[1])
        if let entry, ![.list, .set, .sortedSet].contains(entry.type) {
            return call.reply.error(ReplyError.wrongType)
        }
        if options.isUnsorted, options.destination != nil, entry?.type == .set {
            // What is stored shall not depend on how a set happens to lie in memory.
            options.isUnsorted = false
            options.isAlphabetic = true
            options.by = nil
        }
        if let entry, entry.kind == ValueKind.packedSortedSet.rawValue { unpack(engine, &call) }
        var job = SortJob(engine, options)
        defer { job.release() }
        job.load(engine.peek(&call, call[1]))
        guard options.isUnsorted || job.sort(engine, &call) else {
            return call.reply.error("ERR One or more scores can't be converted into double")
        }
        if let destination = options.destination {
            job.store(engine, &call, destination)
        } else {
            job.reply(engine, &call)
        }
    }

    /// Gives the sorted set at the command's key the form that Valkey leaves behind after sorting.
    private static func unpack(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1]) { slot, _ in
            guard let entry = slot.entry else { return .none }
            var set = SortedSetValue(entry)
            engine.makeTree(&set)
            engine.store(set, in: entry)
            return .none
        }
    }
}

/// One run of SORT.
private struct SortJob {
    private let options: SortOptions
    private var elements: [SortElement] = []
    /// The places of `elements` to be answered.
    private var places = 0..<0
    private var scratch: ScratchBytes
    private var key: ScratchBytes

    init(_ engine: Engine, _ options: SortOptions) {
        self.options = options
        scratch = ScratchBytes(capacity: 4096, in: engine.memory)
        key = ScratchBytes(capacity: 256, in: engine.memory)
    }

    func release() {
        scratch.release()
        key.release()
    }

    /// Copies the elements; of a list or sorted set that is left as it is, only those wanted.
    mutating func load(_ entry: Entry?) {
        guard let entry else { return }
        switch entry.type {
        case .list: load(ListValue(entry: entry))
        case .set:
            SetValue(entry).forEachMember { $0.withBytes { add($0) } }
            places = options.places(of: elements.count)
        default: load(SortedSetValue(entry))
        }
    }

    private mutating func add(_ bytes: Bytes) {
        let piece = Piece(start: scratch.append(bytes), count: bytes.count)
        elements.append(SortElement(element: piece))
    }

    private mutating func load(_ list: ListValue) {
        places = options.places(of: list.count)
        guard options.isUnsorted else { return add(list, 0..<list.count) }
        guard options.isDescending else {
            add(list, places)
            return places = 0..<elements.count
        }
        list.forEachReversed(places.upperBound) { $0.withBytes { add($0) } }
    }

    private mutating func add(_ list: ListValue, _ indexes: Range<Int>) {
        list.forEachRun(indexes) { run in
            switch run {
            case .large(let string): add(string.bytes)
            case .packed(let run):
                var offset = 0
                while offset < run.byteCount {
                    run.element(at: offset).withBytes { add($0) }
                    offset = run.next(after: offset)
                }
            }
        }
    }

    private mutating func load(_ set: SortedSetValue) {
        places = options.places(of: set.count)
        guard options.isUnsorted else {
            return set.forEach { member, _ in member.withBytes { add($0) } }
        }
        let order: SortedSetOrder = options.isDescending ? .descending : .ascending
        let ranks =
            options.isDescending
            ? set.count - places.upperBound..<set.count - places.lowerBound : places
        set.forEach(ranks, order) { member, _ in member.withBytes { add($0) } }
        places = 0..<elements.count
    }

    /// Puts the elements in order; false if one has no number.
    mutating func sort(_ engine: Engine, _ call: inout Call) -> Bool {
        var isSortable = true
        // Those behind one that is none are looked up all the same.
        for index in elements.indices where !prepare(index, engine, &call) { isSortable = false }
        guard isSortable else { return false }
        let compare = comparison()
        // Like Valkey, sort a part only when what is compared by had to be fetched.
        if options.by == nil || places == elements.indices {
            sortAll(compare)
        } else if options.isDescending {
            elements.sortPart(places) { compare($1, $0) }
        } else {
            elements.sortPart(places, compare)
        }
        return true
    }

    /// Puts all elements in order, equals as they were, and keeps those wanted. Most comparisons
    /// are decided by a number that stands for the beginning of what is compared.
    private mutating func sortAll(_ compare: (SortElement, SortElement) -> Int) {
        let sign = options.isDescending ? -1 : 1
        let flip: UInt64 = options.isDescending ? .max : 0
        var ranked = elements.indices.map {
            RankedElement(rank: rank(elements[$0]) ^ flip, index: $0)
        }
        ranked.sort { left, right in
            if left.rank != right.rank { return left.rank < right.rank }
            let order = compare(elements[left.index], elements[right.index]) * sign
            return order != 0 ? order < 0 : left.index < right.index
        }
        elements = ranked[places].map { elements[$0.index] }
        places = 0..<elements.count
    }

    /// A number whose order agrees with that of the elements, as far as it goes.
    private func rank(_ element: SortElement) -> UInt64 {
        guard options.isAlphabetic else {
            // Zero has two patterns of bits; negative numbers order the other way round.
            let bits = (element.score + 0).bitPattern
            return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
        }
        guard let text = element.text?.bytes(in: scratch.bytes) else { return 0 }
        return (0..<8).reduce(0) { $0 << 8 | UInt64($1 < text.count ? text[$1] : 0) }
    }

    /// Finds what an element is compared by; false if it should be a number and is none.
    private mutating func prepare(_ index: Int, _ engine: Engine, _ call: inout Call) -> Bool {
        let element = elements[index].element
        guard let pattern = options.by else {
            if options.isAlphabetic {
                elements[index].text = visible(element)
                return true
            }
            return setScore(index, element.bytes(in: scratch.bytes))
        }
        let value = pattern.value(engine, &call, for: element.bytes(in: scratch.bytes), &key)
        guard let value else { return true }
        let weight = value.withBytes { Piece(start: scratch.append($0), count: $0.count) }
        guard options.isAlphabetic else { return setScore(index, weight.bytes(in: scratch.bytes)) }
        elements[index].text = visible(weight)
        return true
    }

    private mutating func setScore(_ index: Int, _ text: Bytes) -> Bool {
        // What follows a zero byte is not looked at.
        guard let score = text.slice(0, text.firstIndex(of: 0) ?? text.count).parseDouble() else {
            return false
        }
        elements[index].score = score
        return true
    }

    /// What of a text counts in a comparison: for an answer the bytes before the first zero.
    private func visible(_ piece: Piece) -> Piece {
        guard options.destination == nil else { return piece }
        let end = piece.bytes(in: scratch.bytes).firstIndex(of: 0)
        return Piece(start: piece.start, count: end ?? piece.count)
    }

    private func comparison() -> (SortElement, SortElement) -> Int {
        let all = scratch.bytes
        guard options.isAlphabetic else {
            return { left, right in
                if left.score != right.score { return left.score > right.score ? 1 : -1 }
                return left.element.bytes(in: all).compare(right.element.bytes(in: all))
            }
        }
        return { left, right in
            switch (left.text, right.text) {
            case (nil, nil): 0
            case (nil, _): -1
            case (_, nil): 1
            case (let left?, let right?): left.bytes(in: all).compare(right.bytes(in: all))
            }
        }
    }
}

// What comes out.
extension SortJob {
    mutating func reply(_ engine: Engine, _ call: inout Call) {
        call.reply.array(places.count * max(1, options.gets.count))
        for element in elements[places] {
            let bytes = element.element.bytes(in: scratch.bytes)
            if options.gets.isEmpty { call.reply.bulk(bytes) }
            for pattern in options.gets {
                if pattern.isElement {
                    call.reply.bulk(bytes)
                    continue
                }
                switch pattern.value(engine, &call, for: bytes, &key) {
                case .string(let entry): call.reply.string(entry)
                case .field(let value): call.reply.bulk(value)
                case nil: call.reply.null()
                }
            }
        }
    }

    mutating func store(_ engine: Engine, _ call: inout Call, _ destination: Int) {
        // Everything is fetched first: what is overwritten may be among the sources.
        var pieces: [Piece] = []
        for element in elements[places] {
            if options.gets.isEmpty { pieces.append(element.element) }
            for pattern in options.gets {
                pieces.append(fetch(pattern, element.element, engine, &call))
            }
        }
        let all = scratch.bytes
        engine.write(&call, call[destination]) { slot, call in
            call.reply.integer(pieces.count)
            guard !pieces.isEmpty else {
                guard slot.entry != nil else { return .none }
                engine.remove(&slot)
                return .changed(.generic, "del")
            }
            engine.makeList(&slot)
            for piece in pieces {
                engine.push(&slot, piece.bytes(in: all), at: .tail, isCounted: true)
            }
            return .changed(.list, "sortstore", weight: pieces.count)
        }
    }

    /// What a pattern leads to for an element, which is nothing if the key is missing.
    private mutating func fetch(
        _ pattern: SortPattern, _ element: Piece, _ engine: Engine, _ call: inout Call
    ) -> Piece {
        if pattern.isElement { return element }
        let value = pattern.value(engine, &call, for: element.bytes(in: scratch.bytes), &key)
        guard let value else { return Piece(start: 0, count: 0) }
        return value.withBytes { Piece(start: scratch.append($0), count: $0.count) }
    }
}
