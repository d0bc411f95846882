// Integers of 1 to 64 bits at any bit offset of a byte string, most significant bit first, and
// their arithmetic with the three ways to deal with overflow.

/// An integer type of BITFIELD.
@frozen
public struct BitFieldType: Equatable {
    /// Whether it has a sign, in two's complement.
    public let isSigned: Bool
    /// Its width: 1 to 64, without a sign to 63.
    public let width: Int

    /// A type of these properties.
    public init(isSigned: Bool, width: Int) {
        self.isSigned = isSigned
        self.width = width
    }

    /// The largest number.
    public var max: Int64 {
        let bits = isSigned ? width - 1 : width
        return bits >= 63 ? .max : 1 &<< Int64(bits) &- 1
    }

    /// The smallest number.
    public var min: Int64 { isSigned ? -max - 1 : 0 }

    /// The number that the low `width` bits of `bits` stand for.
    public func wrap(_ bits: Int64) -> Int64 {
        let unused = Int64(64 - width)
        guard !isSigned else { return (bits &<< unused) &>> unused }
        return Int64(bitPattern: (UInt64(bitPattern: bits) &<< UInt64(unused)) &>> UInt64(unused))
    }
}

/// What becomes of a number that does not fit its type.
public enum BitFieldOverflow {
    /// It wraps around.
    case wrap
    /// It becomes the nearest one that fits.
    case saturate
    /// There is none.
    case fail
}

extension BitFieldType {
    /// `value`, made to fit; nil if it does not and `overflow` is `.fail`.
    ///
    /// A negative number is above all others to a type without a sign, because it is taken for
    /// the large one with the same bits; and so is one so far below a type with a sign that their
    /// distance has no 64 bits, because Valkey finds it there.
    public func fit(_ value: Int64, _ overflow: BitFieldOverflow) -> Int64? {
        if value >= min, value <= max { return value }
        let isAbove = !isSigned || value > max || max.subtractingReportingOverflow(value).overflow
        return replace(value, isAbove: isAbove, overflow)
    }

    /// The sum of `value`, which fits, and `increment`, made to fit; nil if it does not and
    /// `overflow` is `.fail`.
    public func add(
        _ value: Int64, _ increment: Int64, _ overflow: BitFieldOverflow
    ) -> Int64? {
        let (sum, carried) = value.addingReportingOverflow(increment)
        if !carried, sum >= min, sum <= max { return sum }
        return replace(sum, isAbove: increment > 0, overflow)
    }

    private func replace(
        _ value: Int64, isAbove: Bool, _ overflow: BitFieldOverflow
    ) -> Int64? {
        switch overflow {
        case .wrap: wrap(value)
        case .saturate: isAbove ? max : min
        case .fail: nil
        }
    }
}

extension Bytes {
    /// The integer of `type` at a bit offset; bits behind the end are zero.
    public func field(_ type: BitFieldType, at offset: Int) -> Int64 {
        let first = offset &>> 3
        let size = (offset & 7 + type.width + 7) &>> 3
        var bits: UInt128 = 0
        for index in first..<first + size {
            bits = bits &<< 8 | UInt128(index < count ? base[index] : 0)
        }
        bits &>>= UInt128(size &* 8 &- offset & 7 &- type.width)
        return type.wrap(Int64(truncatingIfNeeded: bits))
    }
}

extension MutableBytes {
    /// Stores the low bits of `value` as an integer of `type` at a bit offset; all of it must lie
    /// within.
    public func setField(_ type: BitFieldType, at offset: Int, to value: Int64) {
        let first = offset &>> 3
        let size = (offset & 7 + type.width + 7) &>> 3
        let shift = UInt128(size &* 8 &- offset & 7 &- type.width)
        let mask = (UInt128(1) &<< UInt128(type.width) &- 1) &<< shift
        var bits: UInt128 = 0
        for index in first..<first + size { bits = bits &<< 8 | UInt128(self[index]) }
        bits = bits & ~mask | UInt128(truncatingIfNeeded: value) &<< shift & mask
        for index in (first..<first + size).reversed() {
            self[index] = UInt8(truncatingIfNeeded: bits)
            bits &>>= 8
        }
    }
}
