// The table of the geo commands, one line a command; the handlers are in the files beside it.
// Positions are scores of sorted sets.
import RedwingContainers

enum GeoCommands {
    static let table = members + searches + olderSearches

    private static let members: [CommandSpec] = [
        CommandSpec(
            "geoadd", -5, [.write, .denyOOM], .geo, keys: [.key(1, [.readWrite, .update])],
            group: "geo", since: "3.2.0",
            complexity: "O(log(N)) for each position, N being the size of the sorted set.",
            summary: "Adds positions to a sorted set, which is made if it is missing.",
            syntax: """
                key:key [condition<nx:token@NX | xx:token@XX>] [change:token@CH] \
                data{longitude:double latitude:double member}...
                """, handler: add),
        CommandSpec(
            "geopos", -2, .readonly, .geo, keys: [.key(1, [.readOnly, .access])], group: "geo",
            since: "3.2.0", summary: "Answers the longitudes and latitudes of members.",
            syntax: "key:key [member...]", handler: positions),
        CommandSpec(
            "geodist", -4, .readonly, .geo, keys: [.key(1, [.readOnly, .access])], group: "geo",
            since: "3.2.0", summary: "Answers the distance between two members.",
            syntax: """
                key:key member1 member2 [unit<m:token@M | km:token@KM | ft:token@FT | mi:token@MI>]
                """, handler: distance),
        CommandSpec(
            "geohash", -2, .readonly, .geo, keys: [.key(1, [.readOnly, .access])], group: "geo",
            since: "3.2.0", summary: "Answers the positions of members as geohash texts.",
            syntax: "key:key [member...]", handler: hashes),
    ]

    private static let searches: [CommandSpec] = [
        CommandSpec(
            "geosearch", -7, .readonly, .geo, keys: [.key(1, [.readOnly, .access])],
            group: "geo", since: "6.2.0", complexity: complexity,
            summary: "Answers the members within a circle, a box or a polygon.",
            syntax: """
                key:key [from<member@FROMMEMBER | \
                fromlonlat{longitude:double latitude:double}@FROMLONLAT>] \
                by<circle{radius:double@BYRADIUS unit<m:token@M | km:token@KM | ft:token@FT | \
                mi:token@MI>} | box{width:double@BYBOX height:double unit<m:token@M | \
                km:token@KM | ft:token@FT | mi:token@MI>} | \
                polygon{num-vertices:integer@BYPOLYGON \
                vertices{longitude:double latitude:double}...}> \
                [order<asc:token@ASC | desc:token@DESC>] \
                [count-block{count:integer@COUNT [any:token@ANY]}] [withcoord:token@WITHCOORD] \
                [withdist:token@WITHDIST] [withhash:token@WITHHASH]
                """, handler: { search($0, &$1, .search) }),
        CommandSpec(
            "geosearchstore", -8, [.write, .denyOOM], .geo,
            keys: [.key(1, [.overwrite, .update]), .key(2, [.readOnly, .access])],
            group: "geo", since: "6.2.0", complexity: complexity,
            summary: "Stores the members within a circle, a box or a polygon.",
            syntax: """
                destination:key source:key [from<member@FROMMEMBER | \
                fromlonlat{longitude:double latitude:double}@FROMLONLAT>] \
                by<circle{radius:double@BYRADIUS unit<m:token@M | km:token@KM | ft:token@FT | \
                mi:token@MI>} | box{width:double@BYBOX height:double unit<m:token@M | \
                km:token@KM | ft:token@FT | mi:token@MI>} | \
                polygon{num-vertices:integer@BYPOLYGON \
                vertices{longitude:double latitude:double}...}> \
                [order<asc:token@ASC | desc:token@DESC>] \
                [count-block{count:integer@COUNT [any:token@ANY]}] [storedist:token@STOREDIST]
                """, handler: { search($0, &$1, .searchStore) }),
    ]

    private static let olderSearches: [CommandSpec] = [
        CommandSpec(
            "georadius", -6, [.write, .denyOOM, .movableKeys], .geo, keys: storeKeys(from: 6),
            group: "geo", since: "3.2.0", complexity: complexity,
            summary: "Answers or stores the members around a position.",
            syntax: """
                key:key longitude:double latitude:double radius:double \
                unit<m:token@M | km:token@KM | ft:token@FT | mi:token@MI> \
                [withcoord:token@WITHCOORD] [withdist:token@WITHDIST] [withhash:token@WITHHASH] \
                [count-block{count:integer@COUNT [any:token@ANY]}] \
                [order<asc:token@ASC | desc:token@DESC>] \
                [store<storekey=key:key#1@STORE | storedistkey=key:key#2@STOREDIST>]
                """, handler: { search($0, &$1, .radius) }),
        CommandSpec(
            "georadius_ro", -6, .readonly, .geo, keys: [.key(1, [.readOnly, .access])],
            group: "geo", since: "3.2.10", complexity: complexity,
            summary: "Answers the members around a position.",
            syntax: """
                key:key longitude:double latitude:double radius:double \
                unit<m:token@M | km:token@KM | ft:token@FT | mi:token@MI> \
                [withcoord:token@WITHCOORD] [withdist:token@WITHDIST] [withhash:token@WITHHASH] \
                [count-block{count:integer@COUNT [any:token@ANY]}] \
                [order<asc:token@ASC | desc:token@DESC>]
                """, handler: { search($0, &$1, .radiusReadOnly) }),
        CommandSpec(
            "georadiusbymember", -5, [.write, .denyOOM, .movableKeys], .geo,
            keys: storeKeys(from: 5), group: "geo", since: "3.2.0", complexity: complexity,
            summary: "Answers or stores the members around one of them.",
            syntax: """
                key:key member radius:double \
                unit<m:token@M | km:token@KM | ft:token@FT | mi:token@MI> \
                [withcoord:token@WITHCOORD] [withdist:token@WITHDIST] [withhash:token@WITHHASH] \
                [count-block{count:integer@COUNT [any:token@ANY]}] \
                [order<asc:token@ASC | desc:token@DESC>] \
                [store<storekey=key:key#1@STORE | storedistkey=key:key#2@STOREDIST>]
                """, handler: { search($0, &$1, .radiusByMember) }),
        CommandSpec(
            "georadiusbymember_ro", -5, .readonly, .geo, keys: [.key(1, [.readOnly, .access])],
            group: "geo", since: "3.2.10", complexity: complexity,
            summary: "Answers the members around one of them.",
            syntax: """
                key:key member radius:double \
                unit<m:token@M | km:token@KM | ft:token@FT | mi:token@MI> \
                [withcoord:token@WITHCOORD] [withdist:token@WITHDIST] [withhash:token@WITHHASH] \
                [count-block{count:integer@COUNT [any:token@ANY]}] \
                [order<asc:token@ASC | desc:token@DESC>]
                """, handler: { search($0, &$1, .radiusByMemberReadOnly) }),
    ]

    private static let complexity: StaticString = """
        O(N+log(M)) for N members in the grid cells around the shape and M in the sorted set.
        """

    private static func storeKeys(from first: Int) -> [KeySpec] {
        let find = KeySpec.Find.range(last: 0, step: 1, limit: 0)
        let flags: KeySpec.Flags = [.overwrite, .update, .variable]
        return [
            .key(1, [.readOnly, .access]),
            KeySpec(flags, .keyword("STORE", from: first), find),
            KeySpec(flags, .keyword("STOREDIST", from: first), find),
        ]
    }
}
