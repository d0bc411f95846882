// What INFO and MEMORY STATS tell of scripts.
import RedwingEngine

extension ScriptController {
    /// Adds the lines of scripts to INFO. Once.
    public func registerInfo() {
        engine.addInfo(to: .memory) { [weak self] out in self?.memoryInfo(&out) }
        engine.addInfo(to: .stats) { [weak self] out in
            out.add("evicted_scripts", self?.cache.evicted ?? 0)
        }
        engine.scriptBytes = { [weak self] in
            (self?.cache.bytes ?? 0, self?.libraryBytes ?? 0)
        }
    }

    private var libraryBytes: Int {
        libraries.codeBytes + libraries.functionCount * ScriptController.functionOverhead
            + libraries.libraries.count * ScriptController.functionOverhead
    }

    /// What a library or function costs beside its code.
    private static let functionOverhead = 160

    private func memoryInfo(_ out: inout InfoText) {
        let machines = machineBytes
        out.addBytes("used_memory_lua", machines.scripts)
        out.add("used_memory_vm_eval", machines.scripts)
        out.add("used_memory_scripts_eval", cache.bytes)
        out.add("number_of_cached_scripts", cache.count)
        out.add("number_of_functions", libraries.functionCount)
        out.add("number_of_libraries", libraries.libraries.count)
        out.add("used_memory_vm_functions", machines.functions)
        out.addBytes("used_memory_vm_total", machines.scripts + machines.functions)
        out.add("used_memory_functions", libraryBytes)
        out.addBytes("used_memory_scripts", cache.bytes + libraryBytes)
    }
}
