// What clients read is remembered behind their commands, up to as many keys as the configuration
// allows. Whoever caches nothing never comes here.
import RedwingContainers
import RedwingRESP

extension Engine {
    /// Runs the command of a client that has tracking switched on.
    func runTracked(_ call: inout Call) {
        let session = call.session
        let command = call.command
        let outer = tracking.value.runningID
        tracking.value.runningID = session.id
        table.hot[Int(command)].handler(self, &call)
        tracking.value.runningID = outer
        guard session.flags.contains(.tracking) else { return }
        if table.hot[Int(command)].reads != .nothing, session.tracking.remembersKeys {
            remember(call, command)
        }
        // Commands of a transaction or a script are part of one that is running.
        if outer == 0, session.tracking.options.contains(.caching) {
            endCaching(session, command)
        }
    }

    @inline(__always)
    private func remember(_ call: borrowing Call, _ command: CommandIndex) {
        let number = call.session.tracking.number
        let before = tracking.value.table.count
        if table.hot[Int(command)].reads == .firstKey {
            let key = call[Int(table.hot[Int(command)].firstKey)]
            tracking.value.table.remember(call.hash(key), key, number)
        } else {
            rememberSeveral(call, command, number)
        }
        let limit = configuration.trackingTableMaxKeys
        let count = tracking.value.table.count
        if limit > 0, count > limit { shrinkTracking(to: limit, effort: count &- before) }
    }

    @inline(never)
    private func rememberSeveral(
        _ call: borrowing Call, _ command: CommandIndex, _ number: UInt32
    ) {
        // A request that made no sense has read nothing.
        let keys = (try? table.specs[Int(command)].extractKeys(call.arguments)) ?? []
        for place in keys {
            let key = call[place.index]
            tracking.value.table.remember(call.hash(key), key, number)
        }
    }

    /// What CLIENT CACHING asked for ends with the next command or transaction.
    private func endCaching(_ session: Session, _ command: CommandIndex) {
        let goesOn: Session.Flags = [.inTransaction, .executesTransaction, .blocked]
        guard session.flags.isDisjoint(with: goesOn), !isOfClient(command) else { return }
        session.tracking.options.remove(.caching)
    }

    /// Whether a command is one of CLIENT's.
    private func isOfClient(_ command: CommandIndex) -> Bool {
        let parent = table.parents[Int(command)]
        return parent >= 0 && Bytes(table.specs[Int(parent)].name) == "client"
    }

    /// Drops keys picked at random, whose readers are told as if they had changed, until there are
    /// `limit` left or `effort` have gone. Returns whether there are still more.
    @discardableResult
    func shrinkTracking(to limit: Int, effort: Int) -> Bool {
        var left = effort
        while tracking.value.table.count > limit {
            guard left > 0 else { return true }
            left -= 1
            var entry: Entry?
            entry = tracking.value.table.takeRandom { random.next() }
            guard let entry else { return false }
            tell(entry, exceptFor: 0)
        }
        return false
    }

    /// Keys that one slice of `trimTracking` drops.
    private static let trimSlice = 100

    /// Notes a changed limit.
    func trackingLimitChanged() {
        let limit = configuration.trackingTableMaxKeys
        tracking.value.isOverfull = limit > 0 && tracking.value.table.count > limit
    }

    /// Brings the table a bit nearer to a limit that was lowered.
    func trimTracking() {
        guard tracking.value.isOverfull else { return }
        let limit = configuration.trackingTableMaxKeys
        tracking.value.isOverfull =
            limit > 0 && shrinkTracking(to: limit, effort: Engine.trimSlice)
        refreshObservers()
    }
}
