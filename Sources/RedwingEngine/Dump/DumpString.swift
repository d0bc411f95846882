// Dumped strings: the string.
import RedwingContainers

extension DumpWriter {
    /// A string value.
    init(string entry: Entry) {
        self.init(.string)
        if entry.valueKind == .integerString {
            append(string: Int64(bitPattern: entry.word))
        } else {
            entry.withString { append(string: $0) }
        }
    }
}
