// Errors that quote what a client sent. An error is one line of text, so what is quoted ends at a
// zero byte, and its line breaks become blanks; all other bytes come back as they were.
import RedwingContainers

extension ReplyWriter {
    /// An error that quotes an argument, or its first `limit` bytes, between two texts.
    public func error(
        _ before: Bytes, quoting argument: Bytes, limit: Int = Int.max, _ after: Bytes = ""
    ) {
        var text = before.array
        text.append(quoting: argument, limit: limit)
        text += after.array
        error(bytes: text)
    }

    /// An error given by its bytes; line breaks become blanks.
    public func error(bytes text: [UInt8]) {
        var clean = text
        for index in clean.indices where clean[index] == 0x0d || clean[index] == 0x0a {
            clean[index] = 0x20
        }
        clean.withBytes { error($0) }
    }
}

extension [UInt8] {
    /// Appends the first `limit` bytes of `argument`, as far as its first zero byte.
    public mutating func append(quoting argument: Bytes, limit: Int = Int.max) {
        let cut = argument.slice(0, Swift.min(argument.count, limit))
        self += cut.slice(0, cut.firstIndex(of: 0) ?? cut.count).array
    }
}
