// Listening, accepting, connecting and addresses, over loopback and Unix sockets.
import Glibc
import Testing

@testable import RedwingLinux

@Suite struct SocketTests {
    @Test func tcpV4() throws {
        let any = try #require(try SocketAddress.resolve("127.0.0.1", port: 0, isV6: false).first)
        let listener = try Socket.listen(on: any, backlog: 16)
        let bound = try listener.handle.localAddress()
        #expect(bound.port != 0)
        #expect(try !hasWaiting(listener.handle))
        let client = try Socket.connect(to: bound)
        let address = try client.handle.localAddress()
        let accepted = try #require(try acceptSoon(listener.handle))
        #expect(accepted.peer == address)
        #expect(accepted.peer.isLoopback)
        #expect(try accepted.descriptor.localAddress() == bound)
        #expect(try accepted.descriptor.peerAddress() == address)
        #expect(address.text() == "127.0.0.1:\(address.port)")
        let flags = fcntl(accepted.descriptor.number, F_GETFL)
        #expect(flags & O_NONBLOCK != 0)
        #expect(fcntl(accepted.descriptor.number, F_GETFD) == FD_CLOEXEC)
        try accepted.descriptor.setNoDelay()
        try accepted.descriptor.setKeepAlive(interval: 300)
        #expect(option(accepted.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY) == 1)
        #expect(option(accepted.descriptor, SOL_SOCKET, SO_KEEPALIVE) == 1)
        #expect(option(accepted.descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE) == 300)
        #expect(option(accepted.descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL) == 100)
        #expect(option(accepted.descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT) == 3)
        #expect(throws: SystemError(operation: "bind", code: EADDRINUSE)) {
            _ = try Socket.listen(on: bound, backlog: 16)
        }
    }

    @Test func tcpV6BesideV4OnOnePort() throws {
        let any = try #require(try SocketAddress.resolve("::1", port: 0, isV6: true).first)
        guard hasIPv6(any) else { return }
        let listener = try Socket.listen(on: any, backlog: 16)
        let bound = try listener.handle.localAddress()
        #expect(bound.text() == "[::1]:\(bound.port)")
        #expect(bound.isLoopback)
        let client = try Socket.connect(to: bound)
        let accepted = try #require(try acceptSoon(listener.handle))
        #expect(try accepted.peer == client.handle.localAddress())
    }

    @Test func unixSocket() throws {
        let path = "/tmp/redwing-socket-\(getpid())-\(Entropy.bits())"
        defer { unlink(path) }
        let listener = try Socket.listen(path: path, permissions: 0o700, backlog: 16)
        #expect(try File.status(path).permissions == 0o700)
        let client = try Socket.connect(to: .local, path: path)
        let accepted = try #require(try acceptSoon(listener.handle))
        #expect(accepted.peer == .local)
        #expect(accepted.peer.text(path: path) == "\(path):0")
        try client.handle.writeAll([42])
        #expect(try poll(accepted.descriptor).readText() == "*")
        // A stale file of an earlier run is no obstacle.
        _ = try Socket.listen(path: path, permissions: 0, backlog: 16)
        let long = "/tmp/" + String(repeating: "x", count: 200)
        #expect(throws: SystemError(operation: "socket path", code: ENAMETOOLONG)) {
            _ = try Socket.listen(path: long, permissions: 0, backlog: 1)
        }
    }

    @Test func addressesAsText() {
        #expect(SocketAddress.v4(0x0a01_02ff, port: 6379).text() == "10.1.2.255:6379")
        #expect(
            SocketAddress.v6(0x2001_0db8 << 32, 0xff, port: 1, scope: 0).text()
                == "[2001:db8::ff]:1")
        #expect(!SocketAddress.v4(0x0a01_02ff, port: 1).isLoopback)
        #expect(!SocketAddress.v6(0, 2, port: 1, scope: 0).isLoopback)
    }

    @Test func anyAddressAndUnknownHosts() throws {
        #expect(try SocketAddress.resolve(nil, port: 7, isV6: false) == [.v4(0, port: 7)])
        #expect(
            try SocketAddress.resolve(nil, port: 7, isV6: true) == [.v6(0, 0, port: 7, scope: 0)])
        do {
            _ = try SocketAddress.resolve("300.1.1.1.", port: 7, isV6: false)
            Issue.record("resolved")
        } catch {
            #expect(error.operation == "getaddrinfo" && error.code < 0)
            #expect(!error.description.isEmpty)
        }
    }

    private func option(_ socket: Descriptor, _ level: Int32, _ name: Int32) -> Int32 {
        var value: Int32 = -1
        var size = socklen_t(4)
        getsockopt(socket.number, level, name, &value, &size)
        return value
    }
}

/// A connection that a test accepted; closed with this object.
final class TestConnection {
    private let owner: FileDescriptor
    let peer: SocketAddress
    var descriptor: Descriptor { owner.handle }

    init(_ owner: consuming FileDescriptor, peer: SocketAddress) {
        self.owner = owner
        self.peer = peer
    }
}

/// Whether a connection waits to be accepted; if so, it is accepted and closed.
private func hasWaiting(_ listener: Descriptor) throws -> Bool {
    switch try Socket.accept(listener) {
    case .none: false
    case .some: true
    }
}

/// Whether the machine has this IPv6 address.
private func hasIPv6(_ address: SocketAddress) -> Bool {
    do {
        _ = try Socket.listen(on: address, backlog: 1)
        return true
    } catch {
        return !(error.isProtocolUnsupported || error.isAddressNotAvailable)
    }
}

/// Waits until the descriptor can be read.
@discardableResult
func poll(_ descriptor: Descriptor) throws -> Descriptor {
    let epoll = try Epoll(capacity: 1)
    try epoll.add(descriptor, .readable, generation: 0)
    try #require(try epoll.wait(timeout: 10_000_000_000) == 1)
    return descriptor
}

/// Accepts a connection that is under way.
func acceptSoon(_ listener: Descriptor) throws -> TestConnection? {
    try poll(listener)
    guard let accepted = try Socket.accept(listener) else { return nil }
    let peer = accepted.peer
    return TestConnection(accepted.take(), peer: peer)
}
