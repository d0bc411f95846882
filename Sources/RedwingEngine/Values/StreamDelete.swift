// Removing entries of a stream: by id, and from the front.
import RedwingContainers

/// Where trimming a stream stops.
enum StreamThreshold {
    /// When no more entries are left.
    case length(Int)
    /// At the first entry whose id is not smaller.
    case id(StreamID)
}

/// How a stream is to be trimmed.
struct StreamTrim {
    var threshold: StreamThreshold
    /// Whether only whole blocks go.
    var isApproximate = false
    /// No more entries than this go; 0 is no limit.
    var limit = 0
}

extension StreamValue {
    /// Removes the entry with an id; returns whether it was there. Within `change`.
    func delete(_ id: StreamID) -> Bool {
        guard let position = state.value.blocks.floor(id) else { return false }
        let block = block(at: position)
        guard let entry = block.find(id) else { return false }
        prepareWrite(block)
        state.value.length &-= 1
        if block.count == 1 {
            removeBlock(at: position)
        } else {
            block.delete(entry)
        }
        return true
    }

    /// Notes that an entry was deleted by name. Within `change`.
    func noteDeleted(_ id: StreamID) {
        state.value.maxDeletedID = max(state.value.maxDeletedID, id)
    }

    private func removeBlock(at position: IDSequence.Position) {
        let block = block(at: position)
        let wasTail = block.address == state.value.tail
        block.free(in: memory)
        state.value.blocks.remove(at: position, in: memory)
        guard wasTail else { return }
        let last = state.value.blocks.lastPosition
        state.value.tail = last.map { state.value.blocks.word(at: $0) } ?? 0
    }

    /// Removes entries from the front; returns how many. Within `change`.
    func trim(_ trim: StreamTrim) -> Int {
        var deleted = 0
        while let position = state.value.blocks.firstPosition {
            if case .length(let most) = trim.threshold, length <= most { break }
            let block = block(at: position)
            let entries = block.count
            if trim.limit > 0, deleted + entries > trim.limit { break }
            let isWhole: Bool
            switch trim.threshold {
            case .length(let most): isWhole = length - entries >= most
            case .id(let id): isWhole = block.last.id < id
            }
            guard isWhole else {
                if !trim.isApproximate { deleted += trimInside(block, trim.threshold) }
                break
            }
            prepareWrite(block)
            removeBlock(at: position)
            state.value.length -= entries
            deleted += entries
        }
        return deleted
    }

    /// Removes some entries from the front of a block, not all.
    private func trimInside(_ block: StreamBlock, _ threshold: StreamThreshold) -> Int {
        var deleted = 0
        var offset = block.first
        while offset < block.end {
            let entry = block.entry(at: offset)
            switch threshold {
            case .length(let most): if length <= most { return deleted }
            case .id(let id): if entry.id >= id { return deleted }
            }
            offset = block.offset(after: entry)
            guard !entry.isDeleted else { continue }
            if deleted == 0 { prepareWrite(block) }
            block.delete(entry)
            state.value.length -= 1
            deleted += 1
        }
        return deleted
    }
}

// Removing with regard to consumer groups: KEEPREF, DELREF and ACKED.
extension StreamValue {
    /// What becomes of an entry's places among the pending ones when it is removed.
    enum References {
        /// They stay.
        case keep
        /// They go too.
        case delete
        /// The entry stays, unless every group has acknowledged it.
        case acknowledged
    }

    /// What `delete(_:_:)` did.
    enum Deletion: Int {
        case missing = -1
        case deleted = 1
        case referenced = 2
    }

    /// Whether a group has not got an entry yet, or not acknowledged it.
    func isReferenced(_ id: StreamID) -> Bool {
        let groups = state.value.groups
        for index in 0..<groups.count {
            let group = StreamGroup(groups[index])
            if group.lastID < id || group.pending.find(id) != nil { return true }
        }
        return false
    }

    /// Removes the entry with an id, as far as its references allow. Within `change`.
    func delete(_ id: StreamID, _ references: References) -> Deletion {
        // References count even where the entry has gone before them.
        if references == .acknowledged, isReferenced(id) { return .referenced }
        if references == .delete { dropReferences(id) }
        guard delete(id) else { return .missing }
        noteDeleted(id)
        return .deleted
    }

    /// Takes an id out of what is pending in all groups.
    func dropReferences(_ id: StreamID) {
        let groups = state.value.groups
        for index in 0..<groups.count { _ = acknowledge(id, in: StreamGroup(groups[index])) }
    }

    /// Removes entries from the front, each as far as its references allow; returns how many.
    /// Those that stay do not count as removed, so that more may go behind them. Whole blocks are
    /// never known to be free of references: approximate trimming removes nothing, as in the
    /// oracle. Within `change`.
    func trim(_ trim: StreamTrim, _ references: References) -> Int {
        if references == .keep { return self.trim(trim) }
        if trim.isApproximate { return 0 }
        var deleted = 0
        var next: StreamID? = .zero
        while let from = next, let position = state.value.blocks.ceiling(from) {
            let block = block(at: position)
            next = block.last.id.next
            for id in ids(of: block) {
                switch trim.threshold {
                case .length(let most): if length <= most { return deleted }
                case .id(let end): if id >= end { return deleted }
                }
                if references == .acknowledged, isReferenced(id) { continue }
                if references == .delete { dropReferences(id) }
                if delete(id) { deleted += 1 }
            }
        }
        return deleted
    }

    private func ids(of block: StreamBlock) -> [StreamID] {
        var ids: [StreamID] = []
        ids.reserveCapacity(block.count)
        var offset = block.first
        while offset < block.end {
            let entry = block.entry(at: offset)
            if !entry.isDeleted { ids.append(entry.id) }
            offset = block.offset(after: entry)
        }
        return ids
    }
}
