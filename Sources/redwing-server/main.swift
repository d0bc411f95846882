// The server as a program. What it does in which order is in Launch.swift.
import Glibc

exit(Launch.run(Array(CommandLine.arguments.dropFirst())))
