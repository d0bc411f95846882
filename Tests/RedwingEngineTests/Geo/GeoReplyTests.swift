// The geo commands with their usual cases, their edges and their errors.
// Expected replies are those of Valkey 9.1.2.

import Testing

@testable import RedwingEngine

@Suite struct GeoReplyTests {
    @Test func members() {
        expectReplies([
            ("GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania", ":2\r\n"),
            ("GEOADD g 13 x a", "-ERR value is not a valid float\r\n"),
            ("GEOADD g inf nan a", "-ERR value is not a valid float\r\n"),
            ("GEOADD g inf -inf a", "-ERR invalid longitude,latitude pair inf,-inf\r\n"),
            ("GEOADD g nx xx 1 2 a", syntaxError),
            ("GEOADD g nx 1 2 a 3", syntaxError),
            ("GEOADD g 1 2", "-ERR wrong number of arguments for 'geoadd' command\r\n"),
            ("GEOADD g nx ch xx", syntaxError),
            ("GEOADD g nx ch ch", syntaxError),
            ("GEOADD g nx 1 2", syntaxError),
            ("GEOADD g gt 1 2 a", syntaxError),
            ("GEOADD g 200 10 a", "-ERR invalid longitude,latitude pair 200.000000,10.000000\r\n"),
            ("GEOADD g CH NX 1 2 a", ":1\r\n"),
            ("GEOADD g XX 3 4 a 5 6 none", ":0\r\n"),
            ("GEOADD g XX CH 3.5 4 a 5 6 none", ":1\r\n"),
            ("GEOADD g NX CH 7 8 a", ":0\r\n"),
            ("GEOADD none XX 1 2 a", ":0\r\n"),
            ("EXISTS none", ":0\r\n"),
            (
                "GEOPOS g Palermo none",
                "*2\r\n*2\r\n$20\r\n13.36138933897018433\r\n$20\r\n38.11555639549629859\r\n*-1\r\n"
            ),
            (
                "GEOPOS g a",
                "*1\r\n*2\r\n$19\r\n3.50000113248825073\r\n$19\r\n3.99999910393250957\r\n"
            ),
            ("GEOPOS g", "*0\r\n"),
            ("GEOPOS none a", "*1\r\n*-1\r\n"),
            ("GEOPOS hash a", wrongType),
            ("GEODIST g Palermo Catania", "$11\r\n166274.1516\r\n"),
            ("GEODIST g Palermo Catania km", "$8\r\n166.2742\r\n"),
            ("GEODIST g Palermo Catania FT", "$11\r\n545518.8700\r\n"),
            ("GEODIST g Palermo Catania mi", "$8\r\n103.3182\r\n"),
            ("GEODIST g Palermo Palermo", "$6\r\n0.0000\r\n"),
            (
                "GEODIST g Palermo Catania xx",
                "-ERR unsupported unit provided. please use M, KM, FT, MI\r\n"
            ),
            ("GEODIST g Palermo none", "$-1\r\n"),
            ("GEODIST none Palermo Catania", "$-1\r\n"),
            (
                "GEODIST none Palermo Catania xx",
                "-ERR unsupported unit provided. please use M, KM, FT, MI\r\n"
            ),
            ("GEODIST none Palermo Catania km km", syntaxError),
            ("GEODIST hash a b", wrongType),
            ("GEODIST hash a b xx", "-ERR unsupported unit provided. please use M, KM, FT, MI\r\n"),
            (
                "GEOHASH g Palermo none Catania",
                "*3\r\n$11\r\nsqc8b49rny0\r\n$-1\r\n$11\r\nsqdtr74hyu0\r\n"
            ),
            ("GEOHASH none a", "*1\r\n$-1\r\n"),
            ("GEOHASH g", "*0\r\n"),
            ("GEOHASH hash a", wrongType),
            ("GEOADD hash 1 2 a", wrongType),
            ("GEOADD hash 1 x a", "-ERR value is not a valid float\r\n"),
            ("GEODIST w neg big ", "-ERR unsupported unit provided. please use M, KM, FT, MI\r\n"),
        ])
    }

