// The packed list beside an array of byte strings: the same operations on both, the invariants
// after each, and every length and integer at which the spelling changes.
import Testing

@testable import RedwingContainers

/// A list and the array that it has to agree with.
private struct Subject {
    let memory = SlabAllocator()
    var list: PackedList
    var model: [[UInt8]] = []

    init() { list = PackedList.make(in: memory) }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withBytes { list.append($0, in: memory) }
        model.append(bytes)
    }

    func cursor(_ index: Int) -> Int { list.cursor(at: index) ?? list.end }

    mutating func insert(_ bytes: [UInt8], at index: Int) {
        bytes.withBytes { list.insert($0, before: cursor(index), in: memory) }
        model.insert(bytes, at: index)
    }

    mutating func replace(_ bytes: [UInt8], at index: Int) {
        bytes.withBytes { list.replace(at: cursor(index), with: $0, in: memory) }
        model[index] = bytes
    }

    mutating func remove(at index: Int, count: Int) {
        list.remove(at: cursor(index), count: count, in: memory)
        model.removeSubrange(index..<(index + count))
    }

    /// What differs between the list and the model, or nil.
    func difference() -> String? {
        if let broken = list.checkInvariants() { return broken }
        if list.count != model.count { return "count \(list.count), not \(model.count)" }
        if memory.usedBytes != list.size { return "\(memory.usedBytes) bytes, not \(list.size)" }
        let found = list.map(\.array)
        return found == model ? nil : "\(found) instead of \(model)"
    }

    func finish() {
        list.free(in: memory)
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }
}

/// The integers on both sides of each change of spelling.
private let edgeIntegers: [Int64] = {
    var values: [Int64] = [-1, 0, 1, 9, 10, 46, 47, 48, 49, 99, 100]
    for bits in [7, 8, 15, 16, 23, 24, 31, 32, 39, 40, 47, 48, 55, 56] {
        let edge = Int64(1) << Int64(bits)
        values += [edge - 1, edge, edge + 1, -edge - 1, -edge, -edge + 1]
    }
    return values + [Int64.max, Int64.max - 1, Int64.min, Int64.min + 1]
}()

private let edgeLengths =
    [0, 1, 7, 8, 9, 15, 16, 17, 63, 126, 127, 128, 129, 255, 256, 4095]
    + [16382, 16383, 16384, 16385, 70000]

