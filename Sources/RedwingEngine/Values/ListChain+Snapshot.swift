// A long list as a `LargeValue`: freed, captured and loaded block by block. A part of a snapshot is
// a block, in the list's order:
//
//     0, length, elements as they lie in the block
//     1, length, the bytes of one long element
import RedwingContainers

extension ListChain: LargeValue {
    func drain(_ engine: Engine) -> Bool { drain() }

    func beginCapture(epoch: UInt32, _ parts: SnapshotParts) {
        beginCapture { run in
            parts.add { block in
                switch run {
                case .packed(let run):
                    block.append(0)
                    block.append(length: run.byteCount)
                    block.append(run.image)
                case .large(let string):
                    block.append(1)
                    block.append(length: string.count)
                    block.append(large: string)
                }
            }
        }
    }

    func captureNext(_ cursor: UInt64) -> UInt64 { captureNext(1) ? cursor &+ 1 : 0 }

    func copy(for engine: Engine) -> (address: UInt64, shared: Int) {
        let copy = copy()
        return (copy.list.address, copy.shared)
    }

    static func makeForLoading(_ engine: Engine) -> ListChain {
        let list = ListChain(in: engine.memory)
        list.becomeQuicklist(fill: engine.configuration.listMaxListpackSize)
        return list
    }

    func load(_ reader: inout RecordReader, _ owner: LoadedOwner) throws(SnapshotRecordError) {
        guard let form = reader.byte(), let length = reader.length(),
            let bytes = reader.run(length)
        else { throw .cut }
        switch form {
        case 0:
            guard append(image: bytes) else {
                throw SnapshotRecordError(description: "a block of a list is not sound")
            }
        case 1: pushLarge(LargeString.make(bytes, in: owner.engine.memory), at: .tail)
        default: throw SnapshotRecordError(description: "form \(form) of a list is unknown")
        }
    }

    func finishLoading(_ owner: LoadedOwner) throws(SnapshotRecordError) {
        let fill = owner.engine.configuration.listMaxListpackSize
        becomeCompact(ListRule(fill: fill, largeFrom: 0), shrinking: false)
    }
}
