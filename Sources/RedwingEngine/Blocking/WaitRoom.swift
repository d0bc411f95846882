// All clients that wait: by key in the order in which they came, and by the time at which they give
// up. Knows nothing of commands.

/// The clients that wait for keys of an engine.
struct WaitRoom {
    /// Those who wait for a key, oldest first. Never empty.
    private var queues: [AwaitedKey: [Wait]] = [:]
    /// A heap by deadline. Waits that are over stay until they surface or become too many.
    private var deadlines: [Wait] = []
    /// Keys that something happened to, in order, each once.
    private(set) var ready: [AwaitedKey] = []
    private var isReady: Set<AwaitedKey> = []
    private var nextOrder: UInt64 = 0
    /// The number of clients that wait.
    private(set) var count = 0

    /// Whether nobody waits.
    var isEmpty: Bool { count == 0 }

    /// The number of keys that somebody waits for.
    var keyCount: Int { queues.count }

    /// The number of keys whose going would end somebody's wait.
    var keyCountOnDeletion: Int {
        queues.values.count { $0.contains { $0.awaited.endsWithKey } }
    }

    /// The number of clients that give up some time.
    var timedCount: Int { deadlines.count { !$0.isOver } }

    /// The next wait's place in the order.
    mutating func takeOrder() -> UInt64 {
        nextOrder += 1
        return nextOrder
    }

    /// Lets a client wait.
    mutating func add(_ wait: Wait) {
        count += 1
        for key in wait.keys {
            // A key named twice is waited for once.
            if queues[key]?.last !== wait { queues[key, default: []].append(wait) }
        }
        if wait.awaited.deadline != nil { push(wait) }
    }

    /// The client waits no longer.
    mutating func remove(_ wait: Wait) {
        guard !wait.isOver else { return }
        wait.isOver = true
        count -= 1
        for key in wait.keys { removeFromQueue(wait, key) }
        if deadlines.count > 64, deadlines.count > 2 * count { rebuildHeap() }
    }

    private mutating func removeFromQueue(_ wait: Wait, _ key: AwaitedKey) {
        guard let place = queues.index(forKey: key) else { return }
        let index = WaitRoom.position(of: wait, in: queues.values[place])
        guard let index else { return }
        if queues.values[place].count == 1 {
            queues.remove(at: place)
        } else {
            queues.values[place].remove(at: index)
        }
    }

    /// Queues are in order, so that a long one need not be searched through.
    private static func position(of wait: Wait, in queue: [Wait]) -> Int? {
        var low = 0
        var high = queue.count
        while low < high {
            let middle = (low + high) / 2
            if queue[middle].order < wait.order { low = middle + 1 } else { high = middle }
        }
        return low < queue.count && queue[low] === wait ? low : nil
    }

    /// Those who wait for a key, oldest first.
    func queue(_ key: AwaitedKey) -> [Wait] { queues[key] ?? [] }

    /// Notes that something happened to a key, if anybody waits for it.
    mutating func note(_ key: AwaitedKey) {
        guard queues[key] != nil, isReady.insert(key).inserted else { return }
        ready.append(key)
    }

    /// Notes that something happened to every key of a database.
    mutating func noteAll(database: UInt64) {
        note(all: queues.keys.filter { $0.database == database })
    }

    /// Notes that something may have happened to any key.
    mutating func noteEverything() { note(all: Array(queues.keys)) }

    private mutating func note(all keys: [AwaitedKey]) {
        // The order of a dictionary is nobody's; that of arrival is fair.
        for key in keys.sorted(by: { (queues[$0]?[0].order ?? 0) < (queues[$1]?[0].order ?? 0) }) {
            note(key)
        }
    }

    /// The keys that something happened to since the last call.
    mutating func takeReady() -> [AwaitedKey] {
        defer {
            ready.removeAll()
            isReady.removeAll()
        }
        return ready
    }
}

// The heap of deadlines; equal ones in the order of arrival.
extension WaitRoom {
    /// When the first client gives up, in Unix milliseconds, or nil.
    var nextDeadline: Int64? { deadlines.first?.awaited.deadline }

    /// The client that has waited until `now`, or nil.
    mutating func popDue(_ now: Int64) -> Wait? {
        while let first = deadlines.first {
            guard !first.isOver else {
                popFirst()
                continue
            }
            guard let deadline = first.awaited.deadline, deadline <= now else { return nil }
            popFirst()
            return first
        }
        return nil
    }

    private func isBefore(_ left: Wait, _ right: Wait) -> Bool {
        let (first, second) = (left.awaited.deadline ?? .max, right.awaited.deadline ?? .max)
        return first != second ? first < second : left.order < right.order
    }

    private mutating func push(_ wait: Wait) {
        deadlines.append(wait)
        var index = deadlines.count - 1
        while index > 0, isBefore(deadlines[index], deadlines[(index - 1) / 2]) {
            deadlines.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func popFirst() {
        deadlines.swapAt(0, deadlines.count - 1)
        deadlines.removeLast()
        sink(0)
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var first = index
            for child in [2 * index + 1, 2 * index + 2] where child < deadlines.count {
                if isBefore(deadlines[child], deadlines[first]) { first = child }
            }
            guard first != index else { return }
            deadlines.swapAt(first, index)
            index = first
        }
    }

    private mutating func rebuildHeap() {
        deadlines.removeAll { $0.isOver }
        for index in stride(from: deadlines.count / 2, through: 0, by: -1) { sink(index) }
    }
}
