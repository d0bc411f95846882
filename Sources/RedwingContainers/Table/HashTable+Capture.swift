// What a snapshot needs of a table: to see each entry once as it was at one instant, while writes
// go on. `beginCapture` costs nothing; afterwards whoever writes calls `prepareWrite` first, which
// hands the entries of the home bucket to the snapshot if it does not have them yet, and the
// snapshot's walk asks for one bucket after another by `captureNext`.

extension HashTable {
    /// Enters the snapshot `epoch`, which is not 0 and differs from the last one; from now on each
    /// entry goes to `sink` once, before it changes or when the walk comes by.
    public func beginCapture(epoch: UInt32, _ sink: @escaping (Entry) -> Void) {
        state.pointee.epoch = epoch
        state.pointee.capture = sink
    }

    /// Leaves the snapshot, finished or not.
    public func endCapture() {
        state.pointee.epoch = 0
        state.pointee.capture = nil
    }

    /// Whether the table takes part in a snapshot.
    @inlinable @inline(__always)
    public var isCapturing: Bool { state.pointee.epoch != 0 }

    /// To be called before any change to the entry of a key with this hash, its insertion and
    /// removal included.
    @inlinable @inline(__always)
    public func prepareWrite(_ hash: UInt64) {
        if state.pointee.epoch != 0 { captureHome(hash) }
    }

    @usableFromInline
    func captureHome(_ hash: UInt64) {
        let word = self.word(hash)
        capture(word.segment, word.home(hash))
    }

    /// Captures the home bucket at `cursor` unless it was already; returns the next cursor, 0 at
    /// the end.
    public func captureNext(_ cursor: UInt64) -> UInt64 {
        let start = cursor << (64 - HashTable.cursorBits)
        let word = self.word(start)
        let home = word.home(start)
        capture(word.segment, home)
        return next(word, after: home) >> (64 - HashTable.cursorBits)
    }

    private func capture(_ segment: Segment, _ home: Int) {
        join(segment)
        let bucket = segment.bucket(home)
        guard bucket.pointee & TableLayout.capturedBit == 0 else { return }
        bucket.pointee |= TableLayout.capturedBit
        guard let sink = state.pointee.capture else { return }
        visitHome(segment, home, sink)
    }

    /// Forgets what an earlier snapshot captured of a segment.
    private func join(_ segment: Segment) {
        guard segment.head.pointee.epoch != state.pointee.epoch else { return }
        segment.head.pointee.epoch = state.pointee.epoch
        for index in 0..<Int(segment.head.pointee.buckets) {
            segment.bucket(index).pointee &= ~TableLayout.capturedBit
        }
    }

    /// Captures what is left of a segment that is about to be rebuilt.
    func captureWhole(_ segment: Segment) {
        guard isCapturing else { return }
        for home in 0..<Int(segment.head.pointee.buckets) { capture(segment, home) }
    }

    /// Marks a rebuilt segment, all of whose entries were captured or are newer.
    func adoptCapture(_ segment: Segment) {
        guard isCapturing else { return }
        segment.head.pointee.epoch = state.pointee.epoch
        for index in 0..<Int(segment.head.pointee.buckets) {
            segment.bucket(index).pointee |= TableLayout.capturedBit
        }
    }
}
