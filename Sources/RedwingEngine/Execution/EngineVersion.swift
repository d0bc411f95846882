// The versions that clients are told.

/// Versions of the engine.
public enum EngineVersion {
    /// Redwing's own.
    public static let own: StaticString = "0.1.0"
    /// The version of Redis whose features clients may rely on; they switch features on it.
    public static let compatible: StaticString = "7.4.0"
}
