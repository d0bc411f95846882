// Dumped sorted sets: a number, and members with their scores as doubles, the greatest first; a
// listpack, formerly a ziplist, of member and score in turn, the least first; or, oldest of all,
// scores as text behind one byte for its length, where 253, 254 and 255 are no number and the two
// infinities.
import RedwingContainers

extension DumpWriter {
    /// A sorted set.
    init(_ set: SortedSetValue) {
        guard set.isPacked else {
            self.init(.sortedSet)
            append(length: set.count)
            set.forEach(0..<set.count, .descending) { member, score in
                append(member)
                append(littleEndian: score.bitPattern)
            }
            return
        }
        self.init(.sortedSetListpack)
        var listpack = ListpackWriter()
        set.forEach { member, score in
            member.withBytes { listpack.append($0) }
            listpack.append(score: score)
        }
        append(listpack)
    }
}

extension DumpReader {
    mutating func sortedSet(_ form: DumpForm) throws(DumpError) -> [DumpMember] {
        var members: [DumpMember] = []
        switch form {
        case .sortedSet, .sortedSetText:
            for _ in 0..<(try elementCount()) {
                let name = try string()
                let score =
                    form == .sortedSet ? Double(bitPattern: try word()) : try scoreText()
                members.append(DumpMember(name: name, score: score))
            }
        default:
            let bytes = try blob()
            let elements =
                form == .sortedSetListpack
                ? try Listpack.elements(bytes) : try Ziplist.elements(bytes)
            guard !elements.isEmpty, elements.count % 2 == 0 else { throw .badFormat }
            for index in stride(from: 0, to: elements.count, by: 2) {
                let score = try DumpReader.score(elements[index + 1])
                members.append(DumpMember(name: elements[index], score: score))
            }
        }
        guard members.allSatisfy({ !$0.score.isNaN }) else { throw .badFormat }
        return members
    }

    private mutating func scoreText() throws(DumpError) -> Double {
        let count = try byte()
        switch count {
        case 253: return .nan
        case 254: return .infinity
        case 255: return -.infinity
        default: return try DumpReader.score(.text(try run(Int(count))))
        }
    }

    private static func score(_ string: DumpString) throws(DumpError) -> Double {
        switch string {
        case .integer(let integer): return Double(integer)
        case .text(let text):
            guard let score = text.parseDouble() else { throw .badFormat }
            return score
        }
    }
}
