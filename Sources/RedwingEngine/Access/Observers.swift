// Who hears of changes: clients that wait for a key or watch one. One function, called by the gate.
import RedwingContainers

extension Engine {
    /// Tells everybody who asked that something happened to a key.
    func observe(_ database: Database, _ key: Bytes, _ event: KeyspaceEvent) {
        if !waitRoom.isEmpty, event.eventClass != .keyMiss { noteReady(database, key) }
        if !watchRoom.isEmpty, event.isModification { noteChanged(database, key) }
        if !tracking.value.isIdle, event.isModification { noteTrackedChange(key, event) }
        if notifications.isOn { notify(database, key, event) }
    }

    /// Whether anybody wants to hear of changes; to be called when somebody begins or ends.
    func refreshObservers() {
        notifications.isOn = notifications.areWanted && pubSub.hasListeners
        hasObservers =
            !waitRoom.isEmpty || !watchRoom.isEmpty || !tracking.value.isIdle || notifications.isOn
    }

    /// Whether a collection has no elements left.
    func isEmptyCollection(_ entry: Entry) -> Bool {
        switch entry.valueKind {
        case .packedList, .packedHash, .packedSet, .packedSortedSet:
            PackedList(address: entry.word).count == 0
        case .chainList: ListChain(address: entry.word).count == 0
        case .tableSet: TableSet(address: entry.word).count == 0
        case .integerSet: IntSet(address: entry.word).count == 0
        case .treeSortedSet: TreeSortedSet(address: entry.word).count == 0
        case .tableHash: TableHash(address: entry.word).count == 0
        default: false
        }
    }
}
