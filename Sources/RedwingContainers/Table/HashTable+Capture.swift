// What a snapshot needs of a table: to see each entry once as it was at one instant, while writes
// go on. `beginCapture` costs nothing; afterwards whoever writes calls `prepareWrite` first, which
// hands that one entry to the snapshot if it does not have it yet, and the snapshot's walk asks for
// one bucket after another by `captureNext`.
//
// Each entry carries the number of the last snapshot that has it, in the few bits of its capture
// mark. All entries of a table at rest have the table's number, or an older one where snapshots
// were given up half-way; new ones get the table's. A snapshot begins by counting the table's
// number on, which makes every entry one that the snapshot lacks. Growth and shrinking move
// entries with their marks and have nothing to do with any of this.

extension HashTable {
    /// Snapshots in a row that may be given up before an old mark would look like the next one's.
    private static let maxUnfinished: UInt8 = UInt8(Entry.captureMarks - 2)

    /// Enters a snapshot; from now on each entry goes to `sink` once, before it changes or when
    /// the walk comes by.
    public func beginCapture(_ sink: @escaping (Entry) -> Void) {
        if state.pointee.unfinishedCaptures >= HashTable.maxUnfinished { markAll() }
        state.pointee.captureMark = (state.pointee.captureMark &+ 1) % Entry.captureMarks
        state.pointee.unfinishedCaptures += 1
        state.pointee.isCapturing = true
        state.pointee.capture = sink
    }

    /// Leaves the snapshot, finished or not.
    public func endCapture() {
        state.pointee.isCapturing = false
        state.pointee.capture = nil
    }

    /// Whether the table takes part in a snapshot.
    @inlinable @inline(__always)
    public var isCapturing: Bool { state.pointee.isCapturing }

    /// To be called before any change to the entry of a key with this hash, its removal included.
    @inlinable @inline(__always)
    public func prepareWrite(_ hash: UInt64) {
        if state.pointee.isCapturing { captureMatches(hash) }
    }

    /// Captures the entries that may be that of a key with this hash.
    @usableFromInline
    func captureMatches(_ hash: UInt64) {
        let word = self.word(hash)
        let fingerprint = TableLayout.fingerprint(hash)
        var index = word.home(hash)
        for _ in 0..<word.bucketCount {
            let bucket = word.segment.bucket(index)
            var found = TableLayout.matches(bucket.pointee, fingerprint)
            while found != 0 {
                let slot = bucket[found.trailingZeroBitCount >> 3 + 1]
                if slot != 0 { capture(entryOfSlot(slot)) }
                found &= found - 1
            }
            if bucket.pointee & TableLayout.overflowMask == 0 { return }
            index += 1
            if index == word.bucketCount { index = 0 }
        }
    }

    /// Captures the entries of the home bucket at `cursor` that were not yet; returns the next
    /// cursor, 0 at the end.
    public func captureNext(_ cursor: UInt64) -> UInt64 {
        let start = cursor << (64 - HashTable.cursorBits)
        let word = self.word(start)
        let home = word.home(start)
        visitHome(word.segment, home) { capture($0) }
        let next = next(word, after: home) >> (64 - HashTable.cursorBits)
        if next == 0 { state.pointee.unfinishedCaptures = 0 }
        return next
    }

    private func capture(_ entry: Entry) {
        guard entry.captureMark != state.pointee.captureMark else { return }
        entry.captureMark = state.pointee.captureMark
        state.pointee.capture?(entry)
    }

    /// Gives all entries the table's mark: they would be mistaken for captured ones by and by.
    private func markAll() {
        forEachEntry { $0.captureMark = state.pointee.captureMark }
        state.pointee.unfinishedCaptures = 0
    }
}
