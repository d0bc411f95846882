// The lines of INFO's persistence section that the loop and its snapshots answer for.
import RedwingEngine
import RedwingLinux
import RedwingPersistence

extension EventLoop {
    /// Adds those lines to INFO.
    func registerInfo() {
        // The engine asks on the loop's thread, while the loop lives.
        engine.addInfo(to: .persistence) { [weak self] out in self?.persistenceInfo(&out) }
    }

    private func persistenceInfo(_ out: inout InfoText) {
        let history = snapshots.history
        out.add("current_fork_perc", "0.00")
        out.add("current_cow_size", snapshots.queuedBytes)
        out.add("current_cow_peak", max(snapshots.queuedBytes, snapshots.queuePeak))
        out.add("current_cow_size_age", 0)
        out.add("rdb_bgsave_in_progress", snapshots.isRunning ? 1 : 0)
        out.add("rdb_last_save_time", history.lastSave)
        out.add("rdb_last_bgsave_status", history.isOK ? "ok" : "err")
        out.add("rdb_last_bgsave_time_sec", history.lastDuration)
        out.add("rdb_current_bgsave_time_sec", snapshots.runningSeconds)
        out.add("rdb_saves", history.saves)
        out.add("rdb_last_cow_size", history.lastQueued)
        out.add("rdb_last_load_keys_expired", history.expiredKeys)
        out.add("rdb_last_load_keys_loaded", history.loadedKeys)
        for name in [
            "aof_enabled", "aof_rewrite_in_progress", "aof_rewrite_scheduled",
        ] { out.add(name, 0) }
        out.add("aof_last_rewrite_time_sec", -1)
        out.add("aof_current_rewrite_time_sec", -1)
        out.add("aof_last_bgrewrite_status", "ok")
        out.add("aof_rewrites", 0)
        out.add("aof_rewrites_consecutive_failures", 0)
        out.add("aof_last_write_status", "ok")
        out.add("aof_last_cow_size", 0)
        out.add("module_fork_in_progress", 0)
        out.add("module_fork_last_cow_size", 0)
        if let loading { loadingInfo(&out, loading) }
    }

    private func loadingInfo(_ out: inout InfoText, _ loading: LoadInProgress) {
        let (done, total) = loading.snapshot.progress
        let elapsed = Int64((Clock.monotonic() &- loading.startedAt) / 1_000_000_000)
        let percent = Double(done) / Double(max(1, total)) * 100
        let left = done > 0 ? elapsed * Int64(total &- min(done, total)) / Int64(done) : 1
        out.add("loading_start_time", time() / 1000 - elapsed)
        out.add("loading_total_bytes", total)
        out.add("loading_loaded_bytes", done)
        let hundredths = Int(percent * 100)
        let fraction = hundredths % 100
        out.add(
            "loading_loaded_perc",
            "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)")
        out.add("loading_eta_seconds", left)
    }
}