    @Test func searches() {
        expectReplies([
            ("GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania", ":2\r\n"),
            ("GEOADD g 12.758489 38.788135 edge1", ":1\r\n"),
            (
                "GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km DESC",
                "*2\r\n$7\r\nPalermo\r\n$7\r\nCatania\r\n"
            ),
            (
                "GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km DESC COUNT 1",
                "*1\r\n$7\r\nPalermo\r\n"
            ),
            ("GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 300 km COUNT 1", "*1\r\n$7\r\nCatania\r\n"),
            ("GEOSEARCH g FROMMEMBER Palermo BYBOX 0 0 m", "*1\r\n$7\r\nPalermo\r\n"),
            (
                "GEOSEARCH g FROMMEMBER Palermo BYRADIUS 0 m WITHHASH",
                "*1\r\n*2\r\n$7\r\nPalermo\r\n:3479099956230698\r\n"
            ),
            ("GEOSEARCH g FROMLONLAT 0 0 BYRADIUS 1 m", "*0\r\n"),
            (
                "GEOSEARCH g FROMLONLAT 0 0 BYRADIUS inf m ASC",
                "*3\r\n$7\r\nCatania\r\n$7\r\nPalermo\r\n$5\r\nedge1\r\n"
            ),
            (
                "geosearch g BYRADIUS 200 km ASC ASC",
                "-ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for geosearch\r\n"
            ),
            ("GEOSEARCH g FROMLONLAT 15 37 FROMMEMBER Palermo BYRADIUS 1 km", syntaxError),
            (
                "GEOSEARCH g FROMLONLAT 15 95 BYRADIUS 1 km",
                "-ERR invalid longitude,latitude pair 15.000000,95.000000\r\n"
            ),
            ("GEOSEARCH g FROMMEMBER none BYRADIUS 1 km", "-ERR member none does not exist\r\n"),
            ("GEOSEARCH g FROMMEMBER Palermo BYRADIUS 1 km BYBOX 1 1 km", syntaxError),
            ("GEOSEARCH g FROMMEMBER Palermo BYRADIUS -1 km", "-ERR radius cannot be negative\r\n"),
            (
                "GEOSEARCH g FROMMEMBER Palermo BYRADIUS 1 xx",
                "-ERR unsupported unit provided. please use M, KM, FT, MI\r\n"
            ),
            ("GEOSEARCH g FROMMEMBER Palermo BYRADIUS x km", "-ERR need numeric radius\r\n"),
            ("GEOSEARCH g FROMMEMBER Palermo BYBOX x 1 km", "-ERR need numeric width\r\n"),
            ("GEOSEARCH g FROMMEMBER Palermo BYBOX 1 x km", "-ERR need numeric height\r\n"),
            (
                "GEOSEARCH g FROMMEMBER Palermo BYBOX 1 -1 km",
                "-ERR height or width cannot be negative\r\n"
            ),
            (
                "GEOSEARCH g FROMMEMBER Palermo BYRADIUS 1 km ANY",
                "-ERR the ANY argument requires COUNT argument\r\n"
            ),
            ("GEOSEARCH g FROMMEMBER Palermo BYRADIUS 1 km COUNT 0", "-ERR COUNT must be > 0\r\n"),
            ("GEOSEARCH g FROMMEMBER Palermo BYRADIUS 1 km COUNT x", notInteger),
            ("GEOSEARCH g FROMMEMBER Palermo BYRADIUS 1 km COUNT", syntaxError),
            ("GEOSEARCH g FROMMEMBER Palermo BYRADIUS 1 km STOREDIST", syntaxError),
            ("GEOSEARCH g FROMMEMBER Palermo BYRADIUS 1 km STORE d", syntaxError),
            (
                "GEOSEARCH g BYPOLYGON 2 10 30 20 30 15 45",
                "-ERR GEOSEARCH BYPOLYGON must have at least 3 vertices\r\n"
            ),
            ("GEOSEARCH g BYPOLYGON x 10 30 20 30 15 45", "-ERR invalid number of vertices\r\n"),
        ])
    }

    @Test func searches2() {
        expectReplies([
            ("GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania", ":2\r\n"),
            ("GEOADD g 12.758489 38.788135 edge1", ":1\r\n"),
            (
                "GEOSEARCH g BYPOLYGON 4 10 30 20 30 15 45",
                "-ERR GEOSEARCH BYPOLYGON must have at least 3 vertices\r\n"
            ),
            ("GEOSEARCH g BYPOLYGON 3000000000 10 30 20 30", "-ERR invalid number of vertices\r\n"),
            (
                "GEOSEARCH g BYPOLYGON 3 10 30 20 30 15 450",
                "-ERR invalid longitude,latitude pair 15.000000,450.000000\r\n"
            ),
            ("GEOSEARCH g BYPOLYGON 3 10 30 20 30 15 45 FROMLONLAT 1 2", syntaxError),
            ("GEOSEARCH g FROMLONLAT 1 2 BYPOLYGON 3 10 30 20 30 15 45", syntaxError),
            ("GEOSEARCH g FROMMEMBER Palermo BYPOLYGON 3 10 30 20 30 15 45", syntaxError),
            ("GEOSEARCH g BYPOLYGON 3 10 30 20 30 15 45 BYRADIUS 1 km", syntaxError),
            ("GEOSEARCH hash a a a a a a", wrongType),
            ("GEOSEARCH none FROMMEMBER a BYRADIUS 1 km", "*0\r\n"),
            (
                "GEOSEARCH none FROMMEMBER a BYRADIUS 1 xx",
                "-ERR unsupported unit provided. please use M, KM, FT, MI\r\n"
            ),
        ])
    }

