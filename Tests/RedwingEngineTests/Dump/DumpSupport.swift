// What the tests of dumped values share: payloads in hexadecimal, and ways to dump and restore
// them.
import RedwingContainers
import Testing

@testable import RedwingEngine

/// The bytes that pairs of hexadecimal digits give.
func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex.utf8).map { Int($0 < 0x3a ? $0 - 0x30 : $0 - 0x57) }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

extension EngineHarness {
    /// What DUMP answers, without the protocol.
    func dump(_ key: String) -> [UInt8] {
        let reply = run("DUMP", key).unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        guard let end = reply.firstIndex(of: 0x0a) else { return [] }
        return Array(reply[(end + 1)...].dropLast(2))
    }

    /// Restores a payload and returns the reply.
    @discardableResult
    func restore(_ key: String, _ payload: [UInt8], _ options: String...) -> String {
        run(
            [Array("RESTORE".utf8), Array(key.utf8), [0x30], payload]
                + options.map { Array($0.utf8) })
    }

    /// Restores the part of a payload before its footer, under a fresh footer.
    func restore(_ key: String, body: some Sequence<UInt8>) -> String {
        var payload = Array(body)
        DumpFooter.seal(&payload)
        return restore(key, payload)
    }
}

/// Hashes with deadlines as Redis 8.2.3 wrote them.
enum RedisDump {
    static let listpack = bytes(
        hex: "190038d360ba0100001d1d00000006008161020101f40038d360ba0100000981620202010001"
            + "ff0c00e8b40350cbdaa45a")
    static let table = bytes(
        hex: "180038d360ba01000003010161c3094046017878e03900017878000163c002412d0162c0020c"
            + "00794357d2604fabfc")
}

/// Payloads as Valkey 9.1.2 wrote them.
enum ValkeyDump {
    static let text = bytes(hex: "000568656c6c6f5000ac5816e7fb6647fe")
    static let integer = bytes(hex: "00c118fc50008928fccfee703d64")
    static let compressed = bytes(hex: "00c30932016161e025000161615000c686812835479c3d")
    static let list = bytes(
        hex: "120102212100000006008161020101c12c02dffb02f270110104f4ffe77648170000"
            + "0009ff50001cf5c5a55db4234b")
    static let set = bytes(hex: "140d0d0000000200816102816202ff5000ac197e562a6e5829")
    static let integers = bytes(
        hex: "0b1404000000030000000100000002000000e09304005000bb05fad9d63e0dcd")
    static let sortedSet = bytes(
        hex: "1128280000000800816402872d31652b33303008816102010181620283322e3504"
            + "81630283696e6604ff500038067c01b0c81dd8")
    static let tree = bytes(
        hex: "0501c3094041017a7ae03400017a7a000000000000f83f5000488d8caa2bbb391c")
    static let hash = bytes(
        hex: "101414000000040081610201018162028378797a04ff5000e106ebfffb6f7830")
    static let deadlines = bytes(
        hex: "16020161c0010038d360ba0100000162c002ffffffffffffffff5000dedcc829acbc9a51")
    static let stream = bytes(
        hex: "15011000000000000000010000000000000001c3303511350000001500020100010201816102"
            + "81620240090000200100012011000560074011201b09010181630202010801ff020201010100"
            + "0002010167010101010000000000000001000000000000000155096efea10100000101026331"
            + "55096efea101000055096efea101000001000000000000000100000000000000015000f16698"
            + "75231161ad")

    static let all = [
        text, integer, compressed, list, set, integers, sortedSet, tree, hash, deadlines, stream,
    ]

    /// Forms that older servers wrote.
    static let older = [
        "01020161c005090097512645a449d826": "list",
        "02020161016209002e9670e9bf855ebc": "set",
        "0302016103312e350162fe0900d51f56a3b0536b5b": "zset",
        "0401016101620900a03f147be863eb8b": "hash",
        "0a0e0e0000000a0000000100000161ff0900148b4a78e8951d4f": "list",
        "0d11110000000d000000020000016103fe07ff0900b6606da071d2dc3f": "hash",
        "0c11110000000d000000020000016103fe07ff09003227fce8575d25f0": "zset",
        "0e010e0e0000000a0000000100000161ff0900a72f5636bb74ea1b": "list",
    ]
}
