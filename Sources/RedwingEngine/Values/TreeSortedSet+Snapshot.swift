// A large sorted set as a `LargeValue`: freed, captured and loaded by its members, and put in order
// when all of them are loaded. A part of a snapshot is one member: the eight bytes of its score,
// its length and its bytes.
import RedwingContainers

extension TreeSortedSet: LargeValue {
    func drain(_ engine: Engine) -> Bool {
        let memory = state.value.memory
        if members.drainSegment({ $0.free(in: memory) }) { return true }
        return tree.drainNodes()
    }

    func beginCapture(epoch: UInt32, _ parts: SnapshotParts) {
        members.beginCapture { member in
            parts.add { block in
                let bytes = member.key
                block.append(littleEndian: member.score.bitPattern)
                block.append(length: bytes.count)
                block.append(bytes)
            }
        }
    }

    func captureNext(_ cursor: UInt64) -> UInt64 { members.captureNext(cursor) }

    func endCapture() { members.endCapture() }

    func copy(for engine: Engine) -> (address: UInt64, shared: Int) { (copy().address, 0) }

    static func makeForLoading(_ engine: Engine) -> TreeSortedSet {
        TreeSortedSet(seed: engine.seed, memory: engine.memory)
    }

    func load(_ reader: inout RecordReader, _ owner: LoadedOwner) throws(SnapshotRecordError) {
        guard let word = reader.word(), let count = reader.length(), let member = reader.run(count)
        else { throw .cut }
        let score = Double(bitPattern: word)
        guard !score.isNaN else {
            throw SnapshotRecordError(description: "a score is not a number")
        }
        let place = open(member)
        guard place.entry == nil else {
            throw SnapshotRecordError(description: "a member occurs twice")
        }
        _ = collect(place, score)
    }

    func finishLoading(_ owner: LoadedOwner) throws(SnapshotRecordError) { arrange() }

    func checkInvariants() -> String? {
        if let broken = members.checkInvariants() { return broken }
        if let broken = tree.checkInvariants() { return broken }
        guard tree.count == count else { return "orders \(tree.count) of \(count) members" }
        var bytes = members.overheadBytes + tree.overheadBytes
        members.forEachEntry { bytes += SlabLayout.rounded($0.size) }
        return bytes == self.bytes ? nil : "counts \(self.bytes) bytes, not \(bytes)"
    }
}

extension Engine {
    /// A packed sorted set of an image that a snapshot holds; nil when that is not sound.
    func makePackedSortedSet(image: Bytes) -> PackedList? {
        guard let list = PackedList.make(image: image, in: memory) else { return nil }
        if list.isSortedSet { return list }
        list.free(in: memory)
        return nil
    }
}
