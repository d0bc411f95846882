// How many different elements a HyperLogLog has seen. The estimator is the one of Otmar Ertl, "New
// cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284, with the steps in
// the order that Valkey takes them in, so that the last bits agree, too.

/// How many registers have each of the numbers 0 to 63; lent to the body of `with`.
struct RegisterHistogram {
    private let counts: UnsafeMutablePointer<Int32>

    static func with<R>(_ body: (RegisterHistogram) -> R) -> R {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 4 * 64) { buffer in
            buffer.initialize(repeating: 0)
            // The capacity is a constant above zero, so the buffer has a base.
            return body(RegisterHistogram(counts: buffer.baseAddress.unsafelyUnwrapped))
        }
    }

    @inline(__always)
    func add(_ value: UInt8, count: Int) {
        counts[Int(value & 63)] &+= Int32(truncatingIfNeeded: count)
    }

    /// Counts eight registers, a byte each. Neighbours are often equal: four counts of each number
    /// spare waiting for the one before.
    @inline(__always)
    func add(_ registers: UInt64) {
        for place in 0..<8 {
            let value = Int(registers &>> UInt64(8 &* place) & 63)
            counts[(place & 3) &* 64 &+ value] &+= 1
        }
    }

    private func count(_ value: Int) -> Double {
        Double(counts[value] + counts[64 + value] + counts[128 + value] + counts[192 + value])
    }

    var estimate: UInt64 {
        let total = Double(HyperLogLog.registerCount)
        let highest = HyperLogLog.patternBits + 1
        var sum = total * tau((total - count(highest)) / total)
        for value in (1..<highest).reversed() {
            sum += count(value)
            sum *= 0.5
        }
        sum += total * sigma(count(0) / total)
        let alpha = 0.721347520444481703680
        let estimate = (alpha * total * total / sum).rounded(.toNearestOrAwayFromZero)
        // Only a forged HyperLogLog has registers that lead out of the range.
        guard let integer = Int64(exactly: estimate) else { return 1 << 63 }
        return UInt64(bitPattern: integer)
    }

    private func sigma(_ start: Double) -> Double {
        guard start != 1 else { return .infinity }
        var power = start
        var factor = 1.0
        var sum = start
        var before: Double
        repeat {
            power *= power
            before = sum
            sum += power * factor
            factor += factor
        } while before != sum
        return sum
    }

    private func tau(_ start: Double) -> Double {
        guard start != 0, start != 1 else { return 0 }
        var root = start
        var factor = 1.0
        var sum = 1 - start
        var before: Double
        repeat {
            root = root.squareRoot()
            before = sum
            factor *= 0.5
            sum -= (1 - root) * (1 - root) * factor
        } while before != sum
        return sum / 3
    }
}

extension HyperLogLog {
    /// The number of different elements, computed anew; nil when the runs of a sparse one make no
    /// whole.
    public var estimate: UInt64? {
        RegisterHistogram.with { histogram in
            guard encoding == .dense else {
                let isWhole = forEachRun { value, count in histogram.add(value, count: count) }
                return isWhole ? histogram.estimate : nil
            }
            for group in 0..<HyperLogLog.registerCount / 8 {
                histogram.add(denseWord(group))
            }
            return histogram.estimate
        }
    }
}
