// What a search for positions is told: where, how far, what to answer and where to store it. The
// order in which errors are found is Valkey's.
import RedwingContainers

/// The commands that search.
enum GeoSearchCommand {
    case search
    case searchStore
    case radius
    case radiusReadOnly
    case radiusByMember
    case radiusByMemberReadOnly

    /// The argument that names the sorted set.
    var source: Int { self == .searchStore ? 2 : 1 }

    /// Whether it is one of the newer commands, which say by words where to search.
    var isSearch: Bool { self == .search || self == .searchStore }

    fileprivate var mayStore: Bool { self == .radius || self == .radiusByMember }

    /// The first argument that is an option.
    fileprivate var firstOption: Int {
        switch self {
        case .search: 2
        case .searchStore: 3
        case .radius, .radiusReadOnly: 6
        case .radiusByMember, .radiusByMemberReadOnly: 5
        }
    }
}

/// The arguments of a search.
struct GeoSearchOptions {
    enum Order {
        case none
        case nearestFirst
        case farthestFirst
    }

    private let command: GeoSearchCommand
    /// The members; nil when the key is missing.
    private let set: SortedSetValue?
    private var center: GeoPosition?
    private var hasMember = false
    private var hasPosition = false
    private var form: GeoShape.Form?
    private var unit = 1.0
    private(set) var order = Order.none
    /// The most members to answer, 0 for all.
    private(set) var count = 0
    /// Whether any members will do, not only the nearest.
    private(set) var isAny = false
    private(set) var hasDistances = false
    private(set) var hasHashes = false
    private(set) var hasPositions = false
    /// The argument that names where to store.
    private(set) var destination: Int?
    private(set) var storesDistances = false

    /// The shape; nil when the key is missing, which spares naming one.
    var shape: GeoShape? {
        guard let form else { return nil }
        if case .polygon(let corners) = form {
            return GeoShape(form, unit: unit, center: corners[0])
        }
        return center.map { GeoShape(form, unit: unit, center: $0) }
    }

    /// The options of a call; answers the error itself.
    init?(_ call: borrowing Call, _ command: GeoSearchCommand, _ set: SortedSetValue?) {
        self.command = command
        self.set = set
        if command == .searchStore { destination = 1 }
        guard parseFixedPart(call) else { return nil }
        var index = command.firstOption
        while index < call.count {
            guard let taken = parse(call, index) else { return nil }
            index += taken
        }
        if let problem = problem(call) {
            call.reply.error(problem)
            return nil
        }
        if count > 0, order == .none, !isAny { order = .nearestFirst }
    }

    private mutating func parseFixedPart(_ call: borrowing Call) -> Bool {
        switch command {
        case .search, .searchStore: return true
        case .radius, .radiusReadOnly:
            guard let position = call.position(2) else { return false }
            center = position
            return parseRadius(call, 4)
        case .radiusByMember, .radiusByMemberReadOnly:
            if set == nil { return true }
            return parseMember(call, 2) && parseRadius(call, 3)
        }
    }

    /// Takes the option at `index` and returns how many arguments it has; answers the error itself.
    private mutating func parse(_ call: borrowing Call, _ index: Int) -> Int? {
        if let taken = parseFlag(call[index]) { return taken }
        let left = call.count - index - 1
        if call[index].isToken("count"), left >= 1 {
            return parseCount(call, index + 1) ? 2 : nil
        }
        if command.isSearch {
            if let taken = parsePlace(call, index, left: left) { return taken > 0 ? taken : nil }
        } else if command.mayStore, left >= 1 {
            let storesDistances = call[index].isToken("storedist")
            if storesDistances || call[index].isToken("store") {
                destination = index + 1
                self.storesDistances = storesDistances
                return 2
            }
        }
        call.reply.error(ReplyError.syntax)
        return nil
    }

    private mutating func parseFlag(_ option: Bytes) -> Int? {
        if option.isToken("withdist") {
            hasDistances = true
        } else if option.isToken("withhash") {
            hasHashes = true
        } else if option.isToken("withcoord") {
            hasPositions = true
        } else if option.isToken("any") {
            isAny = true
        } else if option.isToken("asc") {
            order = .nearestFirst
        } else if option.isToken("desc") {
            order = .farthestFirst
        } else if command == .searchStore, option.isToken("storedist") {
            storesDistances = true
        } else {
            return nil
        }
        return 1
    }

