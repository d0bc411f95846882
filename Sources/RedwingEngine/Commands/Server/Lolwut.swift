// LOLWUT: a drawing made of characters, another one each time, and the version.
import RedwingContainers

enum Lolwut {
    /// `LOLWUT [VERSION number] [columns [rows]]`.
    static func lolwut(_ engine: Engine, _ call: inout Call) {
        var first = 1
        if call.count > 2, call[1].isToken("version") {
            guard call.integer(2) != nil else { return }
            first = 3
        }
        var sizes = [66, 18]
        for (place, index) in (first..<max(first, call.count)).prefix(2).enumerated() {
            guard let size = call.integer(index) else { return }
            sizes[place] = Int(min(max(size, 1), place == 0 ? 1000 : 200))
        }
        let text =
            draw(columns: sizes[0], rows: sizes[1], &engine.random)
            + "\nRedwing ver. \(Bytes(EngineVersion.own).string)\n"
        text.withBytes { call.reply.verbatim($0) }
    }

    /// A flock: each bird is a pair of wings, small ones far away and large ones near.
    private static func draw(columns: Int, rows: Int, _ random: inout RandomSource) -> String {
        var canvas = [[UInt8]](
            repeating: [UInt8](repeating: UInt8(ascii: " "), count: columns), count: rows)
        let birds = max(1, columns * rows / 90)
        for _ in 0..<birds {
            let row = Int(random.next() % UInt64(rows))
            let column = Int(random.next() % UInt64(columns))
            let near = Double(row + 1) / Double(rows)
            let span = 1 + Int(near * random.unit() * 5)
            let isGliding = random.unit() < 0.3
            for reach in 1...span {
                let lift = isGliding ? 0 : reach == span ? 1 : 0
                put(&canvas, row - lift, column - reach, lift == 0 ? "_" : "\\")
                put(&canvas, row - lift, column + reach, lift == 0 ? "_" : "/")
            }
            put(&canvas, row, column, span > 3 ? "v" : "'")
        }
        return canvas.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n") + "\n"
    }

    private static func put(
        _ canvas: inout [[UInt8]], _ row: Int, _ column: Int, _ letter: Unicode.Scalar
    ) {
        guard canvas.indices.contains(row), canvas[row].indices.contains(column) else { return }
        canvas[row][column] = UInt8(ascii: letter)
    }
}
