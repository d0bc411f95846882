// The machine without a server: limits of memory and depth, interruption, what scripts cannot
// break.
import RedwingContainers
import RedwingRESP
import Testing

@testable import RedwingLua

/// A server that echoes, and ends scripts when told.
private final class EchoHost: LuaHost {
    var looks = 0
    /// The look at which scripts are ended.
    var endsAt = Int.max

    func run(_ arguments: Arguments, into reply: ReplyWriter) {
        guard !arguments[0].isToken("fail") else { return reply.error("FAIL told to") }
        reply.array(arguments.count)
        for index in 0..<arguments.count { reply.bulk(arguments[index]) }
    }

    func mayRun(_ arguments: Arguments) -> Bool? { true }

    func log(level: Int, _ text: Bytes) {}

    func interrupt() -> [UInt8]? {
        looks += 1
        return looks >= endsAt ? Array("ERR ended".utf8) : nil
    }
}

/// A machine and what it needs.
private final class Bench {
    let memory = SlabAllocator()
    let host = EchoHost()
    let output: ReplyBuffer
    let machine: LuaMachine

    init(memoryLimit: Int = 64 << 20) throws {
        output = ReplyBuffer(capacity: 64, memory: memory)
        machine = try #require(
            LuaMachine(
                host: host, forFunctions: false, versions: LuaVersions(redis: "1.2.3", valkey: "4"),
                replies: ReplyBuffer(capacity: 64, memory: memory), memoryLimit: memoryLimit,
                maxDepth: LuaMachine.smallDepth))
    }

    deinit { output.destroy() }

    /// The reply of a script.
    func run(_ code: String, _ arguments: [String] = []) throws -> ReplyValue {
        let reference: LuaReference
        switch code.withBytes({ machine.compile($0, name: "@user_script") }) {
        case .failed(let text): return .error(String(decoding: text, as: UTF8.self))
        case .loaded(let loaded): reference = loaded
        }
        defer { machine.release(reference) }
        _ = Arguments.with(arguments.map { Array($0.utf8) }) {
            machine.run(
                script: reference, $0, keyCount: 0,
                into: ReplyWriter(buffer: output, version: .resp3))
        }
        defer { output.removeAll() }
        var reader = ReplyReader(output.wire())
        let reply = reader.next()
        return try #require(reply)
    }

    func error(_ code: String) throws -> String {
        guard case .error(let text) = try run(code) else { return "no error" }
        return text
    }
}

@Suite struct MachineTests {
    @Test func argumentsAndResultsAreBytes() throws {
        let bench = try Bench()
        #expect(try bench.run("return ARGV", ["a", "", "é"]).array?.count == 3)
        #expect(try bench.run("return 'a\\0b'").bytes == [0x61, 0, 0x62])
        #expect(try bench.run("return redis.call('x', 1, 1.5)").array == ["x", "1", "1.5"])
    }

    @Test func errorsOfCommandsAreRaisedOrReturned() throws {
        let bench = try Bench()
        #expect(try bench.error("redis.call('fail')") == "FAIL told to script: on @user_script:1.")
        #expect(try bench.error("return redis.pcall('fail')") == "FAIL told to")
        #expect(try bench.run("return {pcall(redis.call, 'fail')}").array?.last == "FAIL told to")
    }

    @Test(arguments: [
        "local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end",
        "local s = 'x' while true do s = s .. s end",
        "return ('x'):rep(1e9)",
        "local t = {} for i = 1, 1e9 do t[i] = i end",
        "local f = '' for i = 1, 1e9 do f = f .. 'local a = 1 ' end",
        "local t = {} while true do t = {t, ('x'):rep(10000) .. tostring(t)} end",
    ])
    func memoryIsLimitedAndGivenBack(_ code: String) throws {
        let bench = try Bench(memoryLimit: 8 << 20)
        let before = bench.machine.usedBytes
        #expect(try bench.error(code).contains("not enough memory"))
        #expect(bench.machine.usedBytes < before + 4_000_000)
        #expect(try bench.run("return 1").integer == 1)
    }

