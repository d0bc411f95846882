// What the tests of the deadline index share: an index, its table, and a dictionary beside them.
import Testing

@testable import RedwingContainers

/// Entries that hold a key and a deadline, and the model of what they should be.
final class DeadlineSubject {
    let memory = SlabAllocator()
    let table: HashTable
    let index: DeadlineIndex
    /// The deadline of each key that is in the table; nil for a key without.
    var model: [String: Int64?] = [:]
    /// Keys whose deadline had passed when it was set: they come in no particular order.
    var late: Set<String> = []
    var now: Int64

    init(now: Int64) {
        self.now = now
        table = HashTable(seed: HashSeed(low: 5, high: 6), memory: memory)
        index = DeadlineIndex(now: now, memory: memory)
    }

    func withHash<Result>(_ key: String, _ body: (UInt64, Bytes) -> Result) -> Result {
        Array(key.utf8).withBytes { body(table.hash($0), $0) }
    }

    /// Sets a key's deadline, making the key when it is missing; nil takes the deadline away.
    func set(_ key: String, _ time: Int64?) {
        let deadline = time.map { max(0, $0) }
        withHash(key) { hash, bytes in
            let flags = deadline == nil ? 0 : Entry.Flag.deadline
            let shape = Entry.Shape(kind: 1, flags: flags, access: 0, valueCount: 0)
            var word: UInt64?
            let entry = Entry.make(bytes, shape, in: memory)
            if let position = table.position(hash, bytes) {
                let old = position.entry
                if old.has(Entry.Flag.deadline) { word = old.deadlineWord }
                position.replace(with: entry)
                old.free(in: memory)
            } else {
                table.insert(hash, entry)
            }
            guard let deadline else { return }
            if let word { entry.deadlineWord = word }
            index.schedule(hash, entry, deadline, isNew: word == nil)
        }
        model[key] = .some(deadline)
        if let deadline, deadline <= now { late.insert(key) } else { late.remove(key) }
    }

    func remove(_ key: String) {
        withHash(key) { hash, bytes in
            guard let position = table.position(hash, bytes) else { return }
            let entry = position.entry
            table.remove(hash, at: position)
            entry.free(in: memory)
        }
        model[key] = nil
        late.remove(key)
    }

    /// One call of `advance`, checked against the model; returns whether it left work.
    func advance(to time: Int64, budget: Int = .max) -> Bool {
        now = time
        var budget = budget
        var last = Int64.min
        var gone: [String] = []
        let more = index.advance(to: time, budget: &budget, in: table) { hash, position in
            let entry = position.entry
            let key = entry.key.string
            let deadline = DeadlineWord(bits: entry.deadlineWord).deadline
            #expect(hash == table.hash(entry.key))
            #expect(model[key] == .some(.some(deadline)))
            #expect(deadline <= time)
            if !late.contains(key) {
                #expect(deadline >= last)
                last = deadline
            }
            table.remove(hash, at: position)
            entry.free(in: memory)
            gone.append(key)
        }
        for key in gone {
            model[key] = nil
            late.remove(key)
        }
        return more
    }

    /// Checks that exactly what is due has gone, and the index itself.
    func check() {
        #expect(index.checkInvariants(in: table) == nil)
        #expect(table.count == model.count)
        let deadlines = model.values.compactMap { $0 }.filter { $0 < 1 << 43 }
        if let first = deadlines.min() {
            #expect(first > now)
            if let due = index.nextDue() {
                #expect(due <= first)
            } else {
                Issue.record("nothing is due though \(first) is")
            }
        }
    }

    /// Frees everything and checks that nothing leaked.
    func destroy() {
        while table.drainSegment({ $0.free(in: memory) }) {}
        table.destroy()
        index.destroy()
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }
}
