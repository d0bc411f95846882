// How many keys have values of what size: for INFO keysizes. Nothing is counted when keys change;
// whoever asks sets off a walk through the keys, at once when they are few, else in slices, and is
// told what the last complete walk has found.
import RedwingContainers

/// Counts of keys by the size of their value: bytes of strings, elements of collections.
struct KeySizes {
    /// For each type, by its raw value: counts of size 0, and of each power of two up to the next.
    private var counts: [[Int]] = []

    private static let types: [(type: ValueType, name: String)] = [
        (.string, "strings_sizes"), (.list, "lists_items"), (.set, "sets_items"),
        (.sortedSet, "zsets_items"), (.hash, "hashes_items"),
    ]

    /// Counts a key.
    mutating func add(_ type: ValueType, _ size: Int) {
        let place = Int.bitWidth - max(0, size).leadingZeroBitCount
        let row = Int(type.rawValue)
        while counts.count <= row { counts.append([]) }
        while counts[row].count <= place { counts[row].append(0) }
        counts[row][place] += 1
    }

    /// The lines of INFO: the name without the database, and the counts.
    var lines: [(name: String, text: String)] {
        KeySizes.types.compactMap { type, name in
            guard Int(type.rawValue) < counts.count else { return nil }
            let bins = counts[Int(type.rawValue)].enumerated().filter { $0.element > 0 }
            guard !bins.isEmpty else { return nil }
            let text = bins.map { "\(KeySizes.label($0.offset))=\($0.element)" }
            return ("distrib_\(name)", text.joined(separator: ","))
        }
    }

    /// Where the sizes of a place begin: `512`, `1K`.
    private static func label(_ place: Int) -> String {
        guard place > 0 else { return "0" }
        let units = ["", "K", "M", "G", "T", "P", "E"]
        return "\(1 << ((place - 1) % 10))\(units[(place - 1) / 10])"
    }
}

/// The walks, one after the other.
struct KeySizeSurvey {
    /// What the last complete walk found, by database.
    fileprivate(set) var found: [Int: KeySizes] = [:]
    /// Whether there was one.
    fileprivate(set) var isComplete = false
    /// When it ended, in Unix milliseconds.
    fileprivate var endedAt: Int64 = 0
    /// How long it took, in milliseconds.
    fileprivate var duration: Int64 = 0
    /// The walk under way.
    fileprivate var walk: Walk?

    fileprivate struct Walk {
        var startedAt: Int64
        var database = 0
        var cursor: UInt64 = 0
        var found: [Int: KeySizes] = [:]
    }

    /// Whether a walk is under way.
    var isWalking: Bool { walk != nil }
}

extension Engine {
    /// So many keys are counted at once when somebody asks.
    private static let surveyedAtOnce = 20_000
    /// Buckets that a slice of a walk looks at.
    private static let surveySlice = 256

    /// The sizes of the keys, by database. With many keys those of a walk a while ago.
    func keySizes() -> [(database: Int, sizes: KeySizes)] {
        let keys = databases.reduce(0) { $0 + $1.count }
        let age = now - keySizeSurvey.endedAt
        let isOld = age > max(1000, 10 * keySizeSurvey.duration)
        if !keySizeSurvey.isWalking, isOld || keys <= Engine.surveyedAtOnce {
            keySizeSurvey.walk = KeySizeSurvey.Walk(startedAt: now)
        }
        if keys <= Engine.surveyedAtOnce { while stepKeySizes() {} }
        let found = keySizeSurvey.isComplete ? keySizeSurvey.found : keySizeSurvey.walk?.found
        return (found ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// A slice of the walk; returns whether it goes on.
    func stepKeySizes() -> Bool {
        guard var walk = keySizeSurvey.walk else { return false }
        keySizeSurvey.walk = nil
        for _ in 0..<Engine.surveySlice {
            guard walk.database < databases.count else {
                keySizeSurvey.found = walk.found
                keySizeSurvey.isComplete = true
                keySizeSurvey.endedAt = now
                keySizeSurvey.duration = now - walk.startedAt
                return false
            }
            let table = databases[walk.database].value.table
            walk.cursor = table.scan(walk.cursor) { entry in
                walk.found[walk.database, default: KeySizes()].add(
                    entry.type, elementCount(entry))
            }
            if walk.cursor == 0 { walk.database += 1 }
        }
        keySizeSurvey.walk = walk
        return true
    }

    /// The bytes of a string, or the elements of a collection.
    private func elementCount(_ entry: Entry) -> Int {
        switch entry.valueKind {
        case .inlineString, .integerString, .largeString: entry.stringCount
        case .packedList, .packedSet: PackedList(address: entry.word).count
        case .packedSortedSet, .packedHash: PackedList(address: entry.word).count / 2
        case .chainList: ListChain(address: entry.word).count
        case .tableSet: TableSet(address: entry.word).count
        case .integerSet: IntSet(address: entry.word).count
        case .treeSortedSet: TreeSortedSet(address: entry.word).count
        case .tableHash: TableHash(address: entry.word).count
        case .stream: LargeValueRef(entry)?.value.count ?? 0
        }
    }
}
