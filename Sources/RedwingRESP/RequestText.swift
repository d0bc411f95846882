// A command as a client sends it, for callers within the process.

/// The request for a command of these arguments: an array of bulk strings.
public func requestText(_ arguments: [[UInt8]]) -> [UInt8] {
    var request = Array("*\(arguments.count)\r\n".utf8)
    for argument in arguments {
        request += "$\(argument.count)\r\n".utf8
        request += argument
        request += "\r\n".utf8
    }
    return request
}
