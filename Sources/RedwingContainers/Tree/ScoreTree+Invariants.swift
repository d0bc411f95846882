// What must hold of a tree between two calls. Tests run this after each operation.

extension ScoreTree {
    /// The first violated invariant in words, or nil when the tree is sound. Reads every entry.
    public func checkInvariants() -> String? {
        var walk = Walk()
        let root = walk.visit(state.pointee.root, height: state.pointee.height)
        if let fault = walk.fault { return fault }
        guard root == count else { return "counts \(count) entries, not \(root)" }
        guard walk.leaves.first?.raw == state.pointee.first.raw,
            walk.leaves.last?.raw == state.pointee.last.raw
        else { return "knows other leaves as first and last" }
        for (index, leaf) in walk.leaves.enumerated() {
            let previous = index > 0 ? walk.leaves[index - 1].raw : nil
            let next = index + 1 < walk.leaves.count ? walk.leaves[index + 1].raw : nil
            guard leaf.previous?.raw == previous, leaf.next?.raw == next else {
                return "leaf \(index) is linked wrongly"
            }
        }
        let bytes = walk.leaves.count * TreeLeaf.size + walk.branches * TreeBranch.size
        guard bytes == state.pointee.nodeBytes else {
            return "counts \(state.pointee.nodeBytes) bytes of nodes, not \(bytes)"
        }
        if state.pointee.height > 0, TreeBranch(raw: state.pointee.root).count < 2 {
            return "the root is a branch with one child"
        }
        return nil
    }

    /// The share of the leaves' places that hold an entry.
    public var fill: Double {
        var leaves = 0
        var leaf: TreeLeaf? = state.pointee.first
        while let current = leaf {
            leaves += 1
            leaf = current.next
        }
        return Double(count) / Double(leaves * TreeLeaf.capacity)
    }

    private struct Walk {
        var fault: String?
        var leaves: [TreeLeaf] = []
        var branches = 0
        var last: Entry?

        /// Checks what is below a node and returns the number of its entries.
        mutating func visit(_ node: UnsafeMutableRawPointer, height: Int) -> Int {
            guard height > 0 else { return visit(TreeLeaf(raw: node)) }
            let branch = TreeBranch(raw: node)
            branches += 1
            guard branch.count > 0, branch.count <= TreeBranch.capacity else {
                fault = "a branch has \(branch.count) children"
                return 0
            }
            var total = 0
            for place in 0..<branch.count {
                let leavesBefore = leaves.count
                let entries = visit(branch.children[place], height: height - 1)
                guard fault == nil else { return 0 }
                if entries != Int(branch.counts[place]) {
                    fault = "a branch counts \(branch.counts[place]) entries, not \(entries)"
                }
                let first = leaves[leavesBefore].entries[0]
                if place > 0, branch.entries[place].raw != first.raw {
                    fault = "a branch knows another first entry"
                }
                if place > 0, branch.scores[place] != first.score {
                    fault = "a branch knows another first score"
                }
                total += entries
            }
            return total
        }

        private mutating func visit(_ leaf: TreeLeaf) -> Int {
            leaves.append(leaf)
            if leaf.count < 0 || leaf.count > TreeLeaf.capacity
                || leaf.count == 0 && leaves.count > 1
            {
                fault = "a leaf has \(leaf.count) entries"
                return 0
            }
            for place in 0..<leaf.count {
                let entry = leaf.entries[place]
                if let last, !TreeProbe(score: entry.score, key: entry.key).isBehind(last) {
                    fault = "\(entry.key.string) is out of order"
                }
                last = entry
            }
            return leaf.count
        }
    }
}
