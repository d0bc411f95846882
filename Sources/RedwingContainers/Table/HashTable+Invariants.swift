// What must hold of a table between two calls. Tests run this after each operation.

extension HashTable {
    /// The first violated invariant in words, or nil when the table is sound.
    public func checkInvariants() -> String? {
        let words = 1 << Int(state.pointee.depth)
        var index = 0
        var total = 0
        var deepest = 0
        while index < words {
            let word = DirectoryWord(bits: state.pointee.directory[index])
            let span = 1 << Int(state.pointee.depth - word.depth)
            guard index % span == 0 else { return "segment range not aligned at \(index)" }
            for other in index..<(index + span)
            where state.pointee.directory[other] != word.bits {
                return "directory words \(index) and \(other) differ"
            }
            if word.depth == state.pointee.depth { deepest += 1 }
            if let broken = check(word, at: index) { return broken }
            total += Int(word.segment.head.pointee.count)
            index += span
        }
        guard total == count else { return "count \(count) but \(total) entries" }
        guard deepest == state.pointee.deepest else {
            return "deepest \(state.pointee.deepest), found \(deepest)"
        }
        return nil
    }

    private func check(_ word: DirectoryWord, at index: Int) -> String? {
        let segment = word.segment
        let head = segment.head.pointee
        guard Int(head.buckets) == word.bucketCount, Int(head.depth) == Int(word.depth) else {
            return "segment \(index): head and directory disagree"
        }
        guard head.depth - head.tagBase <= 6, head.tagBase <= head.depth else {
            return "segment \(index): tags from \(head.tagBase) at depth \(head.depth)"
        }
        var passed = [Int](repeating: 0, count: word.bucketCount)
        var entries = 0
        for bucket in 0..<word.bucketCount {
            for place in 0..<TableLayout.slots {
                let slot = segment.bucket(bucket)[place + 1]
                let mark = (segment.bucket(bucket).pointee >> UInt64(place * 8)) & 0xff
                guard (slot == 0) == (mark == 0) else { return "mark without slot in \(index)" }
                if slot == 0 { continue }
                entries += 1
                let hash = self.hash(entryOfSlot(slot).key)
                guard
                    directoryIndex(hash) >> Int(state.pointee.depth - word.depth)
                        == index >> Int(state.pointee.depth - word.depth)
                else { return "entry in the wrong segment \(index)" }
                guard mark == TableLayout.fingerprint(hash) else { return "wrong fingerprint" }
                let home = word.home(hash)
                guard segment.home(ofSlot: slot) == home else { return "tag misplaces an entry" }
                var step = home
                while step != bucket {
                    passed[step] += 1
                    step = (step + 1) % word.bucketCount
                }
            }
        }
        guard entries == Int(head.count) else { return "segment \(index) counts \(head.count)" }
        for bucket in 0..<word.bucketCount {
            let count = Int((segment.bucket(bucket).pointee & TableLayout.overflowMask) >> 56)
            guard count == passed[bucket] || count == 127 else {
                return
                    "bucket \(bucket) of \(index) counts \(count) overflows, not \(passed[bucket])"
            }
        }
        return nil
    }
}
