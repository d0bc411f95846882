// The notation of arguments, and that every command's notation can be read.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct CommandSyntaxTests {
    private func parse(_ notation: String, specs: Int = 1) -> [CommandArgument]? {
        CommandSyntax.parse(notation, keySpecCount: specs)
    }

    @Test func plainArguments() throws {
        let arguments = try #require(parse("key:key value [count:integer]"))
        #expect(arguments.map(\.name) == ["key", "value", "count"])
        #expect(arguments.map(\.kind) == [.key, .string, .integer])
        #expect(arguments.map(\.isOptional) == [false, false, true])
        #expect(arguments.map(\.keySpec) == [0, nil, nil])
        #expect(arguments.map(\.display) == ["key", "value", "count"])
        #expect(parse("") == [])
    }

    @Test func groupsAndTokens() throws {
        let notation =
            "[condition<nx:token@NX | ifeq-value:string@IFEQ>] data{field:string value}..."
        let arguments = try #require(parse(notation))
        let condition = arguments[0]
        #expect(condition.kind == .oneOf && condition.isOptional && condition.display == nil)
        #expect(condition.parts.map(\.kind) == [.pureToken, .string])
        #expect(condition.parts.map(\.token) == ["NX", "IFEQ"])
        let data = arguments[1]
        #expect(data.kind == .block && data.isMultiple && !data.repeatsToken)
        #expect(data.parts.map(\.name) == ["field", "value"])
    }

    @Test func repeatedTokensDisplaysAndSpecs() throws {
        let notation = "[get-pattern=pattern:pattern#1@GET...@] [addr=ip:port@ADDR] n:integer#0"
        let arguments = try #require(parse(notation, specs: 2))
        #expect(arguments[0].token == "GET" && arguments[0].repeatsToken)
        #expect(arguments[0].kind == .pattern && arguments[0].display == "pattern")
        #expect(arguments[0].keySpec == 1)
        #expect(arguments[1].display == "ip:port" && arguments[1].kind == .string)
        #expect(arguments[2].keySpec == 0)
    }

    @Test func oddTokens() throws {
        let notation =
            "id<auto:token@* | new:token@> | last:token@$> op<eq:token@= | about:token@~>"
        let arguments = try #require(parse(notation))
        #expect(arguments[0].parts.map(\.token) == ["*", ">", "$"])
        #expect(arguments[1].parts.map(\.token) == ["=", "~"])
    }

    @Test func keysGetTheirSpecsInOrder() throws {
        let two = try #require(parse("source:key destination:key", specs: 2))
        #expect(two.map(\.keySpec) == [0, 1])
        let one = try #require(parse("key1:key key2:key", specs: 1))
        #expect(one.map(\.keySpec) == [0, 0])
    }

    @Test(arguments: [
        "[a", "a<b", "a{b", "a:nosuch", "a@", "a<b | >", "a b]", "a  b", ":key", "a#x", "a...x",
    ])
    func malformedNotation(_ notation: String) {
        #expect(parse(notation) == nil)
    }

    @Test func everyCommandOfTheTableCanBeDescribed() {
        // The table's memory goes with the engine.
        let clients = ManyClients()
        defer { withExtendedLifetime(clients) {} }
        let table = clients.engine.table
        for index in 0..<CommandIndex(table.specs.count) {
            let spec = table.specs[Int(index)]
            let name = table.fullName(index)
            let text = Bytes(spec.syntax).string
            let parsed = CommandSyntax.parse(text, keySpecCount: spec.keys.count)
            #expect(parsed != nil, "\(name): \(text)")
            #expect(Bytes(spec.summary).string.hasSuffix("."), "\(name)")
            #expect(!Bytes(spec.since).isEmpty, "\(name)")
            #expect(spec.arity != 0, "\(name)")
            let foundAgain = name.withBytes { table.find(fullName: $0) }
            #expect(foundAgain == index, "\(name)")
        }
    }
}
