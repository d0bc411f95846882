// The library `struct`: values as bytes and back, by a format string.
import CLua
import RedwingContainers

/// `struct.pack`, `struct.unpack` and `struct.size`.
enum StructLibrary {
    static func pack(_ stack: LuaStack) -> LuaResult {
        guard let text = stack.bytes(1) else { return stack.badType(1, expected: "string") }
        var format = StructFormat(text)
        // Arguments that are missing are nil.
        _ = stack.reserve(2)
        stack.pushNil()
        var output: [UInt8] = []
        var argument: Int32 = 2
        do throws(StructFormatError) {
            while var option = try format.next() {
                output += repeatElement(0, count: format.padding(option, at: output.count))
                if option.integer != nil {
                    guard let number = stack.number(argument) else {
                        return stack.badType(argument, expected: "number")
                    }
                    put(unsigned(number), option.size, format.isBigEndian, &output)
                    argument += 1
                } else if option.is("x") {
                    output.append(0)
                } else if option.is("f") || option.is("d") {
                    guard let number = stack.number(argument) else {
                        return stack.badType(argument, expected: "number")
                    }
                    put(number, option.size, format.isBigEndian, &output)
                    argument += 1
                } else if option.is("c") || option.is("s") {
                    guard let bytes = stack.bytes(argument) else {
                        return stack.badType(argument, expected: "string")
                    }
                    argument += 1
                    if option.size == 0 { option.size = bytes.count }
                    guard bytes.count >= option.size else {
                        return stack.badArgument(argument, "string too short")
                    }
                    output.append(bytes.slice(0, option.size))
                    if option.is("s") { output.append(0) }
                } else {
                    try format.control(option)
                }
            }
        } catch { return failure(stack, error) }
        output.withBytes { stack.push($0) }
        return .values(1)
    }

    static func size(_ stack: LuaStack) -> LuaResult {
        guard let text = stack.bytes(1) else { return stack.badType(1, expected: "string") }
        var format = StructFormat(text)
        var position = 0
        do throws(StructFormatError) {
            while let option = try format.next() {
                position += format.padding(option, at: position)
                if option.is("s") {
                    return stack.badArgument(1, "option 's' has no fixed size")
                }
                if option.is("c"), option.size == 0 {
                    return stack.badArgument(1, "option 'c0' has no fixed size")
                }
                let letter = Character(UnicodeScalar(option.letter))
                if !letter.isASCII || !(letter.isLetter || letter.isNumber) {
                    try format.control(option)
                }
                position += option.size
            }
        } catch { return failure(stack, error) }
        stack.push(Double(position))
        return .values(1)
    }

    static func unpack(_ stack: LuaStack) -> LuaResult {
        guard let text = stack.bytes(1) else { return stack.badType(1, expected: "string") }
        guard let data = stack.bytes(2) else { return stack.badType(2, expected: "string") }
        var position = 0
        if stack.type(3) > LUA_TNIL {
            guard let number = stack.number(3) else {
                return stack.badType(3, expected: "number")
            }
            let start = ReplyEncoder.integer(number)
            guard start != 0 else {
                return stack.badArgument(3, "offset must be 1 or greater")
            }
            guard start > 0, start <= data.count + 1 else { return tooShort(stack) }
            position = Int(start) - 1
        }
        var reader = StructReader(stack: stack, data: data, position: position)
        var format = StructFormat(text)
        do throws(StructFormatError) {
            while let option = try format.next() {
                let padding = format.padding(option, at: reader.position)
                guard reader.skip(padding), reader.has(option.size) else { return tooShort(stack) }
                guard stack.reserve(2) else {
                    return stack.raiseHere("stack overflow (too many results)")
                }
                guard try reader.read(option, &format) else { return tooShort(stack) }
            }
        } catch { return failure(stack, error) }
        stack.push(Double(reader.position + 1))
        return .values(reader.count + 1)
    }

    private static func tooShort(_ stack: LuaStack) -> LuaResult {
        stack.badArgument(2, "data string too short")
    }

    private static func failure(_ stack: LuaStack, _ error: StructFormatError) -> LuaResult {
        switch error {
        case .text(let text): stack.raiseHere(text)
        case .badOption(let text): stack.badArgument(1, text)
        }
    }

    /// The bits of a number that is cut to an integer, as the machine's own conversion gives them.
    private static func unsigned(_ number: Double) -> UInt64 {
        if number < 0 { return UInt64(bitPattern: ReplyEncoder.integer(number)) }
        if number.isNaN { return 1 << 63 }
        return number < 0x1p64 ? UInt64(number) : 0
    }

    private static func put(
        _ value: UInt64, _ size: Int, _ isBigEndian: Bool, _ output: inout [UInt8]
    ) {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
        output += isBigEndian ? bytes.reversed() : bytes
    }

    private static func put(
        _ value: Double, _ size: Int, _ isBigEndian: Bool, _ output: inout [UInt8]
    ) {
        let bits = size == 4 ? UInt64(Float(value).bitPattern) : value.bitPattern
        put(bits, size, isBigEndian, &output)
    }
}

/// Takes packed data apart.
private struct StructReader {
    let stack: LuaStack
    let data: Bytes
    var position: Int
    /// Values that were pushed.
    var count: Int32 = 0

    func has(_ size: Int) -> Bool { size <= data.count && position <= data.count - size }

    mutating func skip(_ size: Int) -> Bool {
        guard has(size) else { return false }
        position += size
        return true
    }

    /// Reads what an option stands for; returns false when the data ends before.
    mutating func read(
        _ option: StructFormat.Option, _ format: inout StructFormat
    ) throws(StructFormatError) -> Bool {
        var size = option.size
        if let integer = option.integer {
            stack.push(self.integer(size, isSigned: integer.isSigned, format.isBigEndian))
            count += 1
        } else if option.is("f") || option.is("d") {
            let bits = self.bits(size, format.isBigEndian)
            stack.push(
                size == 4
                    ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
                    : Double(bitPattern: bits))
            count += 1
        } else if option.is("c") {
            if size == 0 {
                guard count > 0, let last = stack.number(-1) else {
                    throw .text("format 'c0' needs a previous size")
                }
                guard last >= 0, last <= Double(data.count) else { return false }
                size = Int(last)
                stack.pop()
                count -= 1
                guard has(size) else { return false }
            }
            stack.push(data.slice(position, size))
            count += 1
        } else if option.is("s") {
            let rest = data.slice(position, data.count - position)
            guard let end = rest.firstIndex(of: 0) else {
                throw .text("unfinished string in data")
            }
            stack.push(rest.slice(0, end))
            count += 1
            size = end + 1
        } else if !option.is("x") {
            try format.control(option)
        }
        position += size
        return true
    }

    private func bits(_ size: Int, _ isBigEndian: Bool) -> UInt64 {
        var bits: UInt64 = 0
        for index in 0..<size {
            let place = isBigEndian ? index : size - 1 - index
            bits = bits << 8 | UInt64(data[position + place])
        }
        return bits
    }

    private func integer(_ size: Int, isSigned: Bool, _ isBigEndian: Bool) -> Double {
        var bits = self.bits(size, isBigEndian)
        guard isSigned else { return Double(bits) }
        let mask = UInt64.max &<< UInt64(truncatingIfNeeded: size * 8 - 1)
        if bits & mask != 0 { bits |= mask }
        return Double(Int64(bitPattern: bits))
    }
}
