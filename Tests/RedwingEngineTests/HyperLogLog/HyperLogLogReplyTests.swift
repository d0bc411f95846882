// The HyperLogLog commands with their usual cases, their edges and their errors.
// Expected replies are those of Valkey 9.1.2.

import Testing

@testable import RedwingEngine

@Suite struct HyperLogLogReplyTests {
    @Test func everydayUse() {
        expectReplies([
            ("PFADD p", ":1\r\n"),
            ("PFADD p", ":0\r\n"),
            ("PFADD p a b c", ":1\r\n"),
            ("PFADD p a b c", ":0\r\n"),
            ("PFADD p c d", ":1\r\n"),
            ("PFCOUNT p", ":4\r\n"),
            ("PFCOUNT p p none", ":4\r\n"),
            ("PFCOUNT none", ":0\r\n"),
            ("PFCOUNT none none", ":0\r\n"),
            ("PFDEBUG ENCODING p", "+sparse\r\n"),
            (
                "PFDEBUG DECODE p",
                "$57\r\nZ:7292 v:1,1 Z:1143 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603\r\n"
            ),
            ("OBJECT ENCODING p", "$3\r\nraw\r\n"),
            ("STRLEN p", ":30\r\n"),
            ("PFADD q d e f g", ":1\r\n"),
            ("PFCOUNT p q", ":7\r\n"),
            ("PFMERGE r p q", "+OK\r\n"),
            ("PFCOUNT r", ":7\r\n"),
            (
                "PFDEBUG DECODE r",
                """
                $93\r\nZ:1646 v:1,1 Z:5645 v:1,1 Z:1085 v:2,1 z:57 v:1,1 Z:4274 v:2,1 Z:2445 \
                v:1,1 Z:622 v:1,1 Z:603\r\n
                """
            ),
            ("PFMERGE p", "+OK\r\n"),
            ("PFMERGE p q none", "+OK\r\n"),
            ("PFCOUNT p", ":7\r\n"),
            ("PFMERGE new", "+OK\r\n"),
            ("TYPE new", "+string\r\n"),
            ("PFDEBUG DECODE new", "$7\r\nZ:16384\r\n"),
            ("PFDEBUG TODENSE p", ":1\r\n"),
            ("PFDEBUG TODENSE p", ":0\r\n"),
            ("PFDEBUG ENCODING p", "+dense\r\n"),
            ("PFDEBUG DECODE p", "-ERR HLL encoding is not sparse\r\n"),
            ("STRLEN p", ":12304\r\n"),
            ("PFCOUNT p", ":7\r\n"),
            ("PFMERGE q p", "+OK\r\n"),
            ("PFDEBUG ENCODING q", "+dense\r\n"),
            ("PFCOUNT q", ":7\r\n"),
            ("PFDEBUG SIMD OFF", "+disabled\r\n"),
            ("PFCOUNT p r", ":7\r\n"),
            ("PFDEBUG SIMD ON", "+enabled\r\n"),
            ("PFCOUNT p r", ":7\r\n"),
            ("PFADD p z", ":1\r\n"),
            ("PFADD p z", ":0\r\n"),
            ("PFCOUNT p", ":8\r\n"),
            ("PFSELFTEST", "+OK\r\n"),
        ])
    }

    @Test func errors() {
        expectReplies([
            ("SET s abc", "+OK\r\n"),
            ("SET i 123", "+OK\r\n"),
            ("SET e ''", "+OK\r\n"),
            ("SET h HYLL", "+OK\r\n"),
            ("PFADD s", "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n"),
            ("PFADD s x", "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n"),
            ("PFADD e x", "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n"),
            ("PFADD h x", "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n"),
            ("PFADD hash x", wrongType),
            ("PFADD i x", "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n"),
            ("PFCOUNT i", "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n"),
            ("PFCOUNT hash", wrongType),
            ("PFCOUNT none hash", wrongType),
            ("PFCOUNT none s", "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n"),
            ("PFMERGE hash", wrongType),
            ("PFMERGE x hash", wrongType),
            ("PFMERGE x s", "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n"),
            ("PFMERGE s", "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n"),
            ("EXISTS x", ":0\r\n"),
            ("PFDEBUG foo none", "-ERR The specified key does not exist\r\n"),
            ("PFDEBUG ENCODING hash", wrongType),
            ("PFDEBUG ENCODING s", "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n"),
            ("PFDEBUG GETREG none", "-ERR The specified key does not exist\r\n"),
            ("PFADD p a", ":1\r\n"),
            ("PFDEBUG foo p", "-ERR Unknown PFDEBUG subcommand 'foo'\r\n"),
            ("PFADD", "-ERR wrong number of arguments for 'pfadd' command\r\n"),
            ("PFCOUNT", "-ERR wrong number of arguments for 'pfcount' command\r\n"),
            ("PFMERGE", "-ERR wrong number of arguments for 'pfmerge' command\r\n"),
            ("PFDEBUG ENCODING", "-ERR wrong number of arguments for 'pfdebug' command\r\n"),
            ("PFSELFTEST x", "-ERR wrong number of arguments for 'pfselftest' command\r\n"),
            ("PFDEBUG SIMD", "-ERR wrong number of arguments for 'pfdebug' command\r\n"),
        ])
    }
}
