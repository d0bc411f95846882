// Commands with many keys: the memory of a whole group is asked for before the first of them is
// used, so that the waits for it overlap.
import RedwingContainers

extension Engine {
    /// Keys that are fetched ahead at a time: more than the memory system can have under way.
    private static let groupSize = 16

    /// Calls `body` with the index of each key among the arguments: `count` keys, the first at
    /// `first`, each `step`. The call knows the key's hash meanwhile.
    @inline(__always)
    func forEachKey(
        _ call: inout Call, first: Int, step: Int, count: Int,
        _ body: (inout Call, Int) -> Void
    ) {
        let table = call.database.value.table
        var hashes = InlineArray<16, UInt64>(repeating: 0)
        var done = 0
        while done < count {
            let size = min(Engine.groupSize, count - done)
            let start = first + done * step
            for place in 0..<size {
                hashes[place] = table.hash(call[start + place * step])
                table.prefetchBucket(hashes[place])
            }
            for place in 0..<size { table.prefetchEntry(hashes[place]) }
            for place in 0..<size {
                let index = start + place * step
                call.hashedKey = call[index]
                call.keyHash = hashes[place]
                body(&call, index)
            }
            done += size
        }
    }
}
