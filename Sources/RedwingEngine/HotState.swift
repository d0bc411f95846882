// What every command looks at, outside of the engine's object: a property of a class is checked for
// overlapping access at run time, at a call for each use; a field of a cell is not. So no method of
// a field may call back into the engine.
import RedwingContainers
import RedwingRESP

/// The engine's state that is on the way of each command.
struct HotState {
    var table: CommandTable
    var configuration: Configuration
    var random: RandomSource
    /// The batch that is running.
    var batch: RequestBatch
    /// Unix milliseconds, as of this turn.
    var now: Int64
    var access = AccessClock()
    /// Changes since the last snapshot.
    var dirty = 0
    var statistics = Engine.Statistics()
    var accounting = AccountingLimits()
    /// Why commands are looked at twice before they run.
    var restrictions: Engine.Restrictions = []
    /// Whether anybody wants to hear of changes.
    var hasObservers = false
    /// Whether keys stay readable when their time has come (while a snapshot is loaded).
    var keepsExpired = false
    /// Batches until the next whose keys are sampled; at 0 and below none are.
    var batchesToSample = 0
    /// Bytes in use above which the memory limit is looked at; the maximum is never.
    var memoryCeiling = Int.max
    /// Clients that wait for keys.
    var waitRoom = WaitRoom()
}

extension Engine {
    var table: CommandTable {
        @inline(__always) _read { yield hot.value.table }
        @inline(__always) _modify { yield &hot.value.table }
    }

    /// The configuration in force; change it through `apply`.
    public internal(set) var configuration: Configuration {
        @inline(__always) _read { yield hot.value.configuration }
        @inline(__always) _modify { yield &hot.value.configuration }
    }

    var random: RandomSource {
        @inline(__always) _read { yield hot.value.random }
        @inline(__always) _modify { yield &hot.value.random }
    }

    var batch: RequestBatch {
        @inline(__always) _read { yield hot.value.batch }
        @inline(__always) _modify { yield &hot.value.batch }
    }

    /// Unix milliseconds, as of this turn.
    public internal(set) var now: Int64 {
        @inline(__always) _read { yield hot.value.now }
        @inline(__always) _modify { yield &hot.value.now }
    }

    var access: AccessClock {
        @inline(__always) _read { yield hot.value.access }
        @inline(__always) _modify { yield &hot.value.access }
    }

    /// Changes since the last snapshot.
    public internal(set) var dirty: Int {
        @inline(__always) _read { yield hot.value.dirty }
        @inline(__always) _modify { yield &hot.value.dirty }
    }

    var statistics: Engine.Statistics {
        @inline(__always) _read { yield hot.value.statistics }
        @inline(__always) _modify { yield &hot.value.statistics }
    }

    var accounting: AccountingLimits {
        @inline(__always) _read { yield hot.value.accounting }
        @inline(__always) _modify { yield &hot.value.accounting }
    }

    /// Why commands are looked at twice before they run.
    package var restrictions: Engine.Restrictions {
        @inline(__always) _read { yield hot.value.restrictions }
        @inline(__always) _modify { yield &hot.value.restrictions }
    }

    var hasObservers: Bool {
        @inline(__always) _read { yield hot.value.hasObservers }
        @inline(__always) _modify { yield &hot.value.hasObservers }
    }

    var keepsExpired: Bool {
        @inline(__always) _read { yield hot.value.keepsExpired }
        @inline(__always) _modify { yield &hot.value.keepsExpired }
    }

    var waitRoom: WaitRoom {
        @inline(__always) _read { yield hot.value.waitRoom }
        @inline(__always) _modify { yield &hot.value.waitRoom }
    }
}
