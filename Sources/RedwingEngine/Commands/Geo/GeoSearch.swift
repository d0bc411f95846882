// Searches for positions within a shape: GEOSEARCH, GEORADIUS and their relatives.
import RedwingContainers
import RedwingRESP

/// A member that a search found; a view of the sorted set, valid until the next write.
private struct FoundMember {
    var member: SetMember
    var score: Double
    var position: GeoPosition
    /// From the centre, in metres.
    var distance: Double

    /// The order by distance, for sorting: below, at or above zero.
    func compare(_ other: FoundMember) -> Int {
        distance > other.distance ? 1 : distance == other.distance ? 0 : -1
    }
}

extension GeoCommands {
    static func search(_ engine: Engine, _ call: inout Call, _ command: GeoSearchCommand) {
        let source = engine.read(&call, call[command.source])
        if let source, source.type != .sortedSet {
            return call.reply.error(ReplyError.wrongType)
        }
        let set = source.map { SortedSetValue($0) }
        guard let options = GeoSearchOptions(call, command, set) else { return }
        var found: [FoundMember] = []
        if let set, let shape = options.shape { found = find(set, shape, options) }
        let unit = options.shape?.unit ?? 1
        if let destination = options.destination {
            let event: Bytes = command.isSearch ? "geosearchstore" : "georadiusstore"
            store(engine, &call, destination, found, options.storesDistances ? unit : nil, event)
        } else {
            reply(found, options, unit, call.reply)
        }
    }

    /// The members in a shape, in the order in which they are to be answered.
    private static func find(
        _ set: SortedSetValue, _ shape: GeoShape, _ options: GeoSearchOptions
    ) -> [FoundMember] {
        let limit = options.isAny ? options.count : Int.max
        var found: [FoundMember] = []
        for cell in shape.cells where found.count < limit {
            collect(set, shape, cell, limit, &found)
        }
        let count = options.count == 0 ? found.count : min(options.count, found.count)
        switch options.order {
        case .none: break
        case .nearestFirst: found.sortPart(0..<count) { $0.compare($1) }
        case .farthestFirst: found.sortPart(0..<count) { $1.compare($0) }
        }
        found.removeLast(found.count - count)
        return found
    }

    /// Members that are looked at in a row before the limit is.
    private static let sliceSize = 256

    private static func collect(
        _ set: SortedSetValue, _ shape: GeoShape, _ cell: GeoHash, _ limit: Int,
        _ found: inout [FoundMember]
    ) {
        var interval = ScoreInterval(min: cell.scores.lowerBound, max: cell.scores.upperBound)
        interval.excludesMax = true
        var ranks = set.ranks(in: interval)
        while !ranks.isEmpty, found.count < limit {
            let slice = ranks.prefix(sliceSize)
            ranks = slice.endIndex..<ranks.endIndex
            set.forEach(slice.startIndex..<slice.endIndex) { member, score in
                guard found.count < limit else { return }
                let position = GeoPosition(score: score)
                guard let distance = shape.distance(of: position) else { return }
                found.append(
                    FoundMember(
                        member: member, score: score, position: position, distance: distance))
            }
        }
    }

    private static func reply(
        _ found: [FoundMember], _ options: GeoSearchOptions, _ unit: Double,
        _ reply: ReplyWriter
    ) {
        let extras = [options.hasDistances, options.hasHashes, options.hasPositions]
        let extraCount = extras.count { $0 }
        reply.array(found.count)
        for point in found {
            if extraCount > 0 { reply.array(extraCount + 1) }
            reply.bulk(point.member)
            if options.hasDistances { reply.distance(point.distance / unit) }
            if options.hasHashes { reply.integer(signedInteger(point.score)) }
            if options.hasPositions { reply.position(point.position) }
        }
    }

    /// Stores what was found with its positions, or with its distances in `unit`.
    private static func store(
        _ engine: Engine, _ call: inout Call, _ destination: Int, _ found: [FoundMember],
        _ unit: Double?, _ event: Bytes
    ) {
        engine.write(&call, call[destination]) { slot, call in
            call.reply.integer(found.count)
            guard !found.isEmpty else {
                guard slot.entry != nil else { return .none }
                engine.remove(&slot)
                return .changed(.generic, "del")
            }
            let longest = found.reduce(0) { max($0, $1.member.withBytes { $0.count }) }
            var result = engine.makeSortedSet(count: found.count, longest: longest)
            for point in found {
                let score = unit.map { point.distance / $0 } ?? point.score
                point.member.withBytes { _ = engine.setScore(score, of: $0, in: &result) }
            }
            engine.setSortedSet(&slot, result)
            return .changed(.sortedSet, event, weight: found.count)
        }
    }
}
