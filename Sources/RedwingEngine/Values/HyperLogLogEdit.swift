// Changing HyperLogLogs, which are strings. Works on slots that hold one.
import RedwingContainers

extension Engine {
    /// Stores an empty HyperLogLog under a key that does not exist.
    func createHyperLogLog(_ slot: inout Slot) {
        HyperLogLog.empty.withBytes { empty in
            editString(&slot, count: empty.count).overwrite(at: 0, with: empty)
        }
    }

    /// Raises a register to a mark; returns whether it was below, nil when the HyperLogLog is
    /// corrupt.
    func raise(_ slot: inout Slot, _ mark: HyperLogLog.Mark) -> Bool? {
        guard let entry = slot.entry else { return nil }
        let limit = configuration.hllSparseMaxBytes
        let step = entry.withString { bytes -> HyperLogLog.SparseStep? in
            guard let log = HyperLogLog(bytes) else { return .corrupt }
            return log.encoding == .sparse ? log.sparseStep(mark, limit: limit) : nil
        }
        let count = entry.stringCount
        switch step {
        case .none?: return false
        case .corrupt: return nil
        case .promote:
            guard makeDense(&slot) else { return nil }
            return editString(&slot, count: HyperLogLog.denseSize).raiseDense(mark)
        case .edit(let edit):
            let bytes = editString(&slot, count: max(count, count + edit.growth))
            let newCount = bytes.applySparse(edit, oldCount: count)
            if newCount < bytes.count { _ = editString(&slot, count: newCount) }
            return true
        case nil:
            return editString(&slot, count: count).raiseDense(mark)
        }
    }

    /// Turns a sparse HyperLogLog into a dense one; false when it is corrupt.
    func makeDense(_ slot: inout Slot) -> Bool {
        guard let entry = slot.entry else { return false }
        return OpenRegisters.with { registers in
            let isWhole = entry.withString { bytes in
                HyperLogLog(bytes).map { registers.raise(to: $0) } ?? false
            }
            guard isWhole else { return false }
            editString(&slot, count: HyperLogLog.denseSize).packDense(registers)
            return true
        }
    }

    /// Notes that the estimate which the HyperLogLog carries is outdated.
    func forgetCount(_ slot: inout Slot) {
        guard let entry = slot.entry else { return }
        editString(&slot, count: entry.stringCount).forgetHyperLogLogCount()
    }

    /// Raises the HyperLogLog to `registers`, which are nowhere below its own, and makes it dense
    /// if asked to or if it has to be.
    func store(_ slot: inout Slot, _ registers: OpenRegisters, isDense: Bool) {
        if isDense {
            editString(&slot, count: HyperLogLog.denseSize).packDense(registers)
        } else {
            for index in 0..<HyperLogLog.registerCount where registers[index] > 0 {
                _ = raise(&slot, HyperLogLog.Mark(register: index, value: registers[index]))
            }
        }
        forgetCount(&slot)
    }
}
