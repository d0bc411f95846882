// Large strings: who may change one, and when its memory comes back.
import Testing

@testable import RedwingContainers

@Suite struct LargeStringTests {
    private let memory = SlabAllocator()

    private func string(_ text: String) -> LargeString {
        text.withBytes { LargeString.make($0, in: memory) }
    }

    @Test func holdsItsBytes() {
        for length in [0, 1, 100, 4000, 8320, 8321, 100_000] {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 3) }
            let string = bytes.withBytes { LargeString.make($0, in: memory) }
            #expect(string.bytes.array == bytes)
            #expect(string.count == length)
            #expect(string.capacity >= length)
            #expect(memory.usedBytes == string.size)
            #expect(LargeString(address: string.address).bytes.array == bytes)
            string.release(in: memory)
            #expect(memory.usedBytes == 0)
        }
        memory.destroy()
    }

    @Test func theLastReferenceFrees() {
        let string = string("shared")
        #expect(!string.isShared)
        string.retain()
        string.retain()
        #expect(string.isShared)
        string.release(in: memory)
        string.release(in: memory)
        #expect(!string.isShared)
        #expect(string.bytes == "shared")
        string.release(in: memory)
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }

    @Test func oneThatIsNotSharedIsChangedInPlace() {
        let string = string("abc")
        let same = string.unique(capacity: string.capacity, in: memory)
        #expect(same.address == string.address)
        same.start[3] = UInt8(ascii: "d")
        same.count = 4
        #expect(same.bytes == "abcd")
        same.release(in: memory)
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }

    @Test func oneThatIsSharedIsCopiedBeforeAChange() {
        let string = string("abc")
        string.retain()
        let copy = string.unique(capacity: 3, in: memory)
        #expect(copy.address != string.address)
        #expect(!copy.isShared)
        #expect(!string.isShared)
        copy.start[0] = UInt8(ascii: "x")
        #expect(copy.bytes == "xbc")
        #expect(string.bytes == "abc")
        string.release(in: memory)
        copy.release(in: memory)
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }

    @Test func growsWithRoomToSpare() {
        var string = string("start")
        var expected = Array("start".utf8)
        var moves = 0
        for index in 0..<20000 {
            let grown = string.unique(capacity: string.count + 1, in: memory)
            if grown.address != string.address { moves += 1 }
            string = grown
            string.start[string.count] = UInt8(truncatingIfNeeded: index)
            string.count += 1
            expected.append(UInt8(truncatingIfNeeded: index))
            #expect(memory.usedBytes == string.size)
        }
        #expect(string.bytes.array == expected)
        #expect(moves < 20)
        string.release(in: memory)
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }
}