private func text(_ length: Int, _ random: inout SplitMix) -> [UInt8] {
    (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}

/// An element as the owners store them: names that share a beginning, numbers, blobs.
private func element(_ random: inout SplitMix) -> [UInt8] {
    switch random.next() % 10 {
    case 0...2: Array("field:\(random.next() % 40)".utf8)
    case 3...4: Array("\(random.next() % 60)".utf8)
    case 5: Array("\(edgeIntegers[Int(random.next() % UInt64(edgeIntegers.count))])".utf8)
    case 6: text(Int(random.next() % 12), &random)
    case 7: text(Int(random.next() % 200), &random)
    case 8: Array("0\(random.next() % 9)".utf8)
    default: Array(repeating: 0x61, count: Int(random.next() % 20))
    }
}

@Suite struct PackedListTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func agreesWithAnArray(seed: UInt64) {
        var subject = Subject()
        var random = SplitMix(seed: seed)
        for step in 0..<4000 {
            let count = subject.model.count
            let index = Int(random.next() % UInt64(count + 1))
            switch random.next() % 8 {
            case 0...1: subject.append(element(&random))
            case 2...3: subject.insert(element(&random), at: index)
            case 4...5 where index < count: subject.replace(element(&random), at: index)
            case 6 where index < count: subject.remove(at: index, count: 1)
            case 7 where count > 24 && index < count:
                let most = min(UInt64(count - index), 9)
                subject.remove(at: index, count: Int(random.next() % (most + 1)))
            default: break
            }
            let difference = subject.difference()
            #expect(difference == nil, "step \(step)")
            if difference != nil { break }
        }
        subject.finish()
    }

    @Test(arguments: [1, 2])
    func findsWhatTheArrayFinds(stride: Int) {
        var subject = Subject()
        var random = SplitMix(seed: 5)
        for _ in 0..<60 { subject.append(element(&random)) }
        for _ in 0..<3000 {
            let needle = element(&random)
            let start = Int(random.next() % 60)
            let expected = Swift.stride(from: start, to: 60, by: stride).first {
                subject.model[$0] == needle
            }
            let found = needle.withBytes {
                subject.list.find($0, from: subject.cursor(start), stride: stride)
            }
            #expect(found == expected.map { subject.cursor($0) })
        }
        for length in edgeLengths { subject.append(text(length, &random)) }
        for (index, needle) in subject.model.enumerated() where index % stride == 0 {
            let first = Swift.stride(from: 0, to: subject.model.count, by: stride).first {
                subject.model[$0] == needle
            }
            let found = needle.withBytes { subject.list.find($0, stride: stride) }
            #expect(found == first.map { subject.cursor($0) })
            var other = needle
            if other.isEmpty { continue }
            other[other.count / 2] ^= 1
            if subject.model.contains(other) { continue }
            #expect(other.withBytes { subject.list.find($0, stride: stride) } == nil)
        }
        subject.finish()
    }

    @Test(arguments: edgeIntegers)
    func keepsIntegers(value: Int64) throws {
        var subject = Subject()
        let text = Array("\(value)".utf8)
        subject.append(text)
        subject.append(Array("x".utf8))
        #expect(subject.difference() == nil)
        let element = subject.list.element(at: subject.list.first)
        #expect(element.integer == value)
        #expect(element.storedText == nil)
        #expect(element.byteCount == text.count)
        #expect(text.withBytes { element == $0 })
        #expect(element != "x")
        #expect(text.withBytes { subject.list.find($0) } == subject.list.first)
        let other = Array("\(value ^ 1)".utf8)
        #expect(other.withBytes { subject.list.find($0) } == nil)
        let needed = (1...8).first { count in
            count == 8 || value >= -(1 << (count * 8 - 1)) && value < 1 << (count * 8 - 1)
        }
        let expected = (0..<48).contains(value) ? 0 : try #require(needed)
        #expect(subject.list.usedBytes == 8 + 1 + expected + 2)
        var same = PackedList.make(in: subject.memory)
        same.append(integer: value, in: subject.memory)
        same.append("x", in: subject.memory)
        #expect(same.image == subject.list.image)
        same.free(in: subject.memory)
        subject.finish()
    }

    @Test(arguments: ["-0", "00", "+1", "01", "-", "", " 1", "1 ", "9223372036854775808"])
    func keepsTextsThatOnlyLookLikeIntegers(text: String) {
        var subject = Subject()
        subject.append(Array(text.utf8))
        #expect(subject.difference() == nil)
        #expect(subject.list.element(at: subject.list.first).integer == nil)
        #expect(subject.list.usedBytes == 8 + 1 + text.utf8.count)
        subject.finish()
    }

    @Test(arguments: edgeLengths)
    func keepsTextsOfEveryLength(length: Int) {
        var subject = Subject()
        subject.append(Array(repeating: 0x61, count: length))
        subject.append(Array("end".utf8))
        #expect(subject.difference() == nil)
        let head = length < 128 ? 1 : length < 16384 ? 2 : 5
        #expect(subject.list.usedBytes == 8 + head + length + 4)
        #expect(subject.list.element(at: 8).byteCount == length)
        subject.replace(Array("12345".utf8), at: 0)
        #expect(subject.difference() == nil)
        subject.replace(Array(repeating: 0x62, count: length), at: 0)
        #expect(subject.difference() == nil)
        subject.remove(at: 0, count: 1)
        #expect(subject.difference() == nil)
        subject.finish()
    }

    @Test func replacesInPlaceWhenTheLengthIsTheSame() {
        var subject = Subject()
        for name in ["one", "1000", "three"] { subject.append(Array(name.utf8)) }
        let address = subject.list.address
        subject.replace(Array("two".utf8), at: 0)
        subject.replace(Array("-2000".utf8), at: 1)
        #expect(subject.list.address == address)
        #expect(subject.difference() == nil)
        subject.finish()
    }

    @Test func addsPairsAndRunsAtOnce() {
        var subject = Subject()
        let pairs = ["name", "redwing", "size", "1000", "", "-1"].map { Array($0.utf8) }
        for index in Swift.stride(from: 0, to: pairs.count, by: 2) {
            pairs[index].withBytes { field in
                pairs[index + 1].withBytes { subject.list.append(field, $0, in: subject.memory) }
            }
        }
        subject.model = pairs
        #expect(subject.difference() == nil)
        subject.list.insert("first", "5", before: subject.list.first, in: subject.memory)
        subject.model = [Array("first".utf8), Array("5".utf8)] + subject.model
        #expect(subject.difference() == nil)
        let texts: [Bytes] = ["a", "77", "ccc"]
        subject.list.append(texts.count, in: subject.memory) { texts[$0] }
        subject.model += ["a", "77", "ccc"].map { Array($0.utf8) }
        #expect(subject.difference() == nil)
        var seen: [[UInt8]] = []
        subject.remove(at: subject.model.count - 1, count: 1)
        subject.list.forEachPair { seen += [$0.array, $1.array] }
        #expect(seen == subject.model)
        subject.finish()
    }

    @Test func editsIntegers() {
        var subject = Subject()
        subject.append(Array("hits".utf8))
        subject.append(Array("9".utf8))
        for value in edgeIntegers {
            subject.list.replace(at: subject.cursor(1), integer: value, in: subject.memory)
            subject.model[1] = Array("\(value)".utf8)
            #expect(subject.difference() == nil)
        }
        subject.list.insert(integer: 300, before: subject.list.first, in: subject.memory)
        subject.model.insert(Array("300".utf8), at: 0)
        #expect(subject.difference() == nil)
        subject.finish()
    }

    @Test func removesRangesOfIndexes() {
        var subject = Subject()
        for index in 0..<10 { subject.append(Array("\(index * 100)".utf8)) }
        subject.list.removeRange(8..<100, in: subject.memory)
        subject.model.removeLast(2)
        #expect(subject.difference() == nil)
        subject.list.removeRange(0..<3, in: subject.memory)
        subject.model.removeFirst(3)
        #expect(subject.difference() == nil)
        subject.list.removeRange(5..<9, in: subject.memory)
        #expect(subject.difference() == nil)
        #expect(subject.list.cursor(at: -1) == nil)
        #expect(subject.list.cursor(at: 5) == nil)
        subject.list.removeRange(0..<5, in: subject.memory)
        subject.model = []
        #expect(subject.difference() == nil)
        #expect(subject.list.usedBytes == 8)
        subject.finish()
    }

    @Test func copiesAndImagesAreEqual() throws {
        var subject = Subject()
        var random = SplitMix(seed: 9)
        for _ in 0..<50 { subject.append(element(&random)) }
        let copy = subject.list.copy(in: subject.memory)
        #expect(copy.image == subject.list.image)
        #expect(copy.address != subject.list.address)
        copy.free(in: subject.memory)
        let restored = try #require(
            PackedList.make(image: subject.list.image, in: subject.memory))
        #expect(restored.image == subject.list.image)
        restored.free(in: subject.memory)
        subject.finish()
    }

    @Test func damagedImagesAreRefused() {
        var subject = Subject()
        for text in ["a", "300", String(repeating: "m", count: 200)] {
            subject.append(Array(text.utf8))
        }
        let image = subject.list.image.array
        for length in 0..<image.count {
            let cut = Array(image[..<length])
            #expect(cut.withBytes { PackedList.make(image: $0, in: subject.memory) } == nil)
        }
        var random = SplitMix(seed: 21)
        for _ in 0..<20000 {
            var damaged = image
            let place = Int(random.next() % UInt64(image.count))
            damaged[place] = UInt8(truncatingIfNeeded: random.next())
            // Whatever passes has to be a sound list.
            let list = damaged.withBytes { PackedList.make(image: $0, in: subject.memory) }
            guard let list else { continue }
            #expect(list.checkInvariants() == nil)
            for element in list { #expect(element.array.count == element.byteCount) }
            list.free(in: subject.memory)
        }
        for element: [UInt8] in [
            [0x01, 0x31], [0x80, 0x01, 0x61], [0xf1, 0x05], [0xf2, 0x05, 0x00], [0xf9],
            [0xff], [0xf0, 0x01, 0, 0, 0, 0x61],
        ] {
            let used = UInt8(8 + element.count)
            let image = [used, 0, 0, 0, 1, 0, 0, 0] + element
            #expect(image.withBytes { PackedList.make(image: $0, in: subject.memory) } == nil)
        }
        subject.finish()
    }
}
