// What one client asked of client-side caching.

/// A client's choice of how it hears of changes.
struct ClientTracking {
    /// What CLIENT TRACKING and CLIENT CACHING set.
    struct Options: OptionSet {
        let rawValue: UInt8
        /// Hears of all keys with its prefixes, whether it has read them or not.
        static let broadcast = Options(rawValue: 1 << 0)
        /// Only keys are remembered that are read behind CLIENT CACHING YES.
        static let optIn = Options(rawValue: 1 << 1)
        /// Keys that are read behind CLIENT CACHING NO are not remembered.
        static let optOut = Options(rawValue: 1 << 2)
        /// Does not hear of its own changes.
        static let noLoop = Options(rawValue: 1 << 3)
        /// CLIENT CACHING was given, and is about the next command.
        static let caching = Options(rawValue: 1 << 4)
        /// The client that was to get the messages has gone.
        static let brokenRedirect = Options(rawValue: 1 << 5)
    }

    var options: Options = []
    /// The client that gets the messages instead, or 0.
    var redirect: UInt64 = 0
    /// What the client's keys begin with when it hears of all of them.
    var prefixes: [[UInt8]] = []
    /// What the tracking table knows the client by; 0 as long as it does not.
    var number: UInt32 = 0

    /// Whether the keys that the running command reads are remembered.
    @inline(__always)
    var remembersKeys: Bool {
        if options.isEmpty { return true }
        if options.contains(.broadcast) { return false }
        let caching = options.contains(.caching)
        if options.contains(.optIn) { return caching }
        return !(options.contains(.optOut) && caching)
    }
}
