// Reading sets, whatever holds their members: a packed list, integers in order or a table.
import RedwingContainers
import RedwingRESP

/// A set: how its members are held, and where. Of a key's set it is a view, lent until the next
/// write; a set under construction has no key yet and belongs to who makes it.
struct SetValue {
    /// The kind, as an entry's kind byte.
    var kind: UInt8
    /// The address of what holds the members.
    var word: UInt64

    /// The set of a kind at an address.
    @inline(__always)
    init(_ kind: ValueKind, _ word: UInt64) {
        self.kind = kind.rawValue
        self.word = word
    }

    /// The set that a key's entry holds.
    @inline(__always)
    init(_ entry: Entry) {
        kind = entry.kind
        word = entry.word
    }

    /// Whether the members are in a packed list.
    @inline(__always)
    var isPacked: Bool { kind == ValueKind.packedSet.rawValue }

    /// Whether all members are integers, in order.
    @inline(__always)
    var isIntegers: Bool { kind == ValueKind.integerSet.rawValue }

    /// Whether the members are in a table.
    @inline(__always)
    var isTable: Bool { kind == ValueKind.tableSet.rawValue }

    /// The members of a packed set.
    @inline(__always)
    var list: PackedList {
        get { PackedList(address: word) }
        set { word = newValue.address }
    }

    /// The members of a set of integers.
    @inline(__always)
    var integers: IntSet {
        get { IntSet(address: word) }
        set { word = newValue.address }
    }

    /// The table of a large set.
    @inline(__always)
    var table: TableSet { TableSet(address: word) }

    /// The number of members.
    @inline(__always)
    var count: Int {
        if isTable { return table.count }
        return isPacked ? list.count : integers.count
    }

    /// Whether `member` is in the set.
    @inline(__always)
    func contains(_ member: Bytes) -> Bool {
        if isTable { return table.contains(member) }
        if isPacked { return list.find(member) != nil }
        return member.parseInteger().map { integers.contains($0) } ?? false
    }

    /// Whether a member of another set is in this one, too.
    @inline(__always)
    func contains(_ member: SetMember) -> Bool {
        if isIntegers {
            switch member {
            case .integer(let integer): return integers.contains(integer)
            case .packedText: return false
            case .text(let text): return text.parseInteger().map { integers.contains($0) } ?? false
            }
        }
        return member.withBytes { contains($0) }
    }

    /// Calls `body` with each member until it returns false.
    @inline(__always)
    func visitMembers(while body: (SetMember) -> Bool) {
        if isTable {
            var cursor: UInt64 = 0
            var goesOn = true
            repeat {
                cursor = table.members.scan(cursor) { entry in
                    if goesOn { goesOn = body(.text(entry.key)) }
                }
            } while goesOn && cursor != 0
        } else if isPacked {
            for element in list { if !body(SetMember(element)) { return } }
        } else {
            for integer in integers { if !body(.integer(integer)) { return } }
        }
    }

    /// Calls `body` with each member.
    @inline(__always)
    func forEachMember(_ body: (SetMember) -> Void) {
        visitMembers(while: {
            body($0)
            return true
        })
    }
}

/// A member of a set, where it lies.
enum SetMember {
    /// An integer, which stands for its decimal text.
    case integer(Int64)
    /// A text that spells no integer.
    case packedText(Bytes)
    /// A text that may spell an integer.
    case text(Bytes)

    /// A member of a packed set.
    @inline(__always)
    init(_ element: PackedElement) {
        if let text = element.storedText {
            self = .packedText(text)
        } else {
            self = .integer(element.integer ?? 0)
        }
    }

    /// Lends the bytes to `body`.
    @inline(__always)
    func withBytes<R>(_ body: (Bytes) -> R) -> R {
        switch self {
        case .integer(let integer): withIntegerText(integer, body)
        case .packedText(let text), .text(let text): body(text)
        }
    }

    /// The integer that the member spells, or nil.
    var integer: Int64? {
        switch self {
        case .integer(let integer): integer
        case .packedText: nil
        case .text(let text): text.parseInteger()
        }
    }
}

extension ReplyWriter {
    /// A member of a set as a bulk.
    @inline(__always)
    func bulk(_ member: SetMember) {
        switch member {
        case .integer(let integer): bulk(integer: integer)
        case .packedText(let text), .text(let text): bulk(text)
        }
    }

    /// All members of a set as bulks.
    func bulks(_ set: SetValue) {
        if set.isPacked {
            bulks(set.list)
        } else {
            set.forEachMember { bulk($0) }
        }
    }
}
