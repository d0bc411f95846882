// MEMORY: what keys take, and where the rest goes.
import RedwingContainers

enum MemoryCommands {
    /// `MEMORY USAGE key [SAMPLES count]`: the count changes nothing, since no estimate is needed.
    static func usage(_ engine: Engine, _ call: inout Call) {
        var index = 3
        while index < call.count {
            guard call[index].isToken("samples"), index + 1 < call.count else {
                return call.reply.error(ReplyError.syntax)
            }
            guard let number = call.integer(index + 1) else { return }
            guard number >= 0 else { return call.reply.error(ReplyError.syntax) }
            index += 2
        }
        guard let entry = engine.peek(&call, call[2]) else { return call.reply.null() }
        call.reply.integer(engine.memoryUsage(of: entry))
    }

    static func purge(_ engine: Engine, _ call: inout Call) {
        engine.memory.releaseEmptySlabs()
        call.reply.ok()
    }

    /// `MEMORY MALLOC-STATS`: what the allocator has, size class by size class.
    static func mallocStats(_ engine: Engine, _ call: inout Call) {
        let figures = engine.memory.statistics
        var text = "Slabs of \(SlabLayout.slabSize) bytes, in use by size of their blocks:\n"
        text += "      size     slabs    blocks  capacity      bytes\n"
        for row in figures.classes {
            let cells = [row.blockSize, row.slabs, row.blocks, row.capacity]
            text += cells.map { padded($0, 10) }.joined()
            text += padded(row.blocks * row.blockSize, 11) + "\n"
        }
        text += "Empty slabs: \(figures.emptySlabs)\n"
        text += "Blocks above \(SlabLayout.maxSlabBlock) bytes: \(figures.largeBytes) bytes\n"
        text += "Handed out: \(engine.memory.usedBytes) bytes\n"
        text += "Held: \(engine.memory.committedBytes) bytes\n"
        text += "Address space: \(figures.mappedBytes) bytes\n"
        text.withBytes { call.reply.verbatim($0) }
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: " ", count: max(1, width - digits.count)) + digits
    }

    static func stats(_ engine: Engine, _ call: inout Call) {
        let figures = MemoryFigures(engine, engine.host?.facts() ?? HostFacts())
        let keys = engine.databases.reduce(0) { $0 + $1.count }
        let perKey = keys > 0 ? (figures.used - figures.startup) / keys : 0
        let used = engine.databases.filter { $0.count > 0 }
        let reply = call.reply
        reply.map(24 + used.count)
        func add(_ name: Bytes, _ value: Int) {
            reply.bulk(name)
            reply.integer(value)
        }
        func add(_ name: Bytes, _ value: Double) {
            reply.bulk(name)
            reply.double(value)
        }
        add("peak.allocated", figures.peak)
        add("total.allocated", figures.used)
        add("startup.allocated", figures.startup)
        add("replication.backlog", 0)
        add("clients.slaves", 0)
        add("clients.normal", figures.clients)
        add("cluster.links", 0)
        add("aof.buffer", 0)
        let scripts = engine.scriptBytes()
        add("lua.caches", scripts.scripts)
        add("functions.caches", scripts.functions)
        for database in used {
            reply.bulk(text: "db.\(database.value.index)")
            reply.map(2)
            add("overhead.hashtable.main", database.value.table.overheadBytes)
            add(
                "overhead.hashtable.expires",
                database.value.deadlines.bytes + database.value.fieldDeadlines.bytes)
        }
        add("overhead.total", figures.overhead)
        add("keys.count", keys)
        add("keys.bytes-per-key", max(0, perKey))
        add("dataset.bytes", figures.dataset)
        add("dataset.percentage", figures.datasetPercentage)
        add("peak.percentage", figures.peakPercentage)
        add("allocator.allocated", figures.used)
        add("allocator.active", figures.committed)
        add("allocator.resident", figures.committed)
        add("allocator-fragmentation.ratio", figures.fragmentation)
        add("allocator-fragmentation.bytes", figures.committed - figures.used)
        add("rss-overhead.bytes", figures.resident - figures.committed)
        add("fragmentation", figures.residentRatio)
        add("fragmentation.bytes", figures.resident - figures.used)
    }

    static func doctor(_ engine: Engine, _ call: inout Call) {
        let figures = MemoryFigures(engine, engine.host?.facts() ?? HostFacts())
        var findings: [String] = []
        if figures.used < 5 << 20, engine.memoryLimitFindings.isEmpty {
            findings.append("There is too little data to say anything about its memory.")
        } else {
            if figures.peakPercentage < 66 {
                findings.append(
                    "There was much more data once (\(InfoText.human(figures.peak))), which the "
                        + "process may still hold. MEMORY PURGE gives unused memory back.")
            }
            if figures.fragmentation > 1.4 {
                findings.append(
                    "Free blocks between the data take "
                        + "\(InfoText.human(figures.committed - figures.used)). They serve new "
                        + "data of the same sizes.")
            }
            findings += engine.memoryLimitFindings
            if figures.clients > figures.used / 4 {
                findings.append(
                    "Buffers of clients take \(InfoText.human(figures.clients)). CLIENT LIST "
                        + "shows which (tot-mem).")
            }
            if figures.resident > figures.committed * 2 {
                findings.append("The process takes far more memory than its data.")
            }
            if findings.isEmpty { findings.append("No problems with memory were found.") }
        }
        let text = findings.joined(separator: "\n") + "\n"
        text.withBytes { call.reply.verbatim($0) }
    }

    static func help(_ engine: Engine, _ call: inout Call) {
        call.help(
            "MEMORY",
            [
                "DOCTOR", "    Say in words what is wrong with the memory.",
                "MALLOC-STATS", "    Show what the allocator has, by size of blocks.",
                "PURGE", "    Give memory that is not used back to the system.",
                "STATS", "    Answer where the memory goes.",
                "USAGE <key> [SAMPLES <count>]",
                "    Answer the bytes that a key takes with its value. They are counted, not",
                "    estimated: <count> makes no difference.",
            ])
    }
}
