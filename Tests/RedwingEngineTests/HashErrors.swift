// Errors that many tests of hash commands expect, as they go over the wire.

let wrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
let wrongFieldCount =
    "-ERR numfields should be greater than 0 and match the provided number of fields\r\n"
let notInteger = "-ERR value is not an integer or out of range\r\n"
let syntaxError = "-ERR syntax error\r\n"
let incompatible = "-ERR NX and XX, GT or LT options at the same time are not compatible\r\n"

func wrongArity(_ command: String) -> String {
    "-ERR wrong number of arguments for '\(command)' command\r\n"
}

func invalidTime(_ command: String) -> String {
    "-ERR invalid expire time in '\(command)' command\r\n"
}
