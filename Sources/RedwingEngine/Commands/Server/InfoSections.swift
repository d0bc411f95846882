// What the engine says of itself in INFO, section by section, under the names that tools read.
import RedwingContainers

extension Engine {
    /// The text of some sections of INFO.
    func info(_ sections: [InfoSection]) -> String {
        observability.peakMemory = max(observability.peakMemory, usedBytes)
        let facts = host?.facts() ?? HostFacts()
        var out = InfoText()
        for section in sections {
            out.begin(section)
            switch section {
            case .server: serverInfo(&out, facts)
            case .tls: tlsInfo(&out, facts.certificates)
            case .clients: clientsInfo(&out)
            case .memory: memoryInfo(&out, facts)
            case .persistence: persistenceInfo(&out)
            case .stats: statsInfo(&out)
            case .replication: replicationInfo(&out)
            case .cpu: cpuInfo(&out, facts)
            case .modules: break
            case .commandstats: commandInfo(&out)
            case .errorstats:
                for (code, count) in observability.errors.sorted(by: { $0.key < $1.key }) {
                    out.add("errorstat_\(code)", "count=\(count)")
                }
            case .latencystats: latencyInfo(&out)
            case .cluster: out.add("cluster_enabled", 0)
            case .keyspace: keyspaceInfo(&out)
            case .keysizes:
                for (database, sizes) in keySizes() {
                    for line in sizes.lines { out.add("db\(database)_\(line.name)", line.text) }
                }
            }
            for source in observability.infoSources where source.section == section {
                source.write(&out)
            }
        }
        return out.text
    }

    private func serverInfo(_ out: inout InfoText, _ facts: HostFacts) {
        let uptime = max(0, (now - startedAt) / 1000)
        out.add("redis_version", Bytes(EngineVersion.compatible).string)
        out.add("server_name", "redwing")
        out.add("redwing_version", Bytes(EngineVersion.own).string)
        out.add("redis_mode", "standalone")
        out.add("server_mode", "standalone")
        out.add("os", facts.operatingSystem)
        out.add("arch_bits", Int.bitWidth)
        out.add("multiplexing_api", "epoll")
        out.add("gcc_version", facts.compiler)
        out.add("process_id", facts.processID)
        out.add("run_id", observability.runID)
        out.add("tcp_port", facts.port)
        out.add("server_time_usec", now * 1000)
        out.add("uptime_in_seconds", uptime)
        out.add("uptime_in_days", uptime / 86400)
        out.add("hz", configuration.hz)
        out.add("configured_hz", configuration.hz)
        out.add("lru_clock", now / 1000 & 0xff_ffff)
        out.add("executable", facts.executable)
        out.add("config_file", facts.configurationFile)
        for listener in facts.listeners { out.add("listener\(listener.number)", listener.text) }
    }

    private func tlsInfo(_ out: inout InfoText, _ certificates: HostFacts.Certificates) {
        let all = [
            ("server", certificates.server), ("client", nil), ("ca", certificates.authority),
        ]
        for (name, certificate) in all {
            let seconds = certificate.map { $0.expires - now / 1000 }
            out.add("tls_\(name)_cert_serial", certificate?.serial ?? "none")
            out.add("tls_\(name)_cert_expires_in_seconds", seconds ?? 0)
        }
    }

    private func clientsInfo(_ out: inout InfoText) {
        let connected = sessions.values.filter { $0.transport != nil }
        let pending = connected.map { $0.transport?.pendingReplyBytes ?? 0 }
        let input = connected.map { $0.transport?.queryBuffer.used ?? 0 }
        out.add("connected_clients", connected.count)
        out.add("cluster_connections", 0)
        out.add("maxclients", configuration.maxClients)
        out.add("client_recent_max_input_buffer", input.max() ?? 0)
        out.add("client_recent_max_output_buffer", pending.max() ?? 0)
        out.add("blocked_clients", waitRoom.count + pauseRoom.count)
        out.add("tracking_clients", tracking.value.clientCount)
        out.add("pubsub_clients", pubSub.clientCount)
        out.add("watching_clients", watchRoom.clientCount)
        out.add("clients_in_timeout_table", waitRoom.timedCount)
        out.add("total_watched_keys", watchRoom.keyCount)
        out.add("total_blocking_keys", waitRoom.keyCount)
        out.add("total_blocking_keys_on_nokey", waitRoom.keyCountOnDeletion)
        let isPaused = restrictions.contains(.paused) && now < pauseRoom.deadline
        out.add("paused_reason", isPaused ? "client_pause" : "none")
        out.add("paused_actions", isPaused ? pauseRoom.includesReads ? "all" : "write" : "none")
        out.add("paused_timeout_milliseconds", isPaused ? pauseRoom.deadline - now : 0)
    }