    @Test func memoryErrorsCanBeCaught() throws {
        let bench = try Bench(memoryLimit: 8 << 20)
        let reply = try bench.run("return {pcall(string.rep, 'x', 1e9)}")
        #expect(reply.array?.last == "not enough memory")
    }

    @Test func repliesDoNotCountAgainstTheLimitWhileSwiftRuns() throws {
        let bench = try Bench(memoryLimit: 1 << 20)
        let long = String(repeating: "x", count: 4 << 20)
        // The reply is more than the limit: it arrives, and then the script has used it up.
        #expect(try bench.error("return #redis.call(ARGV[1])") != "")
        #expect(try bench.run("return #ARGV[1]", [long]).integer == 4 << 20)
    }

    @Test(arguments: [
        "local function f() return 1 + f() end return f()",
        "local t = setmetatable({}, {}) getmetatable(t).__index = t return t.x",
        "return (('('):rep(1000) .. '1' .. (')'):rep(1000)):gsub('.', '(%1)')",
        "return string.rep('(', 300):find(string.rep('(', 300))",
        "return loadstring(('return ' .. ('('):rep(1000)))()",
        "return loadstring('return ' .. ('{'):rep(1000) .. ('}'):rep(1000))()",
        "local function f(n) return coroutine.wrap(function() return f(n) end)() end return f(1)",
        "return cmsgpack.unpack(('\\145'):rep(100000))",
        "return cjson.decode(('['):rep(100000))",
        "local t = {} t[1] = t return cjson.encode(t)",
        "return table.concat(setmetatable({}, {__index = 'x'}), 'x', 1, 10)",
        "return {unpack({}, 1, 7999)}[1] or unpack({}, 1, 1e7)",
        "return string.format('%99999d', 1)",
        "return struct.pack('i2147483647', 1)", "return struct.unpack('c0', 'x')",
    ])
    func deepAndBadCodeEndsInAnErrorOrAValue(_ code: String) throws {
        let bench = try Bench()
        _ = try bench.run(code)
        #expect(try bench.run("return 1").integer == 1)
    }

    @Test(arguments: [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "local function f() coroutine.wrap(function() while true do end end)() end "
            + "while true do pcall(f) end",
        "local ok = xpcall(function() while true do end end, function() while true do end end) "
            + "while true do end",
        "while true do pcall(error, setmetatable({}, {__tostring = function() end})) end",
    ])
    func endlessScriptsAreEnded(_ code: String) throws {
        let bench = try Bench()
        bench.host.endsAt = 3
        let text = try bench.error(code)
        #expect(text.hasPrefix("ERR"))
        bench.host.endsAt = .max
        #expect(
            try bench.run("local n = 0 for i = 1, 1e6 do n = n + 1 end return n").integer
                == 1_000_000)
    }

    @Test func wrappersCannotBeOpened() throws {
        let bench = try Bench()
        for code in [
            "string.x = 1", "rawset(string, 'x', 1)", "redis.call = nil", "_G.x = 1", "x = 1",
            "local f, t = pairs(string) rawset(t, 'x', 1)",
            "getmetatable('').__index = {}", "rawset(getmetatable(''), '__index', {})",
            "getmetatable(_G).__index = nil", "rawset(getmetatable(_G), '__index', nil)",
            "local t = setmetatable({}, string) getmetatable(t).x = 1",
            "local t = setmetatable({}, string) rawset(getmetatable(t), 'x', 1)",
            "setmetatable(redis, {})", "table.insert(math, 1)", "table.insert(_G, 1, 1)",
            "for k, v in pairs(getmetatable(string) or {}) do v.x = 1 end error('sealed')",
        ] {
            #expect(try bench.error(code) != "no error", "\(code)")
        }
        #expect(try bench.run("return rawget(_G, 'x') == nil and string.x == nil").integer == 1)
        #expect(try bench.run("return ('x'):rep(2)") == "xx")
    }

    @Test func digestsAreThoseOfTheStandard() {
        func hex(_ text: String) -> String {
            String(decoding: text.withBytes { SHA1($0) }.hex, as: UTF8.self)
        }
        #expect(hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
        #expect(hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(
            hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
        #expect(
            hex(String(repeating: "a", count: 1_000_000))
                == "34aa973cd4c4daa4f61eeb2bdbad27316534016f")
    }
}
