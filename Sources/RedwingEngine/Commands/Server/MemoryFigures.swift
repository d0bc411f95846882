// Where the memory goes: the figures behind INFO memory and MEMORY STATS, and the size of one key.
import RedwingContainers

/// Figures of memory, in bytes where nothing else is said.
struct MemoryFigures {
    /// What the allocator has handed out.
    let used: Int
    /// What it holds, free blocks included.
    let committed: Int
    let peak: Int
    let startup: Int
    /// Tables and indexes without entries and values, and buffers of clients.
    let overhead: Int
    /// Buffers and state of the connections.
    let clients: Int
    /// What the process occupies, as the system says; without a host, what the allocator holds.
    let resident: Int

    init(_ engine: Engine, _ facts: HostFacts) {
        used = engine.usedBytes
        committed = engine.memory.committedBytes + engine.memory.foreignBytes
        peak = max(engine.observability.peakMemory, used)
        startup = engine.startupMemory
        overhead = engine.databases.reduce(engine.memory.foreignBytes) {
            $0 + $1.value.table.overheadBytes + $1.value.deadlines.bytes
                + $1.value.fieldOwners.overheadBytes + $1.value.fieldDeadlines.bytes
        }
        clients = engine.sessions.values.reduce(0) { $0 + ($1.transport?.memory ?? 0) }
        resident = facts.residentBytes > 0 ? facts.residentBytes : committed
    }

    var dataset: Int { max(0, used - overhead) }

    /// The data's part of what came since the start.
    var datasetPercentage: Double {
        let net = used - startup
        return net > 0 ? min(100, Double(dataset) * 100 / Double(net)) : 0
    }

    var peakPercentage: Double { peak > 0 ? Double(used) * 100 / Double(peak) : 0 }
    var fragmentation: Double { used > 0 ? Double(committed) / Double(used) : 0 }
    var residentRatio: Double { used > 0 ? Double(resident) / Double(used) : 0 }
}

extension Engine {
    /// What a key takes with its value, in bytes of the allocator. Exact: collections count their
    /// own bytes.
    func memoryUsage(of entry: Entry) -> Int {
        SlabLayout.rounded(entry.size) + valueBytes(entry)
    }
}
