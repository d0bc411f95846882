// What the engine asks of every value that is a structure of its own behind an entry's word: what
// it weighs, how it is freed in slices, copied, handed to a snapshot and taken back from one. A new
// data type conforms to `LargeValue` in its own folder and adds a line to `ValueKind.largeType`;
// everything else here and in the graveyard, the walk and the loader is the same for all.
import RedwingContainers

/// A value with a structure of its own; a handle, whose memory lives until `destroy()`.
protocol LargeValue {
    /// The value whose address an entry's word holds.
    init(address: UInt64)

    /// The address to be stored in an entry's word.
    var address: UInt64 { get }

    /// The number of elements. A value without any is removed with its key by the gate, unless its
    /// type allows empty values.
    var count: Int { get }

    /// The bytes of memory that the value takes.
    var bytes: Int { get }

    /// Frees a bounded part (some hundred elements) of a value that nobody can reach any more;
    /// returns false when only `destroy` is left to do.
    func drain(_ engine: Engine) -> Bool

    /// Frees what is left of a drained value.
    func destroy()

    /// Takes part in a snapshot from now on: what is of this moment goes to `parts` once, before it
    /// changes or when `captureNext` comes by. Constant time.
    func beginCapture(epoch: UInt32, _ parts: SnapshotParts)

    /// Hands a bounded piece at `cursor` over, unless it has gone already; returns the next cursor,
    /// 0 at the end. The first cursor is 0.
    func captureNext(_ cursor: UInt64) -> UInt64

    /// Leaves the snapshot, finished or not.
    func endCapture()

    /// A copy, for COPY. `shared` are bytes that count for it though no memory was taken.
    func copy(for engine: Engine) -> (address: UInt64, shared: Int)

    /// An empty value that `load` fills.
    static func makeForLoading(_ engine: Engine) -> Self

    /// Takes over what one call of `SnapshotParts.add` wrote. Nothing in it may be trusted.
    func load(_ reader: inout RecordReader, _ owner: LoadedOwner) throws(SnapshotRecordError)

    /// All parts have been loaded. Throws if they do not make a whole.
    func finishLoading(_ owner: LoadedOwner) throws(SnapshotRecordError)

    /// The first violated invariant in words, or nil. Walks through everything.
    func checkInvariants() -> String?
}

extension LargeValue {
    func finishLoading(_ owner: LoadedOwner) throws(SnapshotRecordError) {}
}

/// Whose value is being loaded.
struct LoadedOwner {
    let engine: Engine
    let database: Database
    /// The entry of the key.
    let entry: Entry
}

extension ValueKind {
    /// The type of the values of this kind, when they are structures of their own.
    var largeType: (any LargeValue.Type)? {
        switch self {
        case .chainList: ListChain.self
        case .tableHash: TableHash.self
        case .tableSet: TableSet.self
        case .treeSortedSet: TreeSortedSet.self
        case .stream: StreamValue.self
        default: nil
        }
    }
}

/// A large value and what it is.
struct LargeValueRef: Equatable {
    let kind: ValueKind
    let address: UInt64

    init(_ kind: ValueKind, _ address: UInt64) {
        self.kind = kind
        self.address = address
    }

    /// The large value of an entry, or nil.
    init?(_ entry: Entry) {
        guard entry.valueKind.form == .structure else { return nil }
        self.init(entry.valueKind, entry.word)
    }

    /// The value itself. An existential, and so for what happens seldom; hot paths switch over
    /// `kind`.
    var value: any LargeValue {
        guard let type = kind.largeType else { preconditionFailure("not a large value") }
        return type.init(address: address)
    }
}

extension Engine {
    /// An empty large value of a kind, to be loaded; nil for other kinds.
    func makeLargeValue(_ kind: ValueKind) -> (any LargeValue)? {
        kind.largeType?.makeForLoading(self)
    }

    /// The word of a value that is one block of memory, made of its image in a snapshot; nil when
    /// the image is not sound.
    func makeFlatValue(_ kind: ValueKind, image: Bytes) -> UInt64? {
        switch kind {
        case .packedList, .packedHash, .packedSet:
            PackedList.make(image: image, in: memory)?.address
        case .integerSet: IntSet.make(image: image, in: memory)?.address
        case .packedSortedSet: makePackedSortedSet(image: image)?.address
        default: nil
        }
    }
}
