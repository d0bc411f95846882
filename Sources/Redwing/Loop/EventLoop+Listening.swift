// Where the loop listens, and changing that while clients are served.
import RedwingEngine
import RedwingLinux

extension EventLoop {
    /// Listens where `new` says, for CONFIG SET of port and bind; connections stay. Returns false,
    /// and listens where it did before, when that is not possible.
    func listen(as new: Configuration) -> Bool {
        guard listenedPort != new.port || listenedBind != new.bind else { return true }
        let names = new.bind.map { $0.hasPrefix("-") ? String($0.dropFirst()) : $0 }
        // `*` and one address of it cannot both be listened on: what goes is closed first, and so
        // nothing here may hold on to it.
        let kept = listeners.filter { $0.port == new.port && names.contains($0.address) }
        replaceTCPListeners(by: kept)
        do throws(ServerError) {
            let opened = try Listener.openTCP(new, usesAnyPort: false, kept, logger)
            replaceTCPListeners(by: opened)
            (listenedPort, listenedBind) = (new.port, new.bind)
            return true
        } catch {
            logger.warning("\(error)")
            var former = engine.configuration
            (former.port, former.bind) = (listenedPort, listenedBind)
            if let opened = try? Listener.openTCP(former, usesAnyPort: false, kept, logger) {
                replaceTCPListeners(by: opened)
            }
            return false
        }
    }

    private func replaceTCPListeners(by new: [Listener]) {
        for listener in listeners
        where !listener.isUnix && !new.contains(where: { $0 === listener }) {
            epoll.remove(listener.handle)
        }
        for listener in new where !listeners.contains(where: { $0 === listener }) {
            watch(listener)
        }
        listeners = new + listeners.filter(\.isUnix)
    }

    /// Accepts nobody until the next periodic checks.
    func pauseListening() {
        isListeningPaused = true
        for listener in listeners { epoll.remove(listener.handle) }
    }

    /// Ends such a pause.
    func resumeListening() {
        isListeningPaused = false
        for listener in listeners { watch(listener) }
    }

    /// Begins to accept connections.
    func startListening() {
        (listenedPort, listenedBind) = (engine.configuration.port, engine.configuration.bind)
        for listener in listeners { watch(listener) }
    }

    private func watch(_ listener: Listener) {
        do throws(SystemError) {
            try epoll.add(listener.handle, .readable, generation: Role.listener)
        } catch {
            logger.critical("Cannot watch the listener on \(listener.address): \(error)")
        }
    }
}
