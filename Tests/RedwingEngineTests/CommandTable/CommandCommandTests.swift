// COMMAND and its subcommands. Expected replies are those of Valkey 9.1.2.

import RedwingContainers
import RedwingRESP
import Testing

@testable import RedwingEngine

@Suite struct CommandCommandTests {
    @Test func info() {
        expectReplies([
            (
                "COMMAND INFO get nosuch",
                """
                *2\r\n*10\r\n$3\r\nget\r\n:2\r\n*2\r\n+readonly\r\n+fast\r\n:1\r\n:1\r\n:1\r\n\
                *3\r\n+@read\r\n+@string\r\n+@fast\r\n*0\r\n*1\r\n*6\r\n$5\r\nflags\r\n*2\r\n+RO\
                \r\n+access\r\n$12\r\nbegin_search\r\n*4\r\n$4\r\ntype\r\n$5\r\nindex\r\n$4\r\n\
                spec\r\n*2\r\n$5\r\nindex\r\n:1\r\n$9\r\nfind_keys\r\n*4\r\n$4\r\ntype\r\n$5\r\n\
                range\r\n$4\r\nspec\r\n*6\r\n$7\r\nlastkey\r\n:0\r\n$7\r\nkeystep\r\n:1\r\n$5\r\n\
                limit\r\n:0\r\n*0\r\n$-1\r\n
                """
            ),
            ("COMMAND INFO get|x config|nosuch", "*2\r\n$-1\r\n$-1\r\n"),
            (
                "COMMAND INFO config|get",
                """
                *1\r\n*10\r\n$10\r\nconfig|get\r\n:-3\r\n*4\r\n+admin\r\n+noscript\r\n+loading\
                \r\n+stale\r\n:0\r\n:0\r\n:0\r\n*3\r\n+@admin\r\n+@slow\r\n+@dangerous\r\n*0\r\n\
                *0\r\n*0\r\n
                """
            ),
        ])
    }

