// Dumped hashes: a number, and field and value in turn; the same with the time at which each field
// expires behind it, 8 bytes in Unix milliseconds, -1 for never; or a listpack, formerly a ziplist,
// of field and value in turn.
import RedwingContainers

extension DumpWriter {
    /// A hash.
    init(_ hash: HashValue) {
        if hash.isPacked {
            self.init(.hashListpack)
            var listpack = ListpackWriter()
            for element in hash.list { listpack.append(element) }
            append(listpack)
            return
        }
        let hasDeadlines = !hash.isPermanent
        self.init(hasDeadlines ? .hashDeadlines : .hash)
        append(length: hash.count)
        hash.forEachField { name, value in
            name.withBytes { append(string: $0) }
            value.withBytes { append(string: $0) }
            if hasDeadlines { append(littleEndian: value.deadline ?? -1) }
        }
    }
}

extension DumpReader {
    mutating func hash(_ form: DumpForm) throws(DumpError) -> [DumpField] {
        var fields: [DumpField] = []
        switch form {
        case .hash, .hashDeadlines:
            for _ in 0..<(try elementCount()) {
                var field = DumpField(name: try string(), value: try string())
                if form == .hashDeadlines { field.deadline = try deadline() }
                fields.append(field)
            }
        default:
            let bytes = try blob()
            let elements =
                form == .hashListpack
                ? try Listpack.elements(bytes) : try Ziplist.elements(bytes)
            guard !elements.isEmpty, elements.count % 2 == 0 else { throw .badFormat }
            for index in stride(from: 0, to: elements.count, by: 2) {
                fields.append(DumpField(name: elements[index], value: elements[index + 1]))
            }
        }
        return fields
    }
}
