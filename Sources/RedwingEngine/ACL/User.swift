// A user by name. Sessions refer to it; what it may do can change under them.
import RedwingContainers

/// An ACL user.
final class User {
    let name: [UInt8]
    private(set) var rights: Rights
    /// What follows from the rights; sessions keep copies of the handle, which `set` makes invalid.
    private(set) var permissions: Permissions

    init(_ name: [UInt8], _ rights: Rights, _ table: CommandTable) {
        self.name = name
        self.rights = rights
        permissions = Permissions(rights, table)
    }

    deinit { permissions.destroy() }

    /// Gives the user other rights. Its sessions have to be told.
    func set(_ rights: Rights, _ table: CommandTable) {
        self.rights = rights
        permissions.destroy()
        permissions = Permissions(rights, table)
    }

    /// Makes this the user's only password; an empty one is none.
    func setPassword(_ password: [UInt8], _ table: CommandTable) {
        var rights = rights
        rights.setOnlyPassword(password)
        set(rights, table)
    }

    /// The name as text.
    var displayName: String { String(decoding: name, as: UTF8.self) }

    /// The line that ACL LIST shows and files hold: `user <name> <rules>`.
    var line: [UInt8] { Array("user ".utf8) + name + [0x20] + rights.text }
}
