// What an entry holds: the type that TYPE answers and the encoding that OBJECT ENCODING answers,
// packed into the entry's kind byte.
import RedwingContainers

/// The data type of a key.
enum ValueType: UInt8 {
    case string = 0
    case list = 1
    case set = 2
    case sortedSet = 3
    case hash = 4
    case stream = 6

    /// The type that TYPE answers `name` for, in any mixture of cases, or nil.
    init?(name: Bytes) {
        let all: [ValueType] = [.string, .list, .set, .sortedSet, .hash, .stream]
        guard let type = all.first(where: { name.equalsIgnoringCase(Bytes($0.name)) }) else {
            return nil
        }
        self = type
    }

    /// The name that TYPE answers.
    var name: StaticString {
        switch self {
        case .string: "string"
        case .list: "list"
        case .set: "set"
        case .sortedSet: "zset"
        case .hash: "hash"
        case .stream: "stream"
        }
    }
}

/// A type and how its value is stored. The low four bits are the type; of the others 0 is a packed
/// list, 1 a structure of its own (`LargeValue`) and 2 another block of memory, except for strings.
enum ValueKind: UInt8 {
    /// A string inside its entry.
    case inlineString = 0x00
    /// An integer in the entry's word.
    case integerString = 0x10
    /// A large string; the entry's word is its address.
    case largeString = 0x20
    /// A packed list of elements; the word is its address.
    case packedList = 0x01
    /// A chain of blocks of elements; the word is the address of its `ListChain`.
    case chainList = 0x11
    /// A packed list of the members of a set; the word is its address.
    case packedSet = 0x02
    /// A table of the members of a set; the word is the address of its `TableSet`.
    case tableSet = 0x12
    /// The members of a set, all integers; the word is the address of its `IntSet`.
    case integerSet = 0x22
    /// A packed list of members and scores in order; the word is its address.
    case packedSortedSet = 0x03
    /// A table and a tree of members; the word is the address of their `TreeSortedSet`.
    case treeSortedSet = 0x13
    /// A packed list of fields and values; the word is its address.
    case packedHash = 0x04
    /// A table of fields; the word is the address of its `TableHash`.
    case tableHash = 0x14
    /// A stream; the word is the address of its `StreamValue`.
    case stream = 0x16

    /// The data type.
    @inline(__always)
    var type: ValueType { unsafe ValueType(rawValue: rawValue & 0x0f).unsafelyUnwrapped }

    /// How the value lies in memory.
    @inline(__always)
    var form: ValueForm {
        if rawValue & 0x0f == 0 {
            return self == .inlineString ? .inline : self == .integerString ? .word : .largeString
        }
        return rawValue & 0xf0 == 0x10 ? .structure : self == .integerSet ? .integers : .packed
    }
}

/// How a value lies in memory, whatever its type: all that freeing, copying and accounting ask.
enum ValueForm {
    /// In the entry.
    case inline
    /// An integer in the entry's word.
    case word
    /// A `LargeString`.
    case largeString
    /// A `PackedList`.
    case packed
    /// An `IntSet`.
    case integers
    /// A `LargeValue`.
    case structure
}

extension Entry {
    /// The kind of this entry of the keyspace.
    @inline(__always)
    var valueKind: ValueKind {
        // The gate writes nothing but raw values of `ValueKind` here.
        unsafe ValueKind(rawValue: kind).unsafelyUnwrapped
    }

    /// When the entry expires, in Unix milliseconds, or nil.
    @inline(__always)
    var deadline: Int64? {
        has(Flag.deadline) ? DeadlineWord(bits: deadlineWord).deadline : nil
    }

    /// The data type of this entry of the keyspace.
    @inline(__always)
    var type: ValueType { unsafe ValueType(rawValue: kind & 0x0f).unsafelyUnwrapped }
}
