// Where users come from when a server starts, and how they are read and written again later.
import RedwingContainers

/// Why a server cannot start with the users that it was given.
public struct UserLoadingError: Error, CustomStringConvertible {
    /// The reason.
    public let description: String
}

extension Engine {
    /// Makes the users of the configuration, or of the file that it names. To be called once, when
    /// all commands are registered and the host is there.
    ///
    /// - Throws: when a rule is wrong, a file cannot be read, or both places are in use.
    public func loadUsers() throws(UserLoadingError) {
        let users = configuration.users
        guard configuration.aclFile.isEmpty || users.isEmpty else {
            throw UserLoadingError(
                description: """
                    Users are defined by 'user' lines and 'aclfile' names a file with users: only \
                    one of the two can be
                    """)
        }
        for words in users { try makeUser(words) }
        guard !configuration.aclFile.isEmpty else { return }
        let file = readUsers()
        guard file.problems.isEmpty else {
            throw UserLoadingError(
                description: "Aborting startup because of ACL errors: "
                    + String(decoding: file.problems, as: UTF8.self))
        }
        replaceUsers(file.users) { _, _ in }
    }

    /// Makes a user of a line of the configuration, its name first.
    private func makeUser(_ words: [[UInt8]]) throws(UserLoadingError) {
        let name = words[0]
        let shown = String(decoding: name, as: UTF8.self)
        if name.withBytes(\.hasBlanksOrZero) {
            throw UserLoadingError(description: "'\(shown)': Spaces not allowed in ACL usernames")
        }
        let context = ruleContext
        let rights: Rights
        do throws(RuleListError) {
            rights = try Rights(context).applying(Array(words.dropFirst()), context)
        } catch {
            throw UserLoadingError(
                description: "Error in user declaration of '\(shown)': "
                    + String(decoding: error.text, as: UTF8.self))
        }
        if name == AccessControl.defaultName {
            setRights(rights, of: accessControl.defaultUser)
        } else {
            accessControl.add(User(name, rights, table))
        }
        if !rights.isOn {
            host?.log(
                """
                The user '\(shown)' is disabled (there is no 'on' modifier in the user \
                description). Make sure this is not a configuration error.
                """)
        }
    }

    /// What the file with users holds now.
    func readUsers() -> (users: [(name: [UInt8], rights: Rights)], problems: [UInt8]) {
        let path = configuration.aclFile
        do throws(HostFailure) {
            guard let host else { throw HostFailure(reason: "No such file or directory") }
            let file = UserFile(try host.readFile(path), path: path, ruleContext)
            return (file.users, file.problems)
        } catch {
            let problem = "Error loading ACLs, opening file '\(path)': \(error.reason)"
            return ([], Array(problem.utf8))
        }
    }

    /// Writes all users to their file; answers whether that went well.
    func saveUsers() -> Bool {
        var text: [UInt8] = []
        for user in accessControl.sorted { text += user.line + [0x0a] }
        do throws(HostFailure) {
            guard let host else { return false }
            try host.replaceFile(configuration.aclFile, with: text)
            return true
        } catch {
            host?.log("Writing ACL file for ACL SAVE: \(error.reason)")
            return false
        }
    }
}