    private mutating func parseCount(_ call: borrowing Call, _ index: Int) -> Bool {
        guard let number = call[index].parseInteger() else {
            call.reply.error(ReplyError.notInteger)
            return false
        }
        guard number > 0 else {
            call.reply.error("ERR COUNT must be > 0")
            return false
        }
        count = Int(number)
        return true
    }

    /// Takes where GEOSEARCH shall search; nil if the argument does not say that, 0 after an error.
    private mutating func parsePlace(
        _ call: borrowing Call, _ index: Int, left: Int
    ) -> Int? {
        let option = call[index]
        var (isCircle, isBox, isPolygon) = (false, false, false)
        switch form {
        case .circle: isCircle = true
        case .box: isBox = true
        case .polygon: isPolygon = true
        case nil: break
        }
        if option.isToken("frommember"), left >= 1, !hasPosition, !isPolygon {
            hasMember = true
            return set == nil || parseMember(call, index + 1) ? 2 : 0
        }
        if option.isToken("fromlonlat"), left >= 2, !hasMember, !isPolygon {
            guard let position = call.position(index + 1) else { return 0 }
            center = position
            hasPosition = true
            return 3
        }
        if option.isToken("byradius"), left >= 2, !isBox, !isPolygon {
            return parseRadius(call, index + 1) ? 3 : 0
        }
        if option.isToken("bybox"), left >= 3, !isCircle, !isPolygon {
            return parseBox(call, index + 1) ? 4 : 0
        }
        if option.isToken("bypolygon"), left >= 2, !isCircle, !isBox, !hasMember, !hasPosition {
            return parsePolygon(call, index + 1, left: left - 1)
        }
        return nil
    }

    private mutating func parseMember(_ call: borrowing Call, _ index: Int) -> Bool {
        guard let score = set?.score(call[index]) else {
            call.reply.error(["ERR member ", call[index], " does not exist"])
            return false
        }
        center = GeoPosition(score: score)
        return true
    }

    private mutating func parseRadius(_ call: borrowing Call, _ index: Int) -> Bool {
        guard let radius = call[index].parseDouble() else {
            call.reply.error("ERR need numeric radius")
            return false
        }
        guard radius >= 0 else {
            call.reply.error("ERR radius cannot be negative")
            return false
        }
        guard let unit = call.lengthUnit(index + 1) else { return false }
        form = .circle(radius: radius)
        self.unit = unit
        return true
    }

    private mutating func parseBox(_ call: borrowing Call, _ index: Int) -> Bool {
        guard let width = call[index].parseDouble() else {
            call.reply.error("ERR need numeric width")
            return false
        }
        guard let height = call[index + 1].parseDouble() else {
            call.reply.error("ERR need numeric height")
            return false
        }
        guard width >= 0, height >= 0 else {
            call.reply.error("ERR height or width cannot be negative")
            return false
        }
        guard let unit = call.lengthUnit(index + 2) else { return false }
        form = .box(width: width, height: height)
        self.unit = unit
        return true
    }

    /// The corners of a polygon, their number first; returns how many arguments there are with the
    /// option, 0 after an error.
    private mutating func parsePolygon(
        _ call: borrowing Call, _ index: Int, left: Int
    ) -> Int {
        guard let number = call[index].parseInteger(), Int32(exactly: number) != nil else {
            call.reply.error("ERR invalid number of vertices")
            return 0
        }
        guard number >= 3, number <= left / 2 else {
            call.reply.error("ERR GEOSEARCH BYPOLYGON must have at least 3 vertices")
            return 0
        }
        var corners: [GeoPosition] = []
        for corner in 0..<Int(number) {
            guard let position = call.position(index + 1 + 2 * corner) else { return 0 }
            corners.append(position)
        }
        form = .polygon(corners)
        unit = 1
        return 2 + 2 * Int(number)
    }

    /// What of the options does not go together, as an error in parts.
    private func problem(_ call: borrowing Call) -> [Bytes]? {
        if destination != nil, hasDistances || hasHashes || hasPositions {
            return [
                "ERR ",
                command == .searchStore ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS",
                " is not compatible with WITHDIST, WITHHASH and WITHCOORD options",
            ]
        }
        if command.isSearch {
            var isPolygon = false
            if case .polygon = form { isPolygon = true }
            if !hasMember, !hasPosition, !isPolygon {
                return [
                    "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ", call[0],
                ]
            }
            if form == nil {
                return [
                    "ERR exactly one of BYRADIUS, BYBOX and BYPOLYGON can be specified for ",
                    call[0],
                ]
            }
        }
        if isAny, count == 0 { return ["ERR the ANY argument requires COUNT argument"] }
        return nil
    }
}
