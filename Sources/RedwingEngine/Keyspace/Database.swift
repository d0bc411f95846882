// One numbered database: its table of keys and the index of their deadlines. The fields are for
// the gate and the walk only; handlers go through `Access/`.
import RedwingContainers

/// What a database consists of.
struct DatabaseState {
    /// The number that SELECT knows it by. SWAPDB exchanges all but this.
    var index: Int
    /// The keys.
    var table: HashTable
    /// When keys expire.
    var deadlines: DeadlineIndex
    /// Keys that have a deadline.
    var deadlineCount = 0
    /// The keys of hashes whose fields expire, each with the time of the first one as its deadline.
    var fieldOwners: HashTable
    /// When those are due.
    var fieldDeadlines: DeadlineIndex
    /// Bytes of the table, the indexes, the entries and their values.
    var bytes = 0
}

/// A handle to a database, valid as long as the engine.
typealias Database = Box<DatabaseState>

extension Box where Value == DatabaseState {
    /// The number of keys, those included whose time has come and which are not yet removed.
    var count: Int { value.table.count }
}
