// The families of commands that the engine has by itself, one line each.

extension Engine {
    static let families: [[CommandSpec]] = [
        StringCommands.table,
        HashCommands.table,
        ListCommands.table,
        SetCommands.table,
        SortedSetCommands.table,
        StreamCommands.table,
        BitmapCommands.table,
        HyperLogLogCommands.table,
        GeoCommands.table,
        SortCommands.table,
        KeyspaceCommands.table,
        TransactionCommands.table,
        PubSubCommands.table,
        ConnectionCommands.table,
        ACLCommands.table,
        ServerCommands.table,
        RoleCommands.table,
        ClusterCommands.table,
    ]
}
