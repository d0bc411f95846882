// Where the loop listens, and changing that while clients are served.
import RedwingEngine
import RedwingLinux

extension EventLoop {
    /// Listens where `new` says, for CONFIG SET of port and bind; connections stay. Returns false,
    /// and listens where it did before, when that is not possible.
    func listen(as new: Configuration) -> Bool {
        guard
            listenedPort != new.port || listenedTLSPort != new.tls.port
                || listenedBind != new.bind
        else { return true }
        let names = new.bind.map { $0.hasPrefix("-") ? String($0.dropFirst()) : $0 }
        // `*` and one address of it cannot both be listened on: what goes is closed first, and so
        // nothing here may hold on to it.
        let kept = listeners.filter {
            $0.port == ($0.isTLS ? new.tls.port : new.port) && names.contains($0.address)
        }
        replaceTCPListeners(by: kept)
        do throws(ServerError) {
            replaceTCPListeners(by: try openTCPListeners(new, kept))
            remember(new)
            return true
        } catch {
            logger.warning("\(error)")
            var former = engine.configuration
            (former.port, former.tls.port) = (listenedPort, listenedTLSPort)
            former.bind = listenedBind
            if let opened = try? openTCPListeners(former, kept) {
                replaceTCPListeners(by: opened)
            }
            return false
        }
    }

    private func openTCPListeners(
        _ configuration: Configuration, _ kept: [Listener]
    ) throws(ServerError) -> [Listener] {
        try Listener.openTCP(configuration, usesAnyPort: false, kept, logger)
            + Listener.openTLS(configuration, kept, logger)
    }

    private func remember(_ configuration: Configuration) {
        listenedPort = configuration.port
        listenedTLSPort = configuration.tls.port
        listenedBind = configuration.bind
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
        remember(engine.configuration)
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
