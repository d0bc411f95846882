// Dumped sets: a number and strings; a listpack; or integers in order, all of 2, 4 or 8 bytes,
// behind their width and their number of 4 bytes each.
import RedwingContainers

extension DumpWriter {
    /// A set.
    init(_ set: SetValue) {
        if set.isTable {
            self.init(.set)
            append(length: set.count)
            set.forEachMember { append($0) }
        } else if set.isPacked {
            self.init(.setListpack)
            var listpack = ListpackWriter()
            for element in set.list { listpack.append(element) }
            append(listpack)
        } else {
            self.init(.setIntegers)
            DumpWriter.bytes(of: set.integers).withBytes { append(blob: $0) }
        }
    }

    private static func bytes(of set: IntSet) -> [UInt8] {
        let width = set.usedWidth
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: width))
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: set.count))
        for integer in set {
            switch width {
            case 2: bytes.append(littleEndian: Int16(truncatingIfNeeded: integer))
            case 4: bytes.append(littleEndian: Int32(truncatingIfNeeded: integer))
            default: bytes.append(littleEndian: integer)
            }
        }
        return bytes
    }
}

extension IntSet {
    /// The bytes that each integer takes.
    fileprivate var usedWidth: Int { count > 0 ? (usedBytes - IntSet.empty) / count : 2 }

    /// What a set without integers takes.
    private static let empty = 8
}

extension DumpReader {
    mutating func set(_ form: DumpForm) throws(DumpError) -> [DumpString] {
        let members: [DumpString]
        switch form {
        case .set: members = try strings(try elementCount())
        case .setListpack: members = try Listpack.elements(try blob())
        default: members = try DumpReader.integers(try blob())
        }
        guard !members.isEmpty else { throw .badFormat }
        return members
    }

    private static func integers(_ bytes: Bytes) throws(DumpError) -> [DumpString] {
        var position = 0
        let width = Int(try bytes.take(UInt32.self, &position))
        let count = Int(try bytes.take(UInt32.self, &position))
        guard [2, 4, 8].contains(width), bytes.count - position == width * count else {
            throw .badFormat
        }
        var members: [DumpString] = []
        var last: Int64?
        for _ in 0..<count {
            let integer: Int64
            switch width {
            case 2: integer = Int64(try bytes.take(Int16.self, &position))
            case 4: integer = Int64(try bytes.take(Int32.self, &position))
            default: integer = try bytes.take(Int64.self, &position)
            }
            if let last, last >= integer { throw .badFormat }
            last = integer
            members.append(.integer(integer))
        }
        return members
    }
}
