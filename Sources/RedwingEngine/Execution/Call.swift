// What a handler gets: the arguments of one command, who sent it, when, and where the reply goes.
import RedwingContainers
import RedwingRESP

/// One running command. Made once a batch and turned from command to command.
package struct Call {
    /// The logical client.
    package let session: Session
    /// The database that the session has selected.
    var database: Database
    /// The arguments, the command's name first.
    package var arguments: Arguments
    /// Where the reply goes.
    package var reply: ReplyWriter
    /// The time of this command in Unix milliseconds.
    package var now: Int64
    /// The first key and its hash, when the executor has computed it ahead.
    var hashedKey: Bytes
    var keyHash: UInt64
    /// The command in the engine's table.
    var command: CommandIndex

    /// An argument; 0 is the command's name.
    @inline(__always)
    package subscript(index: Int) -> Bytes { arguments[index] }

    /// The number of arguments, the name included.
    @inline(__always)
    package var count: Int { arguments.count }

    /// The hash of a key in the selected database.
    @inline(__always)
    func hash(_ key: Bytes) -> UInt64 {
        key.isSameMemory(as: hashedKey) ? keyHash : database.value.table.hash(key)
    }
}

/// Errors that many handlers answer.
package enum ReplyError {
    static var wrongType: Bytes {
        "WRONGTYPE Operation against a key holding the wrong kind of value"
    }
    static var syntax: Bytes { "ERR syntax error" }
    static var notInteger: Bytes { "ERR value is not an integer or out of range" }
    static var notFloat: Bytes { "ERR value is not a valid float" }
    static var noSuchKey: Bytes { "ERR no such key" }
    static var loading: Bytes { "LOADING Valkey is loading the dataset in memory" }
    static var outOfRange: Bytes { "ERR index out of range" }
}

extension Call {
    /// An argument as an integer; answers the error itself and returns nil when it is none.
    @inline(__always)
    package func integer(_ index: Int) -> Int64? {
        if let value = arguments[index].parseInteger() { return value }
        reply.error(ReplyError.notInteger)
        return nil
    }
}
