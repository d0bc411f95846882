// Reading hashes, packed ones and tables alike. Expired fields are as good as absent, except where
// only their number matters.
import RedwingContainers
import RedwingRESP

/// A hash as its key's entry holds it, lent until the next write.
struct HashValue {
    /// The entry of the key.
    let entry: Entry
    /// Fields whose time is not behind this, in Unix milliseconds, have not expired.
    let time: Int64

    /// Whether the fields are in a packed list.
    @inline(__always)
    var isPacked: Bool { entry.kind == ValueKind.packedHash.rawValue }

    /// The fields and values in turn, of a packed hash.
    @inline(__always)
    var list: PackedList { PackedList(address: entry.word) }

    /// The table, of a large hash.
    @inline(__always)
    var table: TableHash { TableHash(address: entry.word) }

    /// The number of fields, expired ones that are still there included.
    @inline(__always)
    var count: Int { isPacked ? list.count / 2 : table.count }

    /// Whether each field of the hash counts, because none of them expires.
    @inline(__always)
    var isPermanent: Bool { isPacked || table.deadlineCount == 0 }

    /// The value of a field, or nil.
    @inline(__always)
    func value(_ field: Bytes) -> FieldValue? {
        if isPacked {
            guard let cursor = list.find(field, stride: 2) else { return nil }
            return .element(list.element(at: list.next(after: cursor)))
        }
        return table.find(field, at: time).map { .entry($0) }
    }

    /// Calls `body` with each field that has not expired.
    @inline(__always)
    func forEachField(_ body: (FieldName, FieldValue) -> Void) {
        if isPacked {
            list.forEachPair { body(.element($0), .element($1)) }
        } else {
            table.fields.forEachEntry {
                if !$0.isExpiredField(at: time) { body(.entry($0), .entry($0)) }
            }
        }
    }

    /// The number of fields that have not expired.
    var liveCount: Int {
        if isPermanent { return count }
        var live = 0
        forEachField { _, _ in live += 1 }
        return live
    }
}

/// The name of a field, where it lies.
enum FieldName {
    case element(PackedElement)
    case entry(Entry)

    /// Lends the bytes to `body`.
    @inline(__always)
    func withBytes<R>(_ body: (Bytes) -> R) -> R {
        switch self {
        case .element(let element): element.withBytes(body)
        case .entry(let entry): body(entry.key)
        }
    }
}

/// The value of a field, where it lies.
enum FieldValue {
    case element(PackedElement)
    case entry(Entry)

    /// Lends the bytes to `body`.
    @inline(__always)
    func withBytes<R>(_ body: (Bytes) -> R) -> R {
        switch self {
        case .element(let element): element.withBytes(body)
        case .entry(let entry): entry.withString(body)
        }
    }

    /// The integer that the value spells, or nil.
    var integer: Int64? {
        switch self {
        case .element(let element): element.integer
        case .entry(let entry): entry.withString { $0.parseInteger() }
        }
    }

    /// The number of bytes.
    var count: Int {
        switch self {
        case .element(let element): element.byteCount
        case .entry(let entry): entry.stringCount
        }
    }

    /// When the field expires, in Unix milliseconds, or nil.
    var deadline: Int64? {
        switch self {
        case .element: nil
        case .entry(let entry): entry.fieldDeadline
        }
    }
}

extension ReplyWriter {
    /// The name of a field as a bulk.
    @inline(__always)
    func bulk(_ name: FieldName) {
        switch name {
        case .element(let element): bulk(element)
        case .entry(let entry): bulk(entry.key)
        }
    }

    /// The value of a field as a bulk.
    @inline(__always)
    func bulk(_ value: FieldValue) {
        switch value {
        case .element(let element): bulk(element)
        case .entry(let entry): string(entry)
        }
    }
}

extension Engine {
    /// The time by which fields are judged for this command.
    @inline(__always)
    func fieldTime(_ call: borrowing Call) -> Int64 { keepsExpired ? .min : call.now }
}
