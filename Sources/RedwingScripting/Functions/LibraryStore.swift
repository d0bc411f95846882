// The libraries of FUNCTION LOAD and the functions that they have registered.
import RedwingContainers
import RedwingLua

/// Libraries by name, functions by name without regard to case.
struct LibraryStore {
    /// A library.
    struct Library {
        let name: [UInt8]
        /// The whole text, first line included.
        let code: [UInt8]
        let functions: [LuaRegistration]
    }

    /// Milliseconds that the code of a library may run.
    static let loadingLimit: Int64 = 500

    /// In the order in which they came.
    private(set) var libraries: [Library] = []
    private var functions: [[UInt8]: LuaRegistration] = [:]
    /// When the clock was first looked at while code is loaded.
    var loadingSince: Int64?

    /// The number of functions.
    var functionCount: Int { libraries.reduce(0) { $0 + $1.functions.count } }

    /// The bytes of all code.
    var codeBytes: Int { libraries.reduce(0) { $0 + $1.code.count } }

    /// The function of a name.
    func function(_ name: Bytes) -> LuaRegistration? { functions[LibraryStore.key(name)] }

    /// The library of a name.
    func library(_ name: [UInt8]) -> Library? { libraries.first { $0.name == name } }

    /// Adds a library, in the place of one of the same name. Returns the functions that nobody can
    /// call any more; throws when it has functions in common with another.
    mutating func add(_ library: Library) throws(ScriptError) -> [LuaRegistration] {
        let former = self.library(library.name)
        let formerNames = Set(former?.functions.map { LibraryStore.key($0.name) } ?? [])
        for function in library.functions {
            let key = LibraryStore.key(function.name)
            if functions[key] != nil, !formerNames.contains(key) {
                throw ScriptError(
                    Array("ERR Function ".utf8) + function.name + Array(" already exists".utf8))
            }
        }
        let gone = remove(library.name)
        libraries.append(library)
        for function in library.functions { functions[LibraryStore.key(function.name)] = function }
        return gone ?? []
    }

    /// Removes a library and returns its functions; nil when there is none of that name.
    mutating func remove(_ name: [UInt8]) -> [LuaRegistration]? {
        guard let place = libraries.firstIndex(where: { $0.name == name }) else { return nil }
        let library = libraries.remove(at: place)
        for function in library.functions { functions[LibraryStore.key(function.name)] = nil }
        return library.functions
    }

    private static func key(_ name: Bytes) -> [UInt8] {
        var key = name.array
        for index in key.indices { key[index] = asciiLowercase(key[index]) }
        return key
    }

    private static func key(_ name: [UInt8]) -> [UInt8] { name.withBytes { key($0) } }

    /// Whether a library or function may have that name.
    static func isName(_ name: [UInt8]) -> Bool {
        !name.isEmpty
            && name.allSatisfy {
                let letter = asciiLowercase($0)
                return 0x61...0x7a ~= letter || 0x30...0x39 ~= letter || letter == 0x5f
            }
    }
}
