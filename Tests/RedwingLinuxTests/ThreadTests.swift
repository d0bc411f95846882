// Threads, what they pass to each other, and what the process tells about itself.
import Glibc
import Synchronization
import Testing

@testable import RedwingLinux

@Suite struct ThreadTests {
    @Test func aThreadRunsUnderItsNameAndIsJoined() throws {
        let seen = Mutex("")
        let thread = try Thread(name: "redwing-thread-with-a-long-name") {
            let name = try? File.readAll("/proc/thread-self/comm", limit: 64)
            seen.withLock { $0 = String(decoding: name ?? [], as: UTF8.self) }
        }
        thread.join()
        #expect(seen.withLock { $0 } == "redwing-thread-\n")
    }

    @Test func nicenessBelongsToTheThread() throws {
        let before = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
        let inside = Mutex(Int32(-1))
        try Thread(name: "nice") {
            Thread.yieldToOthers(nice: 7, asBatchJob: true)
            let value = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
            inside.withLock { $0 = value }
        }.join()
        #expect(inside.withLock { $0 } == max(7, before))
        #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) == before)
    }

    @Test func mailboxWakesEpollOnceForManyMessages() throws {
        let mailbox = try Mailbox<Int>()
        let epoll = try Epoll(capacity: 4)
        try epoll.add(mailbox.handle, .readable, generation: 0)
        #expect(try epoll.wait(timeout: 0) == 0)
        let sender = try Thread(name: "sender") {
            for number in 0..<10_000 { mailbox.send(number) }
        }
        var taken: [Int] = []
        while taken.count < 10_000 {
            try #require(try epoll.wait(timeout: 10_000_000_000) == 1)
            taken += mailbox.takeAll()
        }
        sender.join()
        #expect(taken == Array(0..<10_000))
        mailbox.send(1)
        #expect(mailbox.close() == [1])
        #expect(!mailbox.send(2))
        #expect(mailbox.takeAll().isEmpty)
    }

    @Test func boundedQueueKeepsOrderAndItsBound() throws {
        let queue = BoundedQueue<Int>(capacity: 3)
        #expect((0..<5).map { queue.tryPush($0) } == [true, true, true, false, false])
        #expect(queue.isFull)
        let sum = Mutex(0)
        let consumer = try Thread(name: "consumer") {
            var last = -1
            while let next = queue.pop() {
                if next > last { sum.withLock { $0 += next } }
                last = next
            }
        }
        for number in 3..<2000 { #expect(queue.push(number)) }
        queue.close()
        #expect(!queue.push(1) && !queue.tryPush(1))
        consumer.join()
        #expect(sum.withLock { $0 } == 1999 * 2000 / 2)
    }

    @Test func aTimedWaitEnds() {
        let monitor = Monitor(0)
        let start = Clock.monotonic()
        let result: Int? = monitor.wait(nanoseconds: 5_000_000) { $0 == 1 ? 1 : nil }
        #expect(result == nil)
        #expect(Clock.monotonic() - start >= 5_000_000)
        monitor.withLock { $0 = 1 }
        #expect(monitor.wait(nanoseconds: 5_000_000) { $0 == 1 ? 7 : nil } == 7)
    }
}

@Suite struct ProcessTests {
    @Test func clocksAgree() {
        let seconds = Int64(time(nil))
        #expect(abs(Clock.milliseconds() / 1000 - seconds) <= 1)
        #expect(abs(Clock.microseconds() / 1_000_000 - seconds) <= 1)
        let first = Clock.monotonic()
        #expect(Clock.monotonic() >= first)
        #expect(Clock.threadCPU() > 0)
    }

    @Test func ticksAreWorthWhatTheySay() {
        let worth = Clock.nanosecondsPerTick()
        let startTicks = Clock.ticks()
        let start = Clock.monotonic()
        while Clock.monotonic() - start < 5_000_000 {}
        let elapsed = Double(Clock.monotonic() - start)
        let measured = Double(Clock.ticks() - startTicks) * worth
        #expect(measured > elapsed * 0.5 && measured < elapsed * 2)
    }

    @Test func entropyIsNotConstant() throws {
        #expect(try Entropy.bytes(0).isEmpty)
        #expect(try Entropy.bytes(1000).count == 1000)
        #expect(Set((0..<100).map { _ in Entropy.bits() }).count == 100)
    }

    @Test func factsAboutTheProcess() {
        #expect(ProcessInfo.identifier == getpid())
        #expect(ProcessInfo.residentBytes > 1 << 20)
        #expect(ProcessInfo.machineMemory > ProcessInfo.residentBytes)
        #expect(ProcessInfo.cpuTime.user + ProcessInfo.cpuTime.system > 0)
        #expect(ProcessInfo.systemDescription.hasPrefix("Linux "))
        #expect(ProcessInfo.executablePath.hasPrefix("/"))
        #expect(ProcessInfo.threadCount >= 1)
        #expect(ProcessInfo.openDescriptorCount >= 3)
    }

    @Test func openFilesLimitIsNeverLowered() throws {
        let now = try ResourceLimits.raiseOpenFiles(to: 0)
        #expect(now > 0)
        #expect(try ResourceLimits.raiseOpenFiles(to: now) == now)
        #expect(try ResourceLimits.raiseOpenFiles(to: now + 1) >= now)
    }

    @Test func signalsBecomeEvents() throws {
        Signals.ignoreBrokenPipes()
        let ends = try Ends()
        ends.closeRight()
        #expect(throws: SystemError(operation: "write", code: EPIPE)) {
            try ends.left.writeAll([1])
        }
        let signals = try Signals([.hangup])
        #expect(signals.takeAll().isEmpty)
        try Signals.send(.hangup, to: getpid())
        try poll(signals.handle)
        #expect(signals.takeAll() == [.hangup])
        #expect(signals.takeAll().isEmpty)
    }
}
