// How the modules above let their command handlers reach an object of theirs.

/// A reference to an object that is used by an engine's thread only, for the handlers which that
/// engine runs: they have to be `Sendable`, yet never run on another thread, and so may hold what
/// is not. The object must live until the engine runs no more commands; it is not kept alive,
/// for it usually owns the engine that owns the handlers.
package struct EngineBound<Object: AnyObject>: @unchecked Sendable {
    /// The object. Ask for it on the engine's thread only.
    package unowned let object: Object

    /// A reference to `object`, which shares its engine's thread.
    package init(_ object: Object) { self.object = object }
}
