// Literal answers of Valkey 9.1.2 to list commands: usual ones, edges and errors.

import Testing

@testable import RedwingEngine

@Suite struct ListReplyTests {
    private let wrongType =
        "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
    private let notInteger = "-ERR value is not an integer or out of range\r\n"
    private let notPositive = "-ERR value is out of range, must be positive\r\n"
    private let syntax = "-ERR syntax error\r\n"

    private func expectAnswers(
        _ expected: KeyValuePairs<String, String>,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let harness = EngineHarness()
        harness.line("SET str x")
        harness.line("RPUSH l a b c a")
        for (command, reply) in expected {
            #expect(harness.line(command) == reply, "\(command)", sourceLocation: sourceLocation)
        }
        harness.expectSound(sourceLocation: sourceLocation)
    }

    @Test func pushing() {
        expectAnswers([
            "LPUSH l": "-ERR wrong number of arguments for 'lpush' command\r\n",
            "LPUSH str a": wrongType, "LPUSHX none a": ":0\r\n", "RPUSHX str a": wrongType,
            "LPUSHX l 1 2": ":6\r\n", "LRANGE l 0 1": "*2\r\n$1\r\n2\r\n$1\r\n1\r\n",
            "RPUSHX l 3": ":7\r\n", "EXISTS none": ":0\r\n",
        ])
    }

    @Test func popping() {
        expectAnswers([
            "LPOP l 0": "*0\r\n", "LPOP none 0": "*-1\r\n", "LPOP none": "$-1\r\n",
            "LPOP l -1": notPositive, "LPOP l abc": notPositive, "LPOP str abc": notPositive,
            "LPOP str 0": wrongType, "RPOP str": wrongType,
            "LPOP l 1 2": "-ERR wrong number of arguments for 'lpop' command\r\n",
            "RPOP l 2": "*2\r\n$1\r\na\r\n$1\r\nc\r\n",
            "LPOP l 9223372036854775807": "*2\r\n$1\r\na\r\n$1\r\nb\r\n", "EXISTS l": ":0\r\n",
        ])
    }

    @Test func reading() {
        expectAnswers([
            "LLEN none": ":0\r\n", "LLEN str": wrongType, "LINDEX none abc": "$-1\r\n",
            "LINDEX str abc": wrongType, "LINDEX l abc": notInteger, "LINDEX l -5": "$-1\r\n",
            "LINDEX l -9223372036854775808": "$-1\r\n", "LINDEX l -1": "$1\r\na\r\n",
            "LRANGE str a 1": notInteger, "LRANGE str 0 1": wrongType, "LRANGE l 5 1": "*0\r\n",
            "LRANGE l -9223372036854775808 9223372036854775807":
                "*4\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\na\r\n",
            "LRANGE l 9223372036854775807 9223372036854775807": "*0\r\n",
        ])
    }

    @Test func searching() {
        let outOfRange =
            "-ERR value is out of range, value must between -9223372036854775807 and "
            + "9223372036854775807\r\n"
        let zero =
            "-ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... "
            + "or use negative to start from the end of the list\r\n"
        expectAnswers([
            "LPOS l a RANK 0": zero, "LPOS none a RANK 0": zero,
            "LPOS l a RANK -9223372036854775808": outOfRange, "LPOS l a RANK abc": notInteger,
            "LPOS l a RANK -9223372036854775807": "$-1\r\n",
            "LPOS l a COUNT abc": "-ERR COUNT can't be negative\r\n",
            "LPOS l a MAXLEN -1": "-ERR MAXLEN can't be negative\r\n", "LPOS l a RANK": syntax,
            "LPOS l a FOO 1": syntax, "LPOS l a COUNT 0 RANK -1": "*2\r\n:3\r\n:0\r\n",
            "LPOS l a RANK 2 MAXLEN 3": "$-1\r\n", "LPOS l a RANK 2": ":3\r\n",
            "LPOS none a": "$-1\r\n", "LPOS none a COUNT 0": "*0\r\n", "LPOS str a": wrongType,
            "LREM l -9223372036854775808 a": outOfRange, "LREM none 1 a": ":0\r\n",
        ])
    }

