// Dumped lists. The form that is written: the number of nodes; of each a 2 and a listpack, or a 1
// and a long element. The older ones: a number and strings, a ziplist, or a number and ziplists.
import RedwingContainers

/// What a node of a list is.
private enum DumpNode {
    static let long: UInt64 = 1
    static let listpack: UInt64 = 2
}

extension DumpWriter {
    /// A list.
    init(_ list: ListValue) {
        self.init(.listNodes)
        append(length: list.isPacked ? 1 : list.chain.nodeCount)
        list.forEachRun(0..<list.count) { run in
            switch run {
            case .packed(let run):
                append(number: DumpNode.listpack)
                var listpack = ListpackWriter()
                var offset = 0
                for _ in 0..<run.count {
                    listpack.append(run.element(at: offset))
                    offset = run.next(after: offset)
                }
                append(listpack)
            case .large(let string):
                append(number: DumpNode.long)
                append(blob: string.bytes)
            }
        }
    }
}

extension DumpReader {
    mutating func list(_ form: DumpForm) throws(DumpError) -> [DumpString] {
        var elements: [DumpString] = []
        switch form {
        case .list: elements = try strings(try elementCount())
        case .listZiplist: elements = try Ziplist.elements(try blob())
        case .listZiplists:
            for _ in 0..<(try elementCount()) { elements += try Ziplist.elements(try blob()) }
        default:
            for _ in 0..<(try elementCount()) {
                switch try number() {
                case DumpNode.long: elements.append(try string())
                case DumpNode.listpack: elements += try Listpack.elements(try blob())
                default: throw .badFormat
                }
            }
        }
        guard !elements.isEmpty else { throw .badFormat }
        return elements
    }
}
