// A large set as a `LargeValue`: freed, captured and loaded by its members. A part of a snapshot is
// one member: its length and its bytes.
import RedwingContainers

extension TableSet: LargeValue {
    func drain(_ engine: Engine) -> Bool {
        let memory = state.value.memory
        return members.drainSegment { $0.free(in: memory) }
    }

    func beginCapture(epoch: UInt32, _ parts: SnapshotParts) {
        members.beginCapture { member in
            parts.add { block in
                let bytes = member.key
                block.append(length: bytes.count)
                block.append(bytes)
            }
        }
    }

    func captureNext(_ cursor: UInt64) -> UInt64 { members.captureNext(cursor) }

    func endCapture() { members.endCapture() }

    func copy(for engine: Engine) -> (address: UInt64, shared: Int) { (copy().address, 0) }

    static func makeForLoading(_ engine: Engine) -> TableSet {
        TableSet(seed: engine.seed, memory: engine.memory)
    }

    func load(_ reader: inout RecordReader, _ owner: LoadedOwner) throws(SnapshotRecordError) {
        guard let count = reader.length(), let member = reader.run(count) else { throw .cut }
        guard add(member) else {
            throw SnapshotRecordError(description: "a member occurs twice")
        }
    }

    func checkInvariants() -> String? {
        if let broken = members.checkInvariants() { return broken }
        var bytes = members.overheadBytes
        members.forEachEntry { bytes += SlabLayout.rounded($0.size) }
        return bytes == self.bytes ? nil : "counts \(self.bytes) bytes, not \(bytes)"
    }
}