    @Test func editing() {
        expectAnswers([
            "LSET none a b": "-ERR no such key\r\n", "LSET str a b": wrongType,
            "LSET l a b": notInteger, "LSET l 4 b": "-ERR index out of range\r\n",
            "LSET l -9223372036854775808 q": "+OK\r\n", "LSET l 4294967295 z": "+OK\r\n",
            "LINSERT none foo a b": syntax, "LINSERT none BEFORE a b": ":0\r\n",
            "LINSERT str after a b": wrongType, "LINSERT l before nope b": ":-1\r\n",
            "LINSERT l aFTer q 7": ":5\r\n", "LREM l 0 b": ":1\r\n",
            "LRANGE l 0 -1": "*4\r\n$1\r\nq\r\n$1\r\n7\r\n$1\r\nc\r\n$1\r\nz\r\n",
            "LTRIM none a 1": notInteger, "LTRIM none 0 1": "+OK\r\n", "LTRIM str 0 1": wrongType,
            "LTRIM l 1 -2": "+OK\r\n",
            "LLEN l": ":2\r\n", "LTRIM l 5 9": "+OK\r\n", "EXISTS l": ":0\r\n",
        ])
    }

    @Test func moving() {
        expectAnswers([
            "LMOVE l m LEFT UP": syntax, "LMOVE none str LEFT LEFT": "$-1\r\n",
            "LMOVE l str LEFT LEFT": wrongType, "LMOVE str l LEFT LEFT": wrongType,
            "LMOVE l l left RIGHT": "$1\r\na\r\n", "RPOPLPUSH l m": "$1\r\na\r\n",
            "RPOPLPUSH none str": "$-1\r\n", "RPOPLPUSH m m": "$1\r\na\r\n",
            "LRANGE l 0 -1": "*3\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\na\r\n",
            "LMOVE m l RIGHT LEFT": "$1\r\na\r\n", "EXISTS m": ":0\r\n",
        ])
    }

    @Test func poppingFromSeveral() {
        let count = "-ERR count should be greater than 0\r\n"
        expectAnswers([
            "LMPOP 0 l LEFT": "-ERR numkeys should be greater than 0\r\n",
            "LMPOP abc l LEFT": "-ERR numkeys should be greater than 0\r\n",
            "LMPOP 9223372036854775807 l LEFT": syntax, "LMPOP 1 l UP": syntax,
            "LMPOP 1 l LEFT COUNT": syntax, "LMPOP 1 l LEFT COUNT 0": count,
            "LMPOP 1 l LEFT COUNT 1 COUNT 2": syntax, "LMPOP 1 none LEFT": "*-1\r\n",
            "LMPOP 2 none str LEFT": wrongType,
            "LMPOP 2 none l RIGHT COUNT 2":
                "*2\r\n$1\r\nl\r\n*2\r\n$1\r\na\r\n$1\r\nc\r\n",
            "LMPOP 2 l str LEFT": "*2\r\n$1\r\nl\r\n*1\r\n$1\r\na\r\n",
        ])
    }

    @Test func nothingWaitsThatIsWrong() {
        expectAnswers([
            "BLPOP l abc": "-ERR timeout is not a float or out of range\r\n",
            "BLPOP l -1": "-ERR timeout is negative\r\n",
            "BLPOP none str 0": wrongType, "BLMOVE l m LEFT UP abc": syntax,
            "BLMOVE l str LEFT LEFT 0": wrongType,
            "BLMPOP foo 0 l LEFT": "-ERR numkeys should be greater than 0\r\n",
            "BLMPOP foo 1 l LEFT": "-ERR timeout is not a float or out of range\r\n",
            "BLPOP none l 0": "*2\r\n$1\r\nl\r\n$1\r\na\r\n",
            "BRPOP l 0": "*2\r\n$1\r\nl\r\n$1\r\na\r\n",
            "BRPOPLPUSH l m 0": "$1\r\nc\r\n", "BLMOVE m l LEFT LEFT 0": "$1\r\nc\r\n",
            "BLMPOP 0 1 l LEFT COUNT 9": "*2\r\n$1\r\nl\r\n*2\r\n$1\r\nc\r\n$1\r\nb\r\n",
        ])
    }
}
