// What the hash commands have in common in their arguments: the list of fields behind FIELDS, and
// times at which fields expire.
import RedwingContainers

extension ReplyError {
    static var fieldCount: Bytes {
        "ERR numfields should be greater than 0 and match the provided number of fields"
    }
}

extension Call {
    /// Fields behind `FIELDS numfields` as the third and fourth argument, up to the end. A wrong
    /// number is answered with `mismatch`.
    func fixedFields(mismatch: Bytes) -> Range<Int>? {
        guard self[2].isToken("fields") else {
            reply.error(ReplyError.syntax)
            return nil
        }
        return fields(behind: 3, each: 1, mismatch: mismatch)
    }

    /// The argument that is FIELDS, searched from `first` on; the last argument is none.
    func fieldsKeyword(from first: Int) -> Int? {
        var index = first
        while index < count - 1 {
            if self[index].isToken("fields") { return index }
            index += 1
        }
        return nil
    }

    /// Fields behind their number, the argument `index` (nil when there is none), up to the end;
    /// `each` arguments belong to a field.
    func fields(
        behind index: Int?, each: Int, mismatch: Bytes = ReplyError.fieldCount
    ) -> Range<Int>? {
        var number: Int64 = 0
        if let index {
            guard let parsed = self[index].parseInteger() else {
                reply.error(ReplyError.notInteger)
                return nil
            }
            number = parsed
        }
        let first = (index ?? 0) + 1
        guard number > 0, number <= count, Int(number) * each == count - first else {
            reply.error(mismatch)
            return nil
        }
        return first..<count
    }
}

extension Engine {
    /// The deadline that an argument states, in Unix milliseconds; answers the error itself and
    /// returns nil when it states none. Other than a key's, it may be 0.
    func fieldDeadline(_ call: inout Call, _ index: Int, _ unit: ExpiryUnit) -> Int64? {
        guard let stated = call.integer(index) else { return nil }
        var (time, overflow) = stated.multipliedReportingOverflow(by: unit.isSeconds ? 1000 : 1)
        if stated >= 0, !overflow, unit.isRelative {
            (time, overflow) = time.addingReportingOverflow(call.now)
        }
        if stated >= 0, !overflow { return time }
        let name = table.fullName(call.command)
        call.reply.error(text: "ERR invalid expire time in '\(name)' command")
        return nil
    }
}