    @Test func infoInRESP3() {
        let client = ManyClients().client()
        client("HELLO 3")
        #expect(
            client("COMMAND INFO get").hasPrefix(
                "*1\r\n*10\r\n$3\r\nget\r\n:2\r\n~2\r\n+readonly\r\n+fast\r\n"
                    + ":1\r\n:1\r\n:1\r\n~3\r\n"
            ))
        #expect(client("COMMAND INFO nosuch") == "*1\r\n_\r\n")
    }

    @Test func docs() {
        let client = ManyClients().client()
        #expect(client("COMMAND DOCS nosuch") == "*0\r\n")
        #expect(
            client("COMMAND DOCS select")
                == """
                *2\r\n$6\r\nselect\r\n*10\r\n$7\r\nsummary\r\n$30\r\nChanges the selected database\
                .\r\n$5\r\nsince\r\n$5\r\n1.0.0\r\n$5\r\ngroup\r\n$10\r\nconnection\r\n$10\r\n\
                complexity\r\n$4\r\nO(1)\r\n$9\r\narguments\r\n*1\r\n*6\r\n$4\r\nname\r\n$5\r\n\
                index\r\n$4\r\ntype\r\n$7\r\ninteger\r\n$12\r\ndisplay_text\r\n$5\r\nindex\r\n
                """)
        let debug = client("COMMAND DOCS debug")
        #expect(debug.contains("$9\r\ndoc_flags\r\n*1\r\n+syscmd\r\n"))
        #expect(client("COMMAND DOCS config|get").hasPrefix("*2\r\n$10\r\nconfig|get\r\n"))
    }

    @Test func countAndAllAgree() {
        let clients = ManyClients()
        let client = clients.client()
        let top = clients.engine.table.topLevel.count
        #expect(client("COMMAND COUNT") == ":\(top)\r\n")
        #expect(client("COMMAND").hasPrefix("*\(top)\r\n"))
        #expect(client("COMMAND INFO").hasPrefix("*\(top)\r\n"))
        #expect(client("COMMAND DOCS").hasPrefix("*\(top * 2)\r\n"))
    }

    @Test func list() {
        let client = ManyClients().client()
        #expect(client("COMMAND LIST FILTERBY ACLCAT nosuch") == "*0\r\n")
        #expect(client("COMMAND LIST FILTERBY MODULE lua") == "*0\r\n")
        #expect(client("COMMAND LIST FILTERBY PATTERN ECH?") == "*1\r\n$4\r\necho\r\n")
        #expect(client("COMMAND LIST FILTERBY PATTERN config|g*") == "*1\r\n$10\r\nconfig|get\r\n")
        #expect(client("COMMAND LIST FILTERBY ACLCAT String").contains("$3\r\nget\r\n"))
        #expect(!client("COMMAND LIST FILTERBY ACLCAT string").contains("$4\r\nping\r\n"))
        #expect(client("COMMAND LIST FILTERBY ACLCAT dangerous").contains("$10\r\nconfig|set\r\n"))
        #expect(client("COMMAND LIST").contains("$11\r\nclient|list\r\n"))
        for line in ["FILTERBY foo bar", "FILTERBY ACLCAT", "foo"] {
            #expect(client("COMMAND LIST \(line)") == "-ERR syntax error\r\n", "\(line)")
        }
    }

    @Test func getKeys() {
        let invalidCount = "-ERR Invalid number of arguments specified for command\r\n"
        let invalid = "-ERR Invalid arguments specified for command\r\n"
        let noKeys = "-ERR The command has no key arguments\r\n"
        expectReplies([
            ("COMMAND GETKEYS get", invalidCount),
            ("COMMAND GETKEYS set a", invalidCount),
            ("COMMAND GETKEYS ping", noKeys),
            ("COMMAND GETKEYS config get a", noKeys),
            ("COMMAND GETKEYS nosuch x", "-ERR Invalid command specified\r\n"),
            ("COMMAND GETKEYS set a b", "*1\r\n$1\r\na\r\n"),
            ("COMMAND GETKEYS mset a 1 b 2", "*2\r\n$1\r\na\r\n$1\r\nb\r\n"),
            ("COMMAND GETKEYS mset a 1 b", "*2\r\n$1\r\na\r\n$1\r\nb\r\n"),
            ("COMMAND GETKEYS memory usage a", "*1\r\n$1\r\na\r\n"),
            ("COMMAND GETKEYS memory usage", invalidCount),
            ("COMMAND GETKEYS msetex 2 a 1 b 2", "*2\r\n$1\r\na\r\n$1\r\nb\r\n"),
            ("COMMAND GETKEYS msetex 2 a 1", invalid),
            ("COMMAND GETKEYS msetex 3 a 1 b 2", invalid),
            ("COMMAND GETKEYS msetex 0 a 1 b 2", invalid),
            ("COMMAND GETKEYS msetex x a 1 b 2", invalid),
            ("COMMAND GETKEYS msetex 9223372036854775807 a 1 b 2", invalid),
            (
                "COMMAND GETKEYSANDFLAGS set a b",
                "*1\r\n*2\r\n$1\r\na\r\n*2\r\n+OW\r\n+update\r\n"
            ),
            (
                "COMMAND GETKEYSANDFLAGS set a b EX 9 GET",
                "*1\r\n*2\r\n$1\r\na\r\n*3\r\n+RW\r\n+access\r\n+update\r\n"
            ),
            (
                "COMMAND GETKEYSANDFLAGS set a b ifeq get",
                "*1\r\n*2\r\n$1\r\na\r\n*3\r\n+RW\r\n+access\r\n+update\r\n"
            ),
        ])
    }

    @Test func legacyRanges() {
        func range(_ keys: [KeySpec]) -> (LegacyKeyRange, Bool) {
            let spec = CommandSpec(
                "x", -2, .readonly, keys: keys, group: "generic", since: "1.0.0", summary: "X.",
                handler: ConnectionCommands.ping)
            return spec.legacyKeys
        }
        #expect(
            range([.keys(1, to: -1, step: 2, [])]) == (.init(first: 1, last: -1, step: 2), false))
        #expect(range([.key(2, [])]) == (.init(first: 2, last: 2, step: 1), false))
        #expect(range([.key(1, []), .key(2, [])]) == (.init(first: 1, last: 2, step: 1), false))
        let counted = KeySpec([], .index(1), .count(at: 0, first: 1, step: 1))
        #expect(range([counted]) == (.init(), true))
        #expect(range([.key(1, []), counted]) == (.init(first: 1, last: 1, step: 1), true))
        let keyword = KeySpec([], .keyword("STORE", from: 2), .range(last: 0, step: 1, limit: 0))
        #expect(range([.key(1, []), keyword]) == (.init(first: 1, last: 1, step: 1), true))
        #expect(range([]) == (.init(), false))
    }

    @Test func keywordSpecs() throws {
        let streams = KeySpec(
            .readOnly, .keyword("STREAMS", from: 1), .range(last: -1, step: 1, limit: 2))
        let spec = CommandSpec(
            "x", -2, .readonly, keys: [streams], group: "stream", since: "1.0.0", summary: "X.",
            handler: ConnectionCommands.ping)
        func keys(_ line: String) throws -> [Int] {
            let words = line.split(separator: " ").map { Array($0.utf8) }
            return try Arguments.with(words) { try spec.extractKeys($0).map(\.index) }
        }
        #expect(try keys("x COUNT 2 streams a b 0 0") == [4, 5])
        #expect(try keys("x streams a 0") == [2])
        #expect(try keys("x streams") == [])
        #expect(try keys("x a b") == [])
    }
}
