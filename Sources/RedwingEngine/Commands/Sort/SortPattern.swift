// The patterns of SORT: from an element to the value of another key, or of a field of a hash.
import RedwingContainers

/// A pattern of BY or GET; a view of the argument.
struct SortPattern {
    /// Whether it stands for the element itself.
    let isElement: Bool
    /// Whether there is a place for the element; if not, the pattern leads nowhere.
    let hasStar: Bool
    private let prefix: Bytes
    private let suffix: Bytes
    private let field: Bytes?

    /// The pattern of an argument. As in Valkey star and arrow count only before the first zero
    /// byte.
    init(_ text: Bytes) {
        isElement = text == "#"
        let end = text.firstIndex(of: 0) ?? text.count
        guard let star = text.slice(0, end).firstIndex(of: UInt8(ascii: "*")) else {
            (hasStar, prefix, suffix, field) = (false, .empty, .empty, nil)
            return
        }
        hasStar = true
        prefix = text.slice(0, star)
        // An arrow without a field behind it belongs to the key.
        var arrow = star + 1
        while arrow + 2 < end,
            text[arrow] != UInt8(ascii: "-") || text[arrow + 1] != UInt8(ascii: ">")
        {
            arrow += 1
        }
        guard arrow + 2 < end else {
            suffix = text.slice(star + 1, text.count - star - 1)
            field = nil
            return
        }
        suffix = text.slice(star + 1, arrow - star - 1)
        field = text.slice(arrow + 2, text.count - arrow - 2)
    }

    /// What a pattern leads to, lent until the next write.
    enum Value {
        case string(Entry)
        case field(FieldValue)

        func withBytes<R>(_ body: (Bytes) -> R) -> R {
            switch self {
            case .string(let entry): entry.withString(body)
            case .field(let value): value.withBytes(body)
            }
        }
    }

    /// The value for an element, or nil. `key` is room for the key's name, and is overwritten.
    func value(
        _ engine: Engine, _ call: inout Call, for element: Bytes, _ key: inout ScratchBytes
    ) -> Value? {
        guard hasStar else { return nil }
        key.removeAll()
        key.append(prefix)
        key.append(element)
        key.append(suffix)
        guard let entry = engine.read(&call, key.bytes) else { return nil }
        guard let field else { return entry.type == .string ? .string(entry) : nil }
        guard entry.type == .hash else { return nil }
        let hash = HashValue(entry: entry, time: engine.fieldTime(call))
        return hash.value(field).map { .field($0) }
    }
}
