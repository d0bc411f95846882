// Positions of single members: GEOADD, GEOPOS, GEODIST and GEOHASH.
import RedwingContainers
import RedwingRESP

extension Call {
    /// Two arguments as a position; answers the error itself and returns nil when they are none.
    func position(_ index: Int) -> GeoPosition? {
        guard let longitude = score(index), let latitude = score(index + 1) else { return nil }
        let position = GeoPosition(longitude: longitude, latitude: latitude)
        guard position.isValid else {
            let pair = "\(plainText(longitude)),\(plainText(latitude))"
            reply.error(text: "ERR invalid longitude,latitude pair \(pair)")
            return nil
        }
        return position
    }

    /// An argument as a unit of length, in metres; answers the error itself.
    func lengthUnit(_ index: Int) -> Double? {
        let units: [(StaticString, Double)] = [
            ("m", 1), ("km", 1000), ("ft", 0.3048), ("mi", 1609.34),
        ]
        for (name, metres) in units where self[index].isToken(name) { return metres }
        reply.error("ERR unsupported unit provided. please use M, KM, FT, MI")
        return nil
    }
}

extension GeoCommands {
    static func add(_ engine: Engine, _ call: inout Call) {
        var condition: ScoreCondition = []
        var countsChanges = false
        var first = 2
        while first < call.count {
            if call[first].isToken("nx") {
                condition.insert(.isNew)
            } else if call[first].isToken("xx") {
                condition.insert(.exists)
            } else if call[first].isToken("ch") {
                countsChanges = true
            } else {
                break
            }
            first += 1
        }
        let rest = call.count - first
        guard rest > 0, rest % 3 == 0, !condition.isSuperset(of: [.isNew, .exists]) else {
            return call.reply.error(ReplyError.syntax)
        }
        var scores: [Double] = []
        for index in stride(from: first, to: call.count, by: 3) {
            guard let position = call.position(index) else { return }
            scores.append(position.score)
        }
        engine.write(&call, call[1], as: .sortedSet) { slot, call in
            guard slot.entry != nil || !condition.contains(.exists) else {
                call.reply.integer(0)
                return .none
            }
            let changes = engine.setScores(&slot, scores, condition) { call[first + 3 * $0 + 2] }
            let total = changes.added + changes.changed
            call.reply.integer(countsChanges ? total : changes.added)
            return total == 0 ? .none : .changed(.sortedSet, "zadd", weight: total)
        }
    }

    static func positions(_ engine: Engine, _ call: inout Call) {
        forEachMember(engine, &call) { score, reply in
            guard let score else { return reply.nullArray() }
            reply.position(GeoPosition(score: score))
        }
    }

    static func hashes(_ engine: Engine, _ call: inout Call) {
        forEachMember(engine, &call) { score, reply in
            guard let score else { return reply.null() }
            let hash = GeoHash(
                GeoPosition(score: score), step: GeoHash.fullStep, latitudeLimit: 90)
            let alphabet: Bytes = "0123456789bcdefghjkmnpqrstuvwxyz"
            // 52 bits are ten digits of five and a bit of an eleventh, which Valkey leaves out.
            let digits = (1...10).map { alphabet[Int(hash.bits >> UInt64(52 - $0 * 5) & 31)] }
            (digits + [alphabet[0]]).withBytes { reply.bulk($0) }
        }
    }

    /// Answers an array with what `body` says of the score of each member named.
    private static func forEachMember(
        _ engine: Engine, _ call: inout Call, _ body: (Double?, ReplyWriter) -> Void
    ) {
        let entry = engine.read(&call, call[1])
        if let entry, entry.type != .sortedSet { return call.reply.error(ReplyError.wrongType) }
        call.reply.array(call.count - 2)
        for index in 2..<max(2, call.count) {
            body(entry.flatMap { SortedSetValue($0).score(call[index]) }, call.reply)
        }
    }

    static func distance(_ engine: Engine, _ call: inout Call) {
        guard call.count <= 5 else { return call.reply.error(ReplyError.syntax) }
        var unit = 1.0
        if call.count == 5 {
            guard let given = call.lengthUnit(4) else { return }
            unit = given
        }
        guard let set = engine.readSortedSet(&call, missing: { $0.reply.null() }) else { return }
        guard let first = set.score(call[2]), let second = set.score(call[3]) else {
            return call.reply.null()
        }
        let distance = GeoPosition(score: first).distance(to: GeoPosition(score: second))
        call.reply.distance(distance / unit)
    }
}

extension ReplyWriter {
    /// A distance with four digits behind the point, as a bulk.
    func distance(_ value: Double) { withDistanceText(value) { bulk($0) } }

    /// A position as an array of two doubles.
    func position(_ position: GeoPosition) {
        array(2)
        coordinate(position.longitude)
        coordinate(position.latitude)
    }

    private func coordinate(_ value: Double) {
        withCoordinateText(value) { text in
            guard version == .resp3 else { return bulk(text) }
            raw(",")
            raw(text)
            raw("\r\n")
        }
    }
}
