// The scripts that EVALSHA finds: those of SCRIPT LOAD until they are flushed, those of EVAL as
// long as they are among the last ones used.
import RedwingContainers
import RedwingLua

/// Compiled scripts by digest. The machine that compiled them releases what is given back.
struct ScriptCache {
    /// A cached script.
    struct Script {
        let digest: SHA1
        let reference: LuaReference
        let flags: LuaScriptFlags
        let body: [UInt8]
        /// Whether it stays until it is flushed.
        var isLoaded: Bool
        /// Neighbours in the order of use, of scripts that do not stay; -1 at an end.
        var older = -1
        var newer = -1
    }

    /// So many scripts of EVAL are kept.
    static let evalLimit = 500

    private(set) var scripts: [Script] = []
    private var places: [SHA1: Int] = [:]
    private var free: [Int] = []
    private var oldest = -1
    private var newest = -1
    private var evalCount = 0
    /// Scripts that others have displaced since the start.
    private(set) var evicted = 0
    /// Bytes of all bodies.
    private(set) var bodyBytes = 0

    /// The number of scripts.
    var count: Int { places.count }

    /// The bytes that the cache takes beside the machine.
    var bytes: Int { bodyBytes + places.count * ScriptCache.overhead }

    /// What a script costs beside its body.
    private static let overhead = 272

    /// Where a script is, or nil.
    func find(_ digest: SHA1) -> Int? { places[digest] }

    subscript(place: Int) -> Script {
        _read { yield scripts[place] }
    }

    /// Adds a script that is not there. Returns what it displaces.
    mutating func add(_ script: Script) -> LuaReference? {
        let displaced = script.isLoaded || evalCount < ScriptCache.evalLimit ? nil : evict()
        let place: Int
        if let found = free.popLast() {
            place = found
            scripts[place] = script
        } else {
            place = scripts.count
            scripts.append(script)
        }
        places[script.digest] = place
        bodyBytes += script.body.count
        if !script.isLoaded { link(place) }
        return displaced
    }

    /// A script is used: it is now the newest.
    mutating func touch(_ place: Int) {
        guard place != newest, !scripts[place].isLoaded else { return }
        unlink(place)
        link(place)
    }

    /// A script stays until it is flushed.
    mutating func keep(_ place: Int) {
        guard !scripts[place].isLoaded else { return }
        unlink(place)
        scripts[place].isLoaded = true
    }

    /// Forgets all scripts and returns them.
    mutating func removeAll() -> [LuaReference] {
        let references = places.values.map { scripts[$0].reference }
        let evicted = evicted
        self = ScriptCache()
        self.evicted = evicted
        return references
    }

    private mutating func evict() -> LuaReference? {
        guard oldest >= 0 else { return nil }
        let place = oldest
        let script = scripts[place]
        unlink(place)
        places[script.digest] = nil
        bodyBytes -= script.body.count
        free.append(place)
        evicted += 1
        return script.reference
    }

    private mutating func link(_ place: Int) {
        scripts[place].older = newest
        scripts[place].newer = -1
        if newest >= 0 { scripts[newest].newer = place } else { oldest = place }
        newest = place
        evalCount += 1
    }

    private mutating func unlink(_ place: Int) {
        let (older, newer) = (scripts[place].older, scripts[place].newer)
        if older >= 0 { scripts[older].newer = newer } else { oldest = newer }
        if newer >= 0 { scripts[newer].older = older } else { newest = older }
        evalCount -= 1
    }
}
