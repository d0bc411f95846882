// Payloads that are not sound: refused or understood, never more than that, and the key keeps what
// it had.
import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct DumpDamageTests {
    private let badFormat = "-ERR Bad data format\r\n"
    private let badFooter = "-ERR DUMP payload version or checksum are wrong\r\n"

    @Test func theFooterIsChecked() {
        let harness = EngineHarness()
        for payload in ValkeyDump.all {
            for index in payload.indices {
                var damaged = payload
                damaged[index] ^= 0x10
                #expect(harness.restore("k", damaged) == badFooter)
                #expect(harness.restore("k", Array(payload[..<index])) == badFooter)
            }
        }
        for (version, isKnown) in [(0, false), (1, true), (11, true), (12, true), (81, false)] {
            var payload: [UInt8] = [0, 1, 0x61]
            payload.append(littleEndian: UInt16(version))
            let checksum = payload.withBytes { CRC64.checksum($0) }
            payload.append(littleEndian: checksum)
            let reply = isKnown ? "+OK\r\n" : badFooter
            #expect(harness.restore("v", payload, "REPLACE") == reply, "\(version)")
        }
    }

    /// Every byte of every form gets other values under a footer that is right.
    @Test func noByteCrashes() {
        let harness = EngineHarness()
        let older = ValkeyDump.older.keys.map { bytes(hex: $0) }
        for payload in ValkeyDump.all + older {
            let body = Array(payload.dropLast(10))
            for index in body.indices {
                var damaged = body
                for value in [0, 1, 0x7f, 0x80, 0x81, 0xc0, 0xc3, 0xfe, 0xff, body[index] ^ 1] {
                    damaged[index] = value
                    expectHarmless(harness, damaged)
                }
                expectHarmless(harness, Array(body[..<index]))
                expectHarmless(harness, Array(body[..<index]) + body[(index + 1)...])
            }
        }
        harness.expectSound()
    }

    /// The same for forms that only versions of others have.
    @Test func noByteOfRedisCrashes() {
        let harness = EngineHarness()
        for payload in [RedisDump.listpack, RedisDump.table] {
            for index in payload.indices.dropLast(8) {
                for value in [0, 1, 0x7f, 0x80, 0x81, 0xc3, 0xff, payload[index] ^ 1] as [UInt8] {
                    var damaged = Array(payload.dropLast(8))
                    damaged[index] = value
                    let checksum = damaged.withBytes { CRC64.checksum($0) }
                    damaged.append(littleEndian: checksum)
                    let reply = harness.restore("k", damaged, "REPLACE")
                    #expect([badFormat, badFooter, "+OK\r\n"].contains(reply))
                }
            }
        }
        harness.expectSound()
    }

    private func expectHarmless(_ harness: EngineHarness, _ body: [UInt8]) {
        let reply = harness.restore("k", body: body)
        guard reply == "+OK\r\n" else {
            #expect(reply == badFormat)
            return #expect(harness.line("EXISTS k") == ":0\r\n")
        }
        // What was taken can be walked, told and taken again.
        #expect(harness.restore("copy", harness.dump("k")) == "+OK\r\n", "\(body)")
        harness.expectSound()
        harness.line("DEL k copy")
    }

    @Test func valuesThatCannotBeAreRefused() {
        let harness = EngineHarness()
        harness.line("SET k old")
        let double: [UInt8] = [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]
        let notNumber: [UInt8] = [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]
        let past: [UInt8] = [0xfb] + [UInt8](repeating: 0xff, count: 7)
        let bodies: [[UInt8]] = [
            [], [0x63, 1, 0x61], [7, 1, 0x61], [9, 1, 0x61],
            [1, 0], [2, 0], [4, 0], [5, 0], [18, 0],
            [2, 2, 1, 0x61, 1, 0x61], [4, 2, 1, 0x61, 1, 0x62, 1, 0x61, 1, 0x63],
            [5, 2, 1, 0x61] + double + [1, 0x61] + double, [5, 1, 1, 0x61] + notNumber,
            [22, 1, 1, 0x61, 1, 0x62] + past,
            [0, 0x81, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x61],
            [0, 0xc3, 3, 0x80, 0x7f, 0xff, 0xff, 0xff, 0, 0x61, 0x61],
        ]
        for body in bodies {
            var payload = body
            DumpFooter.seal(&payload)
            #expect(harness.restore("k", payload, "REPLACE") == badFormat, "\(body)")
            let reply = harness.run(
                [Array("RESTORE".utf8), [0x6b], [0x31], payload]
                    + [Array("REPLACE".utf8), Array("ABSTTL".utf8)])
            #expect(reply == badFormat, "\(body)")
        }
        #expect(harness.line("GET k") == bulk("old"))
        harness.expectSound()
    }
}
