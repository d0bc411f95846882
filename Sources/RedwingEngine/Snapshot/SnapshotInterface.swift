// What persistence asks of the engine: to begin a snapshot, go on with it, end it; and to take over
// the records of one.
import RedwingContainers

extension Engine {
    /// Whether a walk is under way.
    public var isWalking: Bool { walk != nil }

    /// How far the walk is: keys captured, and keys that there were at its start.
    public var walkProgress: (done: Int, total: Int) {
        walk.map { ($0.doneKeys, $0.totalKeys) } ?? (0, 0)
    }

    /// Begins a snapshot of the data as it is now, in constant time. `work` goes on with it.
    public func beginWalk(to sink: any SnapshotSink) {
        snapshotEpoch &+= 1
        if snapshotEpoch == 0 { snapshotEpoch = 1 }
        walk = SnapshotWalk(databases, epoch: snapshotEpoch, memory: memory, sink: sink)
        walkMayGoOn = true
    }

    /// Goes on with the walk until it is done or the sink is full; returns whether it is done.
    public func stepWalk() -> Bool {
        guard let walk else { return true }
        walkMayGoOn = walk.step()
        for value in walk.orphans { buryOrphan(value) }
        walk.orphans.removeAll()
        if walk.isDone { endWalk() }
        return self.walk == nil
    }

    /// Ends the walk, finished or not. What it has handed over stays with the sink.
    public func endWalk() {
        guard let walk else { return }
        self.walk = nil
        lastWalk = walk
        walk.end({ graveyard.keyTables.append($0) }, { buryOrphan($0) })
        noteFreed(0)
    }

    /// Buries a value that the walk kept and that counts as buried since.
    private func buryOrphan(_ value: LargeValueRef) {
        graveyard.bytes -= value.value.bytes
        bury(value)
    }

    /// Takes back a block that the sink is done with.
    public func recycle(_ block: BlockBuffer) {
        walkMayGoOn = walk != nil
        let before = memory.usedBytes
        defer { noteFreed(before &- memory.usedBytes) }
        if let walk = walk ?? lastWalk {
            walk.recycle(block)
        } else {
            block.releaseBorrowed(in: memory)
        }
    }

    /// Says that the snapshot is over and no block will come back any more.
    public func forgetWalk() {
        lastWalk = nil
        noteFreed(0)
    }

    /// The number of databases, for a snapshot's header.
    public var databaseCount: Int { databases.count }

    /// Takes `count` changes as saved.
    public func markSaved(_ count: Int) { dirty = max(0, dirty - count) }
}
