// The server as a program. What it does in which order is in Launch.swift.
import Glibc

exit(await Launch.run(Array(CommandLine.arguments.dropFirst())))
