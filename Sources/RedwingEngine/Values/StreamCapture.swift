// A stream's part in snapshots. The units are the stream's own numbers, a block of entries, a group
// with its consumers, and a leaf of pending entries. Each carries the epoch of the last snapshot
// that has it. What changes one hands it over first; the stream's numbers and a group go before
// what belongs to them, so that a reader finds the parts in this order. Each begins with a byte:
//
//     1 numbers    last id, largest deleted id, entries added (all 8 bytes each)
//     2 block      the image of a block
//     3 group      number, name length, last id, entries read, name
//     4 consumers  group, count; of each: number, name length, seen, active, name
//     5 pending    group, count; of each: id, delivered at, delivery count, consumer
//
// Numbers and lengths are seven-bit groups, ids and times 8 bytes each number.
import RedwingContainers

/// The snapshot that a stream takes part in.
final class StreamCapture {
    let epoch: UInt32
    let parts: SnapshotParts
    var hasHead = false
    /// Blocks before this id have been looked at.
    var cursor: StreamID? = .zero

    init(epoch: UInt32, _ parts: SnapshotParts) {
        self.epoch = epoch
        self.parts = parts
    }
}

/// The first byte of a part.
enum StreamPart {
    static let numbers: UInt8 = 1
    static let block: UInt8 = 2
    static let group: UInt8 = 3
    static let consumers: UInt8 = 4
    static let pending: UInt8 = 5
}

// What is about to change.
extension StreamValue {
    /// Hands the stream's numbers over, unless that was done.
    func captureHead() {
        guard let capture = state.value.capture, !capture.hasHead else { return }
        capture.hasHead = true
        capture.parts.add { block in
            block.append(StreamPart.numbers)
            block.append(lastID)
            block.append(state.value.maxDeletedID)
            block.append(littleEndian: state.value.entriesAdded)
        }
    }

    /// A block is about to change or to go.
    @inline(__always)
    func prepareWrite(_ block: StreamBlock) {
        guard let capture = state.value.capture else { return }
        captureBlock(block, capture)
    }

    private func captureBlock(_ block: StreamBlock, _ capture: StreamCapture) {
        guard block.mark != capture.epoch else { return }
        captureHead()
        capture.parts.add { buffer in
            buffer.append(StreamPart.block)
            let image = block.image
            buffer.append(length: image.count)
            buffer.append(image)
        }
        block.mark = capture.epoch
    }

    /// A group or one of its consumers is about to change.
    func prepareWrite(_ group: StreamGroup) {
        guard let capture = state.value.capture, group.state.value.headMark != capture.epoch else {
            return
        }
        captureHead()
        group.state.value.headMark = capture.epoch
        group.state.value.pendingCursor = .zero
        capture.parts.add { block in
            block.append(StreamPart.group)
            block.append(length: Int(group.state.value.number))
            block.append(length: group.name.count)
            block.append(group.lastID)
            block.append(littleEndian: group.state.value.entriesRead)
            block.append(group.name)
        }
        let consumers = group.consumers
        for start in stride(from: 0, to: consumers.count, by: StreamValue.consumersOfPart) {
            let end = min(start + StreamValue.consumersOfPart, consumers.count)
            capture.parts.add { block in
                block.append(StreamPart.consumers)
                block.append(length: Int(group.state.value.number))
                block.append(length: end - start)
                for index in start..<end {
                    block.append(StreamConsumer(address: consumers[index].word))
                }
            }
        }
    }

    private static let consumersOfPart = 256

    /// What is known of an id is about to change, or of its neighbours.
    func prepareWrite(_ id: StreamID, of group: StreamGroup) {
        guard let capture = state.value.capture else { return }
        prepareWrite(group)
        if let leaf = group.pending.leaf(for: id) { captureLeaf(leaf, of: group, capture) }
    }

    private func captureLeaf(
        _ leaf: PendingLeaf, of group: StreamGroup, _ capture: StreamCapture
    ) {
        guard leaf.mark != capture.epoch else { return }
        capture.parts.add { block in
            block.append(StreamPart.pending)
            block.append(length: Int(group.state.value.number))
            block.append(length: leaf.count)
            for index in 0..<leaf.count {
                let pending = leaf[index]
                block.append(pending.id)
                block.append(littleEndian: pending.deliveredAt)
                block.append(littleEndian: pending.deliveryCount)
                let owner = StreamConsumer(address: pending.consumer)
                block.append(length: Int(owner.state.value.number))
            }
        }
        leaf.mark = capture.epoch
    }

    /// A group is about to go.
    func captureAll(of group: StreamGroup) {
        guard let capture = state.value.capture else { return }
        while !capturePending(of: group, capture) {}
    }

    /// Hands some leaves of a group over; returns whether all have gone.
    private func capturePending(of group: StreamGroup, _ capture: StreamCapture) -> Bool {
        prepareWrite(group)
        for _ in 0..<StreamValue.leavesOfStep {
            let from = group.state.value.pendingCursor
            guard let (leaf, next) = group.pending.leaf(from: from) else { break }
            captureLeaf(leaf, of: group, capture)
            guard let next else { break }
            group.state.value.pendingCursor = next
            continue
        }
        let rest = group.pending.leaf(from: group.state.value.pendingCursor)
        guard rest == nil || (rest?.next == nil && rest?.leaf.mark == capture.epoch) else {
            return false
        }
        group.state.value.pendingMark = capture.epoch
        return true
    }

    private static let leavesOfStep = 4
    private static let blocksOfStep = 4
}

// The walk.
extension StreamValue {
    func beginCapture(epoch: UInt32, _ parts: SnapshotParts) {
        state.value.capture = StreamCapture(epoch: epoch, parts)
    }

    func captureNext(_ cursor: UInt64) -> UInt64 {
        guard let capture = state.value.capture else { return 0 }
        captureHead()
        let groups = state.value.groups
        for index in 0..<groups.count {
            let group = StreamGroup(groups[index])
            if group.state.value.pendingMark == capture.epoch { continue }
            _ = capturePending(of: group, capture)
            return 1
        }
        for _ in 0..<StreamValue.blocksOfStep {
            guard let from = capture.cursor, let position = state.value.blocks.ceiling(from) else {
                return 0
            }
            captureBlock(block(at: position), capture)
            capture.cursor = state.value.blocks.id(at: position).next
        }
        return 1
    }

    func endCapture() { state.value.capture = nil }
}

extension BlockBuffer {
    fileprivate func append(_ id: StreamID) {
        append(littleEndian: id.ms)
        append(littleEndian: id.seq)
    }

    fileprivate func append(_ consumer: StreamConsumer) {
        append(length: Int(consumer.state.value.number))
        append(length: consumer.name.count)
        append(littleEndian: consumer.state.value.seenTime)
        append(littleEndian: consumer.state.value.activeTime)
        append(consumer.name)
    }
}