    @Test func storing() {
        expectReplies([
            ("GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania", ":2\r\n"),
            ("GEOADD g 12.758489 38.788135 edge1", ":1\r\n"),
            ("GEOSEARCHSTORE d g FROMMEMBER Palermo BYRADIUS 1000 km STOREDIST", ":3\r\n"),
            ("OBJECT ENCODING d", "$8\r\nlistpack\r\n"),
            ("GEOSEARCHSTORE d g FROMMEMBER Palermo BYRADIUS 100 km", ":2\r\n"),
            ("GEOSEARCHSTORE d g FROMMEMBER Palermo BYRADIUS 1000 km COUNT 2 DESC", ":2\r\n"),
            ("ZRANGE d 0 -1", "*2\r\n$5\r\nedge1\r\n$7\r\nCatania\r\n"),
            ("GEOSEARCHSTORE g g FROMMEMBER Palermo BYBOX 200 200 km", ":2\r\n"),
            ("ZRANGE g 0 -1", "*2\r\n$7\r\nPalermo\r\n$5\r\nedge1\r\n"),
            ("GEOSEARCHSTORE d none FROMMEMBER a BYRADIUS 1 km", ":0\r\n"),
            ("EXISTS d", ":0\r\n"),
            ("GEOSEARCHSTORE d hash FROMMEMBER a BYRADIUS 1 km", wrongType),
            ("GEOSEARCHSTORE d g FROMMEMBER Palermo BYRADIUS 1 km STORE x", syntaxError),
            ("GEOSEARCHSTORE d g FROMLONLAT 0 0 BYRADIUS 1 km", ":0\r\n"),
            ("GEORADIUS g 13 38 200 km COUNT 1", "*1\r\n$7\r\nPalermo\r\n"),
            ("GEORADIUS g 13 38 200 km STORE d", ":2\r\n"),
            ("ZRANGE d 0 -1", "*2\r\n$7\r\nPalermo\r\n$5\r\nedge1\r\n"),
            ("GEORADIUS g 13 38 200 km STORE d STOREDIST d2", ":2\r\n"),
            ("EXISTS d2", ":1\r\n"),
            ("GEORADIUS_RO g 13 38 200 km STORE d", syntaxError),
            ("GEORADIUS_RO g 13 38 200 km ASC", "*2\r\n$7\r\nPalermo\r\n$5\r\nedge1\r\n"),
            ("GEORADIUS g 13 x 200 km", "-ERR value is not a valid float\r\n"),
            (
                "GEORADIUS g 13 38 200 xx",
                "-ERR unsupported unit provided. please use M, KM, FT, MI\r\n"
            ),
            ("GEORADIUS g 13 38 -1 km", "-ERR radius cannot be negative\r\n"),
            (
                "GEORADIUS none 13 38 200 xx",
                "-ERR unsupported unit provided. please use M, KM, FT, MI\r\n"
            ),
            ("GEORADIUS none 13 38 200 km", "*0\r\n"),
            ("GEORADIUS hash 13 x 200 km", wrongType),
            ("GEORADIUSBYMEMBER g Palermo x km", "-ERR need numeric radius\r\n"),
            ("GEORADIUSBYMEMBER g none x km", "-ERR member none does not exist\r\n"),
            ("GEORADIUSBYMEMBER none a x y STORE d", ":0\r\n"),
            ("GEORADIUSBYMEMBER none a x y", "*0\r\n"),
            ("GEORADIUSBYMEMBER none a x y foo", syntaxError),
            ("GEORADIUSBYMEMBER_RO g Palermo 200 km STORE d", syntaxError),
            ("GEORADIUSBYMEMBER_RO g Palermo 200 km COUNT 1 ANY", "*1\r\n$7\r\nPalermo\r\n"),
        ])
    }
}
