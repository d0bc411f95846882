// Files and directories on the real file system, each test in a directory of its own.
import Glibc
import Testing

@testable import RedwingLinux

@Suite final class FileTests {
    let directory: String

    init() throws {
        directory = "/tmp/redwing-files-\(getpid())-\(Entropy.bits())"
        try File.makeDirectory(directory)
    }

    deinit {
        for name in (try? File.names(in: directory)) ?? [] {
            try? File.remove("\(directory)/\(name)")
        }
        try? File.removeDirectory(directory)
    }

    @Test func replaceLeavesTheOldOrTheNewContent() throws {
        let path = "\(directory)/a.conf"
        try File.replace(path, with: Array("one".utf8), permissions: 0o600)
        try File.replace(path, with: Array("two".utf8), permissions: 0o600)
        #expect(try File.readAll(path, limit: 100) == Array("two".utf8))
        #expect(try File.status(path).permissions == 0o600)
        #expect(try File.names(in: directory) == ["a.conf"])
        #expect(throws: SystemError(operation: "open", code: ENOENT)) {
            try File.replace("\(directory)/none/a.conf", with: [])
        }
    }

    @Test func accessKinds() throws {
        let path = "\(directory)/log"
        #expect(throws: SystemError(operation: "open", code: ENOENT)) {
            _ = try File.open(path, .read)
        }
        try File.open(path, .createNew).writeAll(Array("a".utf8))
        #expect(throws: SystemError(operation: "open", code: EEXIST)) {
            _ = try File.open(path, .createNew)
        }
        try File.open(path, .append).writeAll(Array("b".utf8))
        #expect(try File.readAll(path, limit: 2) == Array("ab".utf8))
        #expect(throws: SystemError(operation: "read", code: EFBIG)) {
            _ = try File.readAll(path, limit: 1)
        }
        try File.open(path, .replace).writeAll(Array("c".utf8))
        #expect(try File.readAll(path, limit: 2) == Array("c".utf8))
        #expect(throws: SystemError(operation: "read", code: EISDIR)) {
            _ = try File.readAll(directory, limit: 1)
        }
    }

    @Test func statusAndRename() throws {
        let path = "\(directory)/x"
        try File.open(path, .replace).writeAll([1, 2, 3])
        let status = try File.status(path)
        #expect(status.size == 3 && status.isRegular && !status.isDirectory)
        #expect(abs(status.modified - Clock.milliseconds()) < 60_000)
        #expect(try File.status(directory).isDirectory)
        try File.rename(path, to: "\(directory)/y")
        try File.syncDirectory(of: "\(directory)/y")
        #expect(throws: SystemError(operation: "stat", code: ENOENT)) { _ = try File.status(path) }
        try File.remove("\(directory)/y")
        #expect(throws: SystemError(operation: "unlink", code: ENOENT)) {
            try File.remove("\(directory)/y")
        }
    }

    @Test func aLockIsExclusive() throws {
        let path = "\(directory)/lock"
        let first = try File.open(path, .replace)
        let second = try File.open(path, .read)
        #expect(first.handle.tryLock())
        #expect(!second.handle.tryLock())
        try first.close()
        #expect(second.handle.tryLock())
    }

    @Test func readingAtAnOffset() throws {
        let path = "\(directory)/z"
        try File.open(path, .replace).writeAll(Array(0..<100))
        let file = try File.open(path, .read)
        file.handle.adviseSequential()
        var room = [UInt8](repeating: 0, count: 10)
        let result = room.withUnsafeMutableBytes { file.handle.read(into: $0, at: 95) }
        #expect(result.count == 5)
        #expect(room[..<5] == [95, 96, 97, 98, 99])
        #expect(room.withUnsafeMutableBytes { file.handle.read(into: $0, at: 100) }.isEnd)
    }

    @Test func groupsAndTheWorkingDirectory() throws {
        #expect(File.group(named: "root") == 0)
        #expect(File.group(named: "no-such-group-here") == nil)
        #expect(try File.currentDirectory().hasPrefix("/"))
    }
}
