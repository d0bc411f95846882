// Entries come and go. One way down each: counts change on the way, and what might become too full
// or too empty is set right before it is entered (`ScoreTree+Balance.swift`).
import CLinux

extension ScoreTree {
    /// Adds an entry whose score and key no other entry has.
    public func insert(_ entry: Entry) {
        let probe = TreeProbe(score: entry.score, key: entry.key)
        prepareRoot(probe)
        var node = state.pointee.root
        var height = state.pointee.height
        while height > 0 {
            let branch = TreeBranch(raw: node)
            var child = probe.child(of: branch)
            if isFull(branch, child, height: height) {
                makeRoom(in: branch, for: child, height: height, edge(probe))
                child = probe.child(of: branch)
            }
            branch.counts[child] &+= 1
            node = branch.children[child]
            height &-= 1
        }
        let leaf = TreeLeaf(raw: node)
        put(entry, in: leaf, at: leaf.partitionPoint { probe.isBehind($0) })
        state.pointee.count &+= 1
    }

    /// Adds an entry that comes behind all others. Leaves are filled to the last place.
    public func append(_ entry: Entry) {
        prepareRoot(.last)
        var node = state.pointee.root
        var height = state.pointee.height
        while height > 0 {
            let branch = TreeBranch(raw: node)
            if isFull(branch, branch.count &- 1, height: height) {
                makeRoom(in: branch, for: branch.count &- 1, height: height, .last)
            }
            let child = branch.count &- 1
            branch.counts[child] &+= 1
            node = branch.children[child]
            height &-= 1
        }
        let leaf = TreeLeaf(raw: node)
        put(entry, in: leaf, at: leaf.count)
        state.pointee.count &+= 1
    }

    @inline(__always)
    private func put(_ entry: Entry, in leaf: TreeLeaf, at place: Int) {
        let entries = leaf.entries
        let count = leaf.count
        assert(count < TreeLeaf.capacity)
        memmove(entries + (place &+ 1), entries + place, (count &- place) &* 8)
        entries[place] = entry
        leaf.count = count &+ 1
    }

    /// Takes an entry, which is in the tree, out of it.
    public func remove(_ entry: Entry) {
        let probe = TreeProbe(score: entry.score, key: entry.key)
        removeEntry {
            probe.child(of: $0)
        } place: { leaf in
            guard let place = leaf.place(of: entry) else {
                preconditionFailure("an entry is not where its score says")
            }
            return place
        }
    }

    /// Takes the first entry out and returns it; nil when there is none.
    public func removeFirst() -> Entry? {
        guard let first else { return nil }
        removeEntry { _ in
            0
        } place: { _ in
            0
        }
        return first
    }

    /// Takes the last entry out and returns it; nil when there is none.
    public func removeLast() -> Entry? {
        guard let last else { return nil }
        removeEntry {
            $0.count &- 1
        } place: {
            $0.count &- 1
        }
        return last
    }

    @inline(__always)
    private func removeEntry(
        child choose: (TreeBranch) -> Int, place choosePlace: (TreeLeaf) -> Int
    ) {
        var node = state.pointee.root
        var height = state.pointee.height
        // Where the first entry of what is below is noted; nowhere at the tree's left edge.
        var note: (branch: TreeBranch, place: Int)?
        while height > 0 {
            let branch = TreeBranch(raw: node)
            var child = choose(branch)
            if isSparse(branch, child, height: height) {
                fill(branch, child, height: height)
                child = choose(branch)
            }
            if child > 0 { note = (branch, child) }
            branch.counts[child] &-= 1
            node = branch.children[child]
            height &-= 1
        }
        let leaf = TreeLeaf(raw: node)
        let place = choosePlace(leaf)
        let entries = leaf.entries
        let count = leaf.count &- 1
        memmove(entries + place, entries + (place &+ 1), (count &- place) &* 8)
        leaf.count = count
        state.pointee.count &-= 1
        if place == 0, let note { note.branch.setFirst(note.place, entries[0]) }
        lowerRoot()
    }

    /// Gives an entry, which is in the tree, another score if it stays where it is by that;
    /// returns whether it did.
    public func adjust(_ entry: Entry, to score: Double) -> Bool {
        let position = self.position(of: entry)
        let leaf = position.leaf
        let place = position.place
        // At a leaf's ends a branch may know the score, and the neighbour is elsewhere.
        guard place > 0, place &+ 1 < leaf.count else { return false }
        let probe = TreeProbe(score: score, key: entry.key)
        guard probe.isBehind(leaf.entries[place &- 1]), !probe.isBehind(leaf.entries[place &+ 1])
        else { return false }
        entry.score = score
        return true
    }
}