    private func memoryInfo(_ out: inout InfoText, _ facts: HostFacts) {
        let figures = MemoryFigures(self, facts)
        out.addBytes("used_memory", figures.used)
        out.addBytes("used_memory_rss", figures.resident)
        out.addBytes("used_memory_peak", figures.peak)
        out.add("used_memory_peak_perc", InfoText.fixed(figures.peakPercentage, 2) + "%")
        out.add("used_memory_overhead", figures.overhead)
        out.add("used_memory_startup", figures.startup)
        out.add("used_memory_dataset", figures.dataset)
        out.add("used_memory_dataset_perc", InfoText.fixed(figures.datasetPercentage, 2) + "%")
        out.add("allocator_allocated", figures.used)
        out.add("allocator_active", figures.committed)
        out.add("allocator_resident", figures.committed)
        out.addBytes("total_system_memory", facts.systemBytes)
        out.addBytes("maxmemory", configuration.maxMemory)
        out.add("maxmemory_policy", configuration.maxMemoryPolicy.rawValue)
        out.add("allocator_frag_ratio", InfoText.fixed(figures.fragmentation, 2))
        out.add("allocator_frag_bytes", figures.committed - figures.used)
        out.add("mem_fragmentation_ratio", InfoText.fixed(figures.residentRatio, 2))
        out.add("mem_fragmentation_bytes", figures.resident - figures.used)
        out.add("mem_not_counted_for_evict", uncountedBytes)
        out.add("mem_replication_backlog", 0)
        out.add("mem_total_replication_buffers", 0)
        out.add("mem_clients_slaves", 0)
        out.add("mem_clients_normal", figures.clients)
        out.add("mem_cluster_links", 0)
        out.add("mem_aof_buffer", 0)
        out.add("mem_allocator", "redwing-slab")
        out.add("active_defrag_running", 0)
        out.add("lazyfree_pending_objects", graveyard.count)
    }

    private func persistenceInfo(_ out: inout InfoText) {
        out.add("loading", restrictions.contains(.loading) ? 1 : 0)
        out.add("async_loading", 0)
        let progress = walkProgress
        out.add("current_save_keys_processed", progress.done)
        out.add("current_save_keys_total", progress.total)
        out.add("rdb_changes_since_last_save", dirty)
    }

    private func statsInfo(_ out: inout InfoText) {
        out.add("total_connections_received", statistics.connections)
        out.add("total_commands_processed", statistics.commands)
        let rates = observability
        out.add("instantaneous_ops_per_sec", Int(rates.commandRate.perSecond))
        let traffic = self.traffic
        out.add("total_net_input_bytes", traffic.received)
        out.add("total_net_output_bytes", traffic.sent)
        out.add(
            "instantaneous_input_kbps", InfoText.fixed(rates.inputRate.perSecond / 1024, 2))
        out.add(
            "instantaneous_output_kbps", InfoText.fixed(rates.outputRate.perSecond / 1024, 2))
        out.add("rejected_connections", statistics.rejectedConnections)
        for name in ["sync_full", "sync_partial_ok", "sync_partial_err"] { out.add(name, 0) }
        out.add("expired_keys", statistics.expiredKeys)
        out.add("expired_fields", statistics.expiredFields)
        out.add("evicted_keys", statistics.evictedKeys)
        out.add("evicted_clients", statistics.evictedClients)
        let exceeded = exceededTimes
        out.add("total_eviction_exceeded_time", exceeded.total)
        out.add("current_eviction_exceeded_time", exceeded.current)
        out.add("keyspace_hits", statistics.hits)
        out.add("keyspace_misses", statistics.misses)
        out.add("pubsub_channels", pubSub.channels.count)
        out.add("pubsub_patterns", pubSub.patterns.count)
        out.add("pubsubshard_channels", pubSub.shardChannels.count)
        out.add("latest_fork_usec", 0)
        out.add("total_forks", 0)
        out.add("migrate_cached_sockets", 0)
        out.add("tracking_total_keys", tracking.value.table.count)
        out.add("tracking_total_items", tracking.value.table.itemCount)
        out.add("tracking_total_prefixes", tracking.value.prefixes.count)
        out.add("client_query_buffer_limit_disconnections", statistics.inputLimitDisconnections)
        out.add("client_output_buffer_limit_disconnections", statistics.outputLimitDisconnections)
        out.add("unexpected_error_replies", 0)
        accessInfo(&out)
        out.add("total_error_replies", statistics.errorReplies)
    }

