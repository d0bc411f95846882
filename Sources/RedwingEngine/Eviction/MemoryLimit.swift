// The memory limit: what counts for it, when it is looked at, and which commands it refuses.
//
// The gate compares the memory in use with `memoryCeiling` after each write, and the loop does once
// a turn; who finds it exceeded sets the restriction `memoryLimit`. So commands pay nothing while
// there is room; with the restriction each of them evicts before it runs, and the background work
// does in between, until memory is a little below the limit.
import RedwingContainers
import RedwingRESP

extension Engine {
    /// Bytes in use: data, and the buffers of clients.
    var usedBytes: Int { memory.usedBytes &+ memory.foreignBytes }

    /// Bytes that belong to no key any more and will be free without any eviction: values that are
    /// freed in slices, and those that a snapshot still has to write.
    var uncountedBytes: Int { graveyard.bytes }

    /// Whether memory is over the limit, be it only until the next slice of freeing.
    @inline(__always)
    var exceedsMemory: Bool { usedBytes > hot.value.memoryCeiling }

    /// Notes that memory may have come to exceed the limit.
    @inline(__always)
    func noticeMemory() {
        if exceedsMemory { restrictions.insert(.memoryLimit) }
    }

    /// Whether eviction has something to do in the background.
    var mayEvict: Bool {
        exceedsMemory && !eviction.value.hasFailed
            && restrictions.isDisjoint(with: [.loading, .paused, .importing])
            && usedBytes &- uncountedBytes > hot.value.memoryCeiling
    }

    /// Whether a command that needs memory would be refused: what scripts are told, too. As of the
    /// beginning of the command that runs.
    package var isOutOfMemory: Bool { eviction.value.hasFailed }

    /// Takes over what follows from the configuration.
    func refreshMemoryLimit() {
        let ceiling = configuration.maxMemory > 0 ? configuration.maxMemory : .max
        if ceiling < min(usedBytes, hot.value.memoryCeiling) {
            host?.log(
                "maxmemory is now \(ceiling) bytes, and \(usedBytes) are in use: keys will be "
                    + "evicted or commands refused, as maxmemory-policy says")
        }
        hot.value.memoryCeiling = ceiling
        eviction.value.clientCeiling = clientMemoryLimit ?? .max
        eviction.value.pool.removeAll()
        eviction.value.credit = 0
        eviction.value.hasFailed = false
        eviction.value.turnLimit = evictionTicks(tenacity: configuration.maxMemoryEvictionTenacity)
        if exceedsMemory { restrictions.insert(.memoryLimit) } else { note(.enough) }
    }

    /// Makes room before a command runs, as far as time permits. Whether the command may run;
    /// answers the error itself when not.
    func hasMemory(for call: inout Call, _ flags: CommandFlags) -> Bool {
        // What is part of a transaction or a script was looked at with the whole.
        guard !call.session.flags.contains(.neverWaits) else { return true }
        // In a pause the data stay as they are, and nobody is refused for that.
        guard !restrictions.contains(.paused) else { return true }
        guard evictForCommand() == .failed else { return true }
        guard flags.contains(.denyOOM) else { return true }
        return refuse(&call, ReplyError.outOfMemory)
    }

    /// Notes how the last attempt to get below the limit ended.
    func note(_ outcome: EvictionOutcome) {
        eviction.value.hasFailed = outcome == .failed
        if outcome == .enough {
            if !exceedsMemory { restrictions.remove(.memoryLimit) }
            if let since = eviction.value.exceededSince {
                eviction.value.exceededTime += now - since
                eviction.value.exceededSince = nil
            }
        } else if eviction.value.exceededSince == nil {
            eviction.value.exceededSince = now
        }
    }

    /// What MEMORY DOCTOR says of the limit.
    var memoryLimitFindings: [String] {
        guard configuration.maxMemory > 0 else { return [] }
        let policy = configuration.maxMemoryPolicy.rawValue
        if isOutOfMemory {
            return [
                "Memory is over maxmemory, and with the policy \(policy) nothing can be evicted: "
                    + "commands that need memory are refused."
            ]
        }
        guard eviction.value.exceededSince != nil else { return [] }
        return ["Memory is over maxmemory. Keys are being evicted (\(policy))."]
    }

    /// Milliseconds for which memory has been over the limit now, and in all.
    var exceededTimes: (current: Int64, total: Int64) {
        let current = eviction.value.exceededSince.map { now - $0 } ?? 0
        return (current, eviction.value.exceededTime + current)
    }
}

extension ReplyError {
    package static var outOfMemory: Bytes {
        "OOM command not allowed when used memory > 'maxmemory'."
    }
}
