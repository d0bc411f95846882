// Dumped hashes: a number, and field and value in turn; the same with the time at which each field
// expires behind it, 8 bytes in Unix milliseconds, -1 for never; or a listpack, formerly a
// ziplist, of field and value in turn. Redis puts the earliest time before all that: in front of
// each field is how much later it expires, plus 1, or 0 for never; or its time, or 0, is third in
// a listpack.
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
        switch form {
        case .hash, .hashDeadlines:
            var fields: [DumpField] = []
            for _ in 0..<(try elementCount()) {
                var field = DumpField(name: try string(), value: try string())
                if form == .hashDeadlines { field.deadline = try deadline() }
                fields.append(field)
            }
            return fields
        case .hashRelativeDeadlines: return try relativeHash()
        case .hashDeadlineListpack:
            _ = try time()
            return try DumpReader.fields(try Listpack.elements(try blob()), stride: 3)
        case .hashListpack:
            return try DumpReader.fields(try Listpack.elements(try blob()), stride: 2)
        default: return try DumpReader.fields(try Ziplist.elements(try blob()), stride: 2)
        }
    }

    private mutating func relativeHash() throws(DumpError) -> [DumpField] {
        let earliest = try time()
        var fields: [DumpField] = []
        for _ in 0..<(try elementCount()) {
            let distance = try number()
            var field = DumpField(name: try string(), value: try string())
            if distance > 0 {
                guard let distance = Int64(exactly: distance), earliest >= 0,
                    distance <= Int64.max - earliest
                else { throw .badFormat }
                field.deadline = earliest + distance - 1
            }
            fields.append(field)
        }
        return fields
    }

    private static func fields(
        _ elements: [DumpString], stride step: Int
    ) throws(DumpError) -> [DumpField] {
        guard !elements.isEmpty, elements.count % step == 0 else { throw .badFormat }
        var fields: [DumpField] = []
        for index in stride(from: 0, to: elements.count, by: step) {
            var field = DumpField(name: elements[index], value: elements[index + 1])
            if step == 3 {
                guard case .integer(let time) = elements[index + 2], time >= 0 else {
                    throw .badFormat
                }
                field.deadline = time == 0 ? nil : time
            }
            fields.append(field)
        }
        return fields
    }
}
