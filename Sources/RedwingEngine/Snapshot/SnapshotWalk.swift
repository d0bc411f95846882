// A snapshot of the data as of one instant, taken while writes go on and without fork. Starting
// one only tells the tables to count on. Then the loop's slices walk through the tables, and the
// gate hands over the old state of whatever is written before the walk has come by. Either way each
// entry is copied once into the block of its database; full blocks go to the sink. See
// `HashTable+Capture.swift` for the part that the tables play.
//
// A value that is a structure of its own is opened when its key's entry is captured, takes part
// with its own table, and is walked after the keys. If it is removed meanwhile, the walk owns it.
import RedwingContainers

/// Where full blocks go; from persistence.
public protocol SnapshotSink: AnyObject {
    /// Takes the block unless too many wait; false leaves it with the caller.
    func offer(_ block: BlockBuffer) -> Bool
    /// Takes the block in any case: it holds the old state of something that is being written.
    func force(_ block: BlockBuffer)
}

/// The walk of one snapshot.
final class SnapshotWalk {
    /// A table of keys to be walked.
    struct KeyTable {
        let table: HashTable
        let index: UInt32
        /// Whether the database gave the table up; the walk frees it at the end.
        var isOrphan = false
        var isDone = false
    }

    /// A large value to be walked.
    struct OpenValue {
        let reference: LargeValueRef
        var cursor: UInt64 = 0
        /// Whether the key was removed; the walk frees the value when it is done.
        var isOrphan = false
    }

    /// A block is handed over at this size.
    static let blockSize = 128 * 1024

    let sink: any SnapshotSink
    let memory: SlabAllocator
    private(set) var tables: [KeyTable] = []
    private var values: [OpenValue] = []
    private var current = 0
    private var cursor: UInt64 = 0
    private var nextNumber = 1
    private var blocks: [BlockBuffer?]
    private var pool = BlockPool()
    /// A full block that the sink did not take.
    private var waiting: BlockBuffer?
    let totalKeys: Int
    private(set) var doneKeys = 0
    private let epoch: UInt32

    init(_ databases: [Database], epoch: UInt32, memory: SlabAllocator, sink: any SnapshotSink) {
        self.sink = sink
        self.memory = memory
        self.epoch = epoch
        totalKeys = databases.reduce(0) { $0 + $1.count }
        blocks = databases.map { _ in nil }
        for database in databases {
            let place = tables.count
            let table = database.value.table
            tables.append(KeyTable(table: table, index: UInt32(database.value.index)))
            // The walk ends before the engine, and takes the closure back at its end.
            table.beginCapture { [unowned self] in capture($0, in: place) }
        }
    }

    /// Whether the walk has to wait for the sink.
    var isWaiting: Bool { waiting != nil }

    /// Whether every entry was handed over.
    private(set) var isDone = false

    /// Goes on for about 64 KiB. Returns whether more can be done at once.
    func step() -> Bool {
        if let block = waiting {
            guard sink.offer(block) else { return false }
            waiting = nil
        }
        var budget = 16
        while budget > 0, waiting == nil {
            budget -= 1
            if current < tables.count {
                cursor = tables[current].table.captureNext(cursor)
                if cursor == 0 { finishTable() }
            } else if !values.isEmpty {
                stepValue()
            } else {
                flushAll()
                isDone = true
                return false
            }
        }
        return waiting == nil && !isDone
    }

    private func finishTable() {
        tables[current].isDone = true
        tables[current].table.endCapture()
        current += 1
    }

    private func stepValue() {
        let last = values.count - 1
        let value = values[last].reference.value
        values[last].cursor = value.captureNext(values[last].cursor)
        guard values[last].cursor == 0 else { return }
        value.endCapture()
        let finished = values.removeLast()
        if finished.isOrphan { orphans.append(finished.reference) }
    }

    /// Values that were removed while they were walked, to be freed by the engine.
    var orphans: [LargeValueRef] = []

    /// An entry is to change, or the walk has come to it.
    private func capture(_ entry: Entry, in place: Int) {
        doneKeys += 1
        let block = block(of: place)
        guard let value = LargeValueRef(entry) else {
            block.append(entry, number: 0)
            return handOver(block, of: place)
        }
        let number = nextNumber
        nextNumber += 1
        block.append(entry, number: number)
        handOver(block, of: place)
        values.append(OpenValue(reference: value))
        value.value.beginCapture(
            epoch: epoch, SnapshotParts { [unowned self] in addPart(of: number, in: place, $0) })
    }

    /// Adds a part of a large value, which `body` writes.
    func addPart(of number: Int, in place: Int, _ body: (BlockBuffer) -> Void) {
        let block = block(of: place)
        block.append(partOf: number)
        body(block)
        handOver(block, of: place)
    }

    private func block(of place: Int) -> BlockBuffer {
        if let block = blocks[place] { return block }
        let block = pool.take()
        block.tag = SnapshotRecord.blockTag
        block.database = tables[place].index
        blocks[place] = block
        return block
    }

    private func handOver(_ block: BlockBuffer, of place: Int) {
        guard block.count + block.borrowedCount >= SnapshotWalk.blockSize else { return }
        blocks[place] = nil
        send(block)
    }

    private func send(_ block: BlockBuffer) {
        // The old state of a write cannot wait; what the walk itself found can, but only one block.
        // The order must stay: a value's record comes before its parts.
        if let held = waiting {
            waiting = nil
            sink.force(held)
        }
        if !sink.offer(block) { waiting = block }
    }

    private func flushAll() {
        for place in blocks.indices {
            guard let block = blocks[place] else { continue }
            blocks[place] = nil
            if block.count > 0 { sink.force(block) }
        }
    }

    /// Takes a written block back.
    func recycle(_ block: BlockBuffer) {
        block.releaseBorrowed(in: memory)
        pool.give(block)
    }

    /// A database gave up a table; returns whether the walk keeps it until it is done.
    func adopt(_ table: HashTable) -> Bool {
        guard let place = tables.firstIndex(where: { $0.table.address == table.address }),
            !tables[place].isDone
        else { return false }
        tables[place].isOrphan = true
        return true
    }

    /// A large value is to be freed; returns whether the walk keeps it until it is done.
    func adopt(_ value: LargeValueRef) -> Bool {
        guard let index = values.firstIndex(where: { $0.reference == value }) else {
            return false
        }
        values[index].isOrphan = true
        return true
    }

    /// Ends the walk, finished or not, and hands back what nobody else owns.
    func end(_ freeTable: (HashTable) -> Void, _ freeValue: (LargeValueRef) -> Void) {
        for table in tables {
            if !table.isDone { table.table.endCapture() }
        }
        for value in values {
            value.reference.value.endCapture()
            if value.isOrphan { freeValue(value.reference) }
        }
        values.removeAll()
        for value in orphans { freeValue(value) }
        orphans.removeAll()
        for table in tables where table.isOrphan { freeTable(table.table) }
        for block in blocks { block?.releaseBorrowed(in: memory) }
        waiting?.releaseBorrowed(in: memory)
        waiting = nil
        current = tables.count
    }
}
