// The commands of one engine, found by name without regard to case. Built once an instance from
// the families' lines; the modules above add families of their own before the first command.
import RedwingContainers

/// All commands and subcommands, addressed by index.
struct CommandTable {
    /// What the executor reads of a command.
    struct Hot {
        var handler: CommandHandler
        var flags: CommandFlags
        var arity: Int16
        /// The argument that is the first key; 0 when there is none at a fixed place.
        var firstKey: Int16
        /// Whether the second argument names a subcommand.
        var isContainer: Bool
        /// Whether it works on what the entry of its first key refers to.
        var reachesValue: Bool
        /// The keys whose values it reads and does not change, as clients cache them.
        var reads: Reading
        /// What a user needs to be allowed to run it.
        var access: AccessRule
    }

    /// Which keys a command reads.
    enum Reading: UInt8 {
        case nothing
        /// Its first key, at a fixed place, and no other.
        case firstKey
        /// What its key specs say.
        case several
    }

    /// What the executor counts of a command, for INFO commandstats.
    struct Counters {
        var calls = 0
        /// Ticks.
        var time = 0
        /// How often it was not allowed to run.
        var rejected = 0
        /// How often it ran and answered an error.
        var failed = 0
        /// Made when the command first runs with `latency-tracking`.
        var latency: LatencyHistogram?
    }

    private(set) var specs: [CommandSpec] = []
    /// The container of a subcommand, or -1.
    private(set) var parents: [CommandIndex] = []
    /// The same order as `specs`.
    let hot: FixedArray<Hot>
    let counters: FixedArray<Counters>
    /// Open addressing over name digests: index + 1, 0 for a free place.
    private let places: FixedArray<Place>

    private struct Place {
        var digest: UInt64
        var index: CommandIndex
    }

    private static let placeCount = 1024

    init(_ families: [[CommandSpec]]) {
        var places = [Place](
            repeating: Place(digest: 0, index: -1), count: CommandTable.placeCount)
        for family in families {
            for spec in family {
                let parent = CommandIndex(specs.count)
                specs.append(spec)
                parents.append(-1)
                CommandTable.enter(Bytes(spec.name), parent, &places)
                for subcommand in spec.subcommands {
                    parents.append(parent)
                    specs.append(subcommand)
                }
            }
        }
        hot = FixedArray(
            zip(specs, parents).map { spec, parent in
                Hot(
                    handler: spec.handler, flags: spec.flags, arity: Int16(spec.arity),
                    firstKey: CommandTable.firstKey(spec), isContainer: !spec.subcommands.isEmpty,
                    reachesValue: !spec.categories.isDisjoint(with: .collections),
                    reads: CommandTable.reading(spec),
                    access: AccessRule(spec, isSubcommand: parent >= 0))
            })
        counters = FixedArray(specs.map { _ in Counters() })
        self.places = FixedArray(places)
    }

    private static func firstKey(_ spec: CommandSpec) -> Int16 {
        guard let first = spec.keys.first, !first.flags.contains(.notKey),
            case .index(let index) = first.begin, case .range = first.find
        else { return 0 }
        return Int16(index)
    }

    private static func reading(_ spec: CommandSpec) -> Reading {
        // A script is not what reads; the commands in it are.
        guard spec.flags.contains(.readonly), !spec.flags.contains(.pubsub),
            !spec.categories.contains(.scripting), let key = spec.keys.first
        else { return .nothing }
        if spec.keys.count == 1, firstKey(spec) > 0, case .range(0, _, _) = key.find {
            return .firstKey
        }
        return .several
    }

    /// Up to sixteen lower-cased letters and the length, mixed: commands differ in these.
    @inline(__always)
    private static func digest(_ name: Bytes) -> UInt64 {
        var digest: UInt64 = UInt64(truncatingIfNeeded: name.count)
        for index in 0..<min(name.count, 24) {
            digest = (digest ^ UInt64(asciiLowercase(name[index]))) &* 0x9e37_79b9_7f4a_7c15
            digest ^= digest &>> 29
        }
        return digest
    }

    private static func enter(_ name: Bytes, _ index: CommandIndex, _ places: inout [Place]) {
        let digest = digest(name)
        var place = Int(digest & UInt64(placeCount - 1))
        while places[place].index >= 0 { place = (place + 1) % placeCount }
        places[place] = Place(digest: digest, index: index)
    }

    /// The top-level command of this name, or nil.
    @inline(__always)
    func find(_ name: Bytes) -> CommandIndex? {
        let digest = CommandTable.digest(name)
        var place = Int(truncatingIfNeeded: digest) & (CommandTable.placeCount - 1)
        while places[place].index >= 0 {
            if places[place].digest == digest { return places[place].index }
            place = (place + 1) & (CommandTable.placeCount - 1)
        }
        return nil
    }

    /// The subcommand of a container, or nil.
    func subcommand(of container: CommandIndex, _ name: Bytes) -> CommandIndex? {
        let count = specs[Int(container)].subcommands.count
        for index in (Int(container) + 1)..<(Int(container) + 1 + count)
        where name.equalsIgnoringCase(Bytes(specs[index].name)) {
            return CommandIndex(index)
        }
        return nil
    }

    /// The commands that are no subcommands, in the table's order.
    var topLevel: [CommandIndex] {
        (0..<CommandIndex(specs.count)).filter { parents[Int($0)] < 0 }
    }

    /// The command or subcommand of a name such as `config|set`, or nil.
    func find(fullName: Bytes) -> CommandIndex? {
        guard let bar = fullName.firstIndex(of: 0x7c) else { return find(fullName) }
        guard let container = find(fullName.slice(0, bar)) else { return nil }
        return subcommand(of: container, fullName.slice(bar + 1, fullName.count - bar - 1))
    }

    /// The name that INFO and errors use: `get`, `config|set`.
    func fullName(_ index: CommandIndex) -> String {
        let name = Bytes(specs[Int(index)].name).string
        let parent = parents[Int(index)]
        return parent < 0 ? name : "\(Bytes(specs[Int(parent)].name).string)|\(name)"
    }

    func destroy() {
        hot.destroy()
        for index in 0..<counters.count { counters[index].latency?.destroy() }
        counters.destroy()
        places.destroy()
    }
}
