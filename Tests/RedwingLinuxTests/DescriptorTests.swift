// Descriptors, events and sockets against the kernel itself.
import Glibc
import Testing

@testable import RedwingLinux

@Suite struct DescriptorTests {
    @Test func bytesGoThroughAPair() throws {
        let ends = try Ends()
        try ends.left.writeAll(Array("hello".utf8))
        #expect(try ends.right.readText() == "hello")
    }

    @Test func partsAreWrittenInOrder() throws {
        let ends = try Ends()
        let result = withParts(["ab", "", "cde"]) { ends.left.write($0) }
        #expect(result.count == 5)
        #expect(try ends.right.readText() == "abcde")
    }

    @Test func resultsTellTheirKindsApart() throws {
        let ends = try Ends()
        try ends.right.setNonBlocking(true)
        var room = [UInt8](repeating: 0, count: 8)
        let empty = room.withUnsafeMutableBytes { ends.right.read(into: $0) }
        #expect(empty.wouldBlock && !empty.isFailure && !empty.isEnd && empty.count == 0)
        ends.closeLeft()
        let end = room.withUnsafeMutableBytes { ends.right.read(into: $0) }
        #expect(end.isEnd && !end.wouldBlock && !end.isFailure)
        let bad = room.withUnsafeMutableBytes { Descriptor(-1).read(into: $0) }
        #expect(bad.isFailure)
        #expect(bad.error("read") == SystemError(operation: "read", code: EBADF))
    }

    @Test func anOwnerClosesItsDescriptor() throws {
        let ends = try Ends()
        ends.closeLeft()
        // The other end sees it, which a look at the number, perhaps in use again, could not tell.
        #expect(try ends.right.readText().isEmpty)
        let other = try Ends()
        let kept = try #require(other.giveLeftAway())
        try kept.writeAll([1])
        #expect(try other.right.readText() == "\u{1}")
        close(kept.number)
        #expect(throws: SystemError(operation: "close", code: EBADF)) {
            try FileDescriptor(owning: -1).close()
        }
    }

    @Test func errorsSayWhatAndWhy() {
        let error = SystemError(operation: "bind", code: EADDRINUSE)
        #expect(error.description == "bind: Address already in use")
        #expect(error.isAddressInUse)
        #expect(SystemError(operation: "open", code: 9999).reason.contains("9999"))
    }

    @Test func writeAllOutlastsAFullPipe() throws {
        let ends = try Ends()
        let sent = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let writer = try #require(ends.giveLeftAway())
        let thread = try Thread(name: "writer") {
            try? writer.writeAll(sent)
            close(writer.number)
        }
        #expect(try ends.right.readAll(limit: 4_000_000) == sent)
        thread.join()
    }
}

@Suite struct EpollTests {
    @Test func eventsCarryDescriptorAndGeneration() throws {
        let epoll = try Epoll(capacity: 8)
        let event = try EventFD()
        try epoll.add(event.handle, .readable, generation: 0xdead_beef)
        #expect(try epoll.wait(timeout: 0) == 0)
        event.signal()
        event.signal()
        #expect(try epoll.wait(timeout: -1) == 1)
        #expect(epoll[0].descriptor == event.handle)
        #expect(epoll[0].generation == 0xdead_beef)
        #expect(epoll[0].readiness == .readable)
        #expect(event.drain() == 2)
        #expect(event.drain() == 0)
        #expect(try epoll.wait(timeout: 0) == 0)
    }

    @Test func interestCanChangeAndEnd() throws {
        let epoll = try Epoll(capacity: 8)
        let ends = try Ends()
        try epoll.add(ends.left, .readable, generation: 1)
        #expect(try epoll.wait(timeout: 0) == 0)
        try epoll.modify(ends.left, [.readable, .writable, .ended], generation: 2)
        #expect(try epoll.wait(timeout: 0) == 1)
        #expect(epoll[0].generation == 2 && epoll[0].readiness == .writable)
        ends.closeRight()
        #expect(try epoll.wait(timeout: 0) == 1)
        #expect(epoll[0].readiness.isSuperset(of: [.readable, .ended, .closed]))
        epoll.remove(ends.left)
        #expect(try epoll.wait(timeout: 0) == 0)
        #expect(throws: SystemError(operation: "epoll_ctl", code: ENOENT)) {
            try epoll.modify(ends.left, .readable, generation: 3)
        }
    }

    @Test func timeoutsArePreciseToLessThanAMillisecond() throws {
        let epoll = try Epoll(capacity: 1)
        let start = Clock.monotonic()
        #expect(try epoll.wait(timeout: 300_000) == 0)
        let elapsed = Clock.monotonic() - start
        #expect(elapsed >= 300_000)
        #expect(elapsed < 2_000_000_000)
    }

    @Test func moreEventsThanRoomComeInTurns() throws {
        let epoll = try Epoll(capacity: 2)
        let events = try (0..<5).map { _ in try EventHolder() }
        for (index, holder) in events.enumerated() {
            try epoll.add(holder.event.handle, .readable, generation: UInt32(index))
            holder.event.signal()
        }
        var seen: Set<UInt32> = []
        for _ in 0..<3 {
            for index in 0..<(try epoll.wait(timeout: 0)) {
                seen.insert(epoll[index].generation)
                events[Int(epoll[index].generation)].event.drain()
            }
        }
        #expect(seen == [0, 1, 2, 3, 4])
    }
}

/// An eventfd that can be put into an array.
final class EventHolder {
    let event: EventFD
    init() throws(SystemError) { event = try EventFD() }
}

/// Two connected sockets, closed with this object.
final class Ends {
    private var leftOwner: FileDescriptor?
    private var rightOwner: FileDescriptor?
    let left: Descriptor
    let right: Descriptor

    init() throws(SystemError) {
        (left, right) = try Socket.pair()
        leftOwner = FileDescriptor(owning: left.number)
        rightOwner = FileDescriptor(owning: right.number)
    }

    func closeLeft() { leftOwner = nil }
    func closeRight() { rightOwner = nil }
    func giveLeftAway() -> Descriptor? { leftOwner.take()?.release() }
}

func withParts<R>(_ texts: [String], _ body: (UnsafeBufferPointer<iovec>) -> R) -> R {
    let blocks = texts.map { text in
        let block = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, text.utf8.count))
        block.update(from: Array(text.utf8), count: text.utf8.count)
        return iovec(iov_base: block, iov_len: text.utf8.count)
    }
    defer { for block in blocks { block.iov_base.deallocate() } }
    return blocks.withUnsafeBufferPointer(body)
}

extension Descriptor {
    /// What one read brings, as text.
    func readText() throws(SystemError) -> String {
        var room = [UInt8](repeating: 0, count: 64 * 1024)
        let result = room.withUnsafeMutableBytes { read(into: $0) }
        if let error = result.error("read") { throw error }
        return String(decoding: room[..<result.count], as: UTF8.self)
    }
}