    private func accessInfo(_ out: inout InfoText) {
        let denials = accessControl.denials
        out.add("acl_access_denied_auth", denials.logins)
        out.add("acl_access_denied_cmd", denials.commands)
        out.add("acl_access_denied_key", denials.keys)
        out.add("acl_access_denied_channel", denials.channels)
        out.add("acl_access_denied_tls_cert", denials.certificates)
        out.add("acl_access_denied_db", denials.databases)
    }

    private func replicationInfo(_ out: inout InfoText) {
        out.add("role", "master")
        out.add("connected_slaves", 0)
        out.add("master_failover_state", "no-failover")
        out.add("master_replid", observability.runID)
        out.add("master_replid2", String(repeating: "0", count: 40))
        out.add("master_repl_offset", 0)
        out.add("second_repl_offset", -1)
        out.add("repl_backlog_active", 0)
        out.add("repl_backlog_size", 0)
        out.add("repl_backlog_first_byte_offset", 0)
        out.add("repl_backlog_histlen", 0)
    }

    private func cpuInfo(_ out: inout InfoText, _ facts: HostFacts) {
        out.add("used_cpu_sys", InfoText.fixed(facts.processCPU.system, 6))
        out.add("used_cpu_user", InfoText.fixed(facts.processCPU.user, 6))
        out.add("used_cpu_sys_children", InfoText.fixed(0, 6))
        out.add("used_cpu_user_children", InfoText.fixed(0, 6))
        out.add("used_cpu_sys_main_thread", InfoText.fixed(facts.threadCPU.system, 6))
        out.add("used_cpu_user_main_thread", InfoText.fixed(facts.threadCPU.user, 6))
    }

    private func commandInfo(_ out: inout InfoText) {
        for index in 0..<table.counters.count {
            let counters = table.counters[index]
            guard counters.calls + counters.rejected + counters.failed > 0 else { continue }
            let time = Int(accounting.nanoseconds(UInt64(counters.time)) / 1000)
            let each = counters.calls > 0 ? Double(time) / Double(counters.calls) : 0
            out.add(
                "cmdstat_\(table.fullName(CommandIndex(index)))",
                "calls=\(counters.calls),usec=\(time),usec_per_call=\(InfoText.fixed(each, 2)),"
                    + "rejected_calls=\(counters.rejected),failed_calls=\(counters.failed)")
        }
    }

    private func latencyInfo(_ out: inout InfoText) {
        let percentiles = configuration.latencyTrackingInfoPercentiles
        guard !percentiles.isEmpty else { return }
        for index in 0..<table.counters.count {
            guard let histogram = table.counters[index].latency, histogram.total > 0 else {
                continue
            }
            let parts = percentiles.map { percentile in
                let value = Double(histogram.value(atPercentile: percentile)) / 1000
                let name = withDoubleText(percentile) { $0.string }
                return "p\(name)=\(InfoText.fixed(value, 3))"
            }
            out.add(
                "latency_percentiles_usec_\(table.fullName(CommandIndex(index)))",
                parts.joined(separator: ","))
        }
    }

    private func keyspaceInfo(_ out: inout InfoText) {
        for database in databases where database.count > 0 {
            out.add(
                "db\(database.value.index)",
                "keys=\(database.count),expires=\(database.value.deadlineCount),"
                    + "avg_ttl=\(averageTimeToLive(database)),"
                    + "keys_with_volatile_items=\(database.value.fieldDeadlines.itemCount)")
        }
    }

    /// How many milliseconds keys with a deadline have left, on average over some of them.
    private func averageTimeToLive(_ database: Database) -> Int64 {
        guard database.value.deadlineCount > 0 else { return 0 }
        var sum: Int64 = 0
        var count: Int64 = 0
        var left = 64
        var cursor: UInt64 = 0
        repeat {
            cursor = database.value.table.scan(cursor) { entry in
                guard entry.has(Entry.Flag.deadline) else { return }
                let deadline = DeadlineWord(bits: entry.deadlineWord).deadline
                sum &+= max(0, deadline &- now)
                count += 1
            }
            left -= 1
        } while cursor != 0 && left > 0
        return count > 0 ? sum / count : 0
    }
}
