// Configuration text and command lines: quoting, includes, merging, errors with their place.

import Testing

@testable import RedwingEngine

/// Loads from files that exist only here.
func loadConfiguration(
    _ arguments: [String], files: [String: String] = [:], standardInput: String? = nil
) throws(ConfigurationError) -> LoadedConfiguration {
    try Configuration.load(
        arguments: arguments,
        readFile: { source throws(ConfigurationReadFailure) in
            let text: String? =
                switch source {
                case .file(let path): files[path]
                case .standardInput: standardInput
                }
            guard let text else {
                throw ConfigurationReadFailure(reason: "No such file or directory")
            }
            return Array(text.utf8)
        },
        expandPattern: { pattern in
            files.keys.filter { $0.hasPrefix(pattern.prefix { $0 != "*" }) }.sorted()
        })
}

func configurationError(_ arguments: [String], files: [String: String] = [:]) -> String {
    do {
        _ = try loadConfiguration(arguments, files: files)
        return "no error"
    } catch {
        return error.description
    }
}

@Suite struct ConfigurationLineTests {
    private func split(_ line: String) -> [String]? {
        ConfigurationLine.split(Array(line.utf8))?.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func splitting() {
        #expect(split("") == [])
        #expect(split("  a\tb  c ") == ["a", "b", "c"])
        #expect(split("save \"\"") == ["save", ""])
        #expect(split("a \"b c\" 'd e'") == ["a", "b c", "d e"])
        #expect(split(#"a "\x41\n\r\t\b\a\"\\\q\xZZ""#) == ["a", "A\n\r\t\u{8}\u{7}\"\\qxZZ"])
        #expect(split(#"'it\'s \n'"#) == [#"it's \n"#])
        #expect(split(#"foo"bar" x"#) == ["foobar", "x"])
        #expect(split("a\0b c") == ["a"])
    }

    @Test(arguments: ["\"a", "'a", "\"a\"b", "'a'b", "foo\"bar", "\"a\\", "'a\\'"])
    func unbalanced(line: String) {
        #expect(split(line) == nil)
    }

    @Test func quotedTextSplitsBack() {
        let all = Array(UInt8.min...UInt8.max)
        #expect(ConfigurationLine.split(ConfigurationLine.quoted(all)) == [all])
        let text = ConfigurationLine.quoted(Array("a \"b\"\n\u{1}z".utf8))
        #expect(String(decoding: text, as: UTF8.self) == #""a \"b\"\n\x01z""#)
    }
}

@Suite struct ConfigurationLoadTests {
    @Test func nothingGivenIsTheDefault() throws {
        let loaded = try loadConfiguration([])
        #expect(loaded.configuration == Configuration())
        #expect(loaded.file == nil)
        #expect(loaded.warnings.isEmpty)
    }

    @Test func fileThenInputThenOptions() throws {
        let loaded = try loadConfiguration(
            ["r.conf", "--port", "3", "--bind", "127.0.0.1", "::1", "--timeout", "9", "-"],
            files: ["r.conf": "port 1\nTIMEOUT 1\n# port 8\n\n  databases 4\r\n"],
            standardInput: "port 2\ntcp-keepalive 7")
        #expect(loaded.file == "r.conf")
        #expect(loaded.configuration.port == 3)
        #expect(loaded.configuration.timeout == 9)
        #expect(loaded.configuration.databases == 4)
        #expect(loaded.configuration.bind == ["127.0.0.1", "::1"])
    }

    @Test func inputOnlyAtEitherEnd() throws {
        #expect(try loadConfiguration(["-"], standardInput: "port 5").configuration.port == 5)
        let last = try loadConfiguration(["--port", "7", "-"], standardInput: "port 5")
        #expect(last.configuration.port == 7)
        #expect(
            try loadConfiguration(["f", "-"], files: ["f": ""], standardInput: "port 5")
                .configuration.port == 5)
        let inside = try loadConfiguration(["--bind", "-", "--port", "1"])
        #expect(inside.configuration.bind == ["-"])
    }

    @Test func saveLinesAddUpAfterTheDefaultsAreGone() throws {
        func points(_ arguments: [String], _ file: String = "") throws -> [SavePoint] {
            try loadConfiguration(["f"] + arguments, files: ["f": file]).configuration.savePoints
        }
        #expect(try points([]).count == 3)
        #expect(
            try points([], "save 900 1\nsave 300 10 60 5") == [
                SavePoint(seconds: 900, changes: 1), SavePoint(seconds: 300, changes: 10),
                SavePoint(seconds: 60, changes: 5),
            ])
        #expect(try points(["--save", ""], "save 900 1") == [])
        #expect(try points(["--save"], "save 900 1") == [])
        #expect(try points(["--save", "--port", "1"], "save 900 1") == [])
        #expect(try points(["--save", "900 1"]) == [SavePoint(seconds: 900, changes: 1)])
        #expect(try points(["--save", "1", "2"], "save 3 4").count == 2)
    }

    @Test func optionsAndTheirValues() throws {
        #expect(try loadConfiguration(["--port 7"]).configuration.port == 7)
        // An option that has no value yet takes what follows, dashes or not.
        let pass = try loadConfiguration(["--requirepass", "--secret", "--port", "7"])
        #expect(pass.configuration.requirePass == Array("--secret".utf8))
        #expect(pass.configuration.port == 7)
        let quoted = try loadConfiguration(["--requirepass", "a b\"\n"])
        #expect(quoted.configuration.requirePass == Array("a b\"\n".utf8))
    }

    @Test func includes() throws {
        let loaded = try loadConfiguration(
            ["a", "--include", "c"],
            files: [
                "a": "include b\nport 2", "b": "port 1\ntimeout 4\ninclude conf.d/*.conf",
                "c": "databases 3", "conf.d/1.conf": "tcp-keepalive 1",
                "conf.d/2.conf": "tcp-backlog 2",
            ])
        #expect(loaded.configuration.port == 2)
        #expect(loaded.configuration.timeout == 4)
        #expect(loaded.configuration.databases == 3)
        #expect(loaded.configuration.tcpKeepalive == 1)
        #expect(loaded.configuration.tcpBacklog == 2)
        let empty = try loadConfiguration(["a"], files: ["a": "include nothing/*.conf"])
        #expect(empty.configuration == Configuration())
    }

    @Test func errorsNamePlaceLineAndReason() {
        let files = ["f": "port 1\n\nmaxmemroy 100mb\n", "i": "include g", "l": "include l"]
        #expect(
            configurationError(["f"], files: files)
                == "f:3: unknown directive 'maxmemroy'; did you mean 'maxmemory'?\n"
                + "    maxmemroy 100mb")
        #expect(
            configurationError(["--prot", "1"])
                == "command line: unknown directive 'prot'; did you mean 'port'?\n    prot \"1\"")
        #expect(
            configurationError(["--port", "70000"])
                == "command line: 'port': argument must be between 0 and 65535 inclusive\n"
                + "    port \"70000\"")
        #expect(
            configurationError(["gone"])
                == "gone: cannot read the configuration: No such file or directory")
        #expect(
            configurationError(["i"], files: files)
                == "i:1: cannot read 'g': No such file or directory\n    include g")
        #expect(
            configurationError(["l"], files: files)
                == "l:1: files include each other more than 16 deep\n    include l")
        #expect(
            configurationError(["--zzzzzzzz", "1"]).hasPrefix("command line: unknown directive"))
        #expect(!configurationError(["--zzzzzzzz", "1"]).contains("did you mean"))
    }

    @Test(arguments: [
        ("timeout 1 2", "'timeout': wrong number of arguments"),
        ("timeout", "'timeout': wrong number of arguments"),
        ("save 900", "'save': Invalid save parameters"),
        ("foo\"bar", "unbalanced quotes"),
        ("appendonly yes", "'appendonly': the append-only file is not part of this build"),
        ("replicaof 127.0.0.1 6379", "'replicaof': replication is not part of this build"),
        ("slaveof 127.0.0.1 99999", "'slaveof': Invalid primary port"),
        ("cluster-enabled yes", "'cluster-enabled': cluster mode is not part of this build"),
        ("loadmodule x.so", "'loadmodule': there are no loadable modules"),
        ("search.workers 4", "'search.workers': there are no loadable modules"),
        ("user", "'user': wrong number of arguments"),
        (
            "rename-command GET \"\"",
            "'rename-command': renaming commands is not part of this build"
        ),
        ("include", "'include': wrong number of arguments"),
        ("unixsocketperm 9", "'unixsocketperm': argument couldn't be parsed as an octal number"),
        ("unixsocketperm 1777", "'unixsocketperm': argument must be between 0 and 777 inclusive"),
        (
            "client-output-buffer-limit \"\"",
            "'client-output-buffer-limit': Wrong number of arguments in buffer limit configuration."
        ),
        ("dbfilename a/b", "'dbfilename': dbfilename can't be a path, just a filename"),
    ])
    func faultyLines(line: String, reason: String) {
        let message = configurationError(["f"], files: ["f": line])
        #expect(message.hasPrefix("f:1: " + reason + "\n"), "\(message)")
    }

    @Test func secretsAreNotShown() {
        let message = configurationError(["f"], files: ["f": "requirepass hunter2 x"])
        #expect(!message.contains("hunter2"))
        #expect(message.contains("requirepass"))
        for line in [
            "requirepas hunter2", "\"requirepass\" hunter2 x", "'requirepass' \"hunter2",
            "requirepass 'hunter2", "user bob on \">hunter2", "usr bob >hunter2", "a.pass hunter2",
            "tls-key-file-pass hunter2 x",
        ] {
            let message = configurationError(["f"], files: ["f": line])
            #expect(message.hasPrefix("f:1: ") && !message.contains("hunter2"), "\(message)")
        }
        #expect(!configurationError(["--user", "bob", ">hunter2"]).contains("hunter2"))
        #expect(!configurationError(["--masterauth", "hunter2", "2"]).contains("hunter2"))
    }

    @Test func whatHasNoEffectWarnsOnlyIfItIsNotTheDefault() throws {
        let text = "io-threads 4\nrdbcompression yes\nappendonly no\ndynamic-hz yes\nsave 1 1"
        let warnings = try loadConfiguration(["f"], files: ["f": text]).warnings
        #expect(warnings.map(\.directive) == ["io-threads", "dynamic-hz"])
        #expect(
            warnings.first?.description
                == "f:1: 'io-threads' has no effect: commands run on one thread")
    }

    @Test func relativeDirectoriesFollowEachOther() throws {
        func directory(_ text: String) throws -> String {
            try loadConfiguration(["f"], files: ["f": text]).configuration.directory
        }
        #expect(try directory("dir data") == "data")
        #expect(try directory("dir data\ndir more") == "data/more")
        #expect(try directory("dir data\ndir /x") == "/x")
    }

    @Test func garbageIsAnErrorAndNeverATrap() throws {
        var random = Garbage(state: 42)
        let names = DirectiveTable.entries.map(\.name)
        for _ in 0..<4000 {
            var text = random.next(upTo: 4) == 0 ? "" : names[random.next(upTo: names.count)] + " "
            for _ in 0..<random.next(upTo: 12) {
                text +=
                    ["9", "-", "\"", "'", "\\", " ", "x", "\0", "%", "gb", "99999999", "\u{e9}"][
                        random.next(upTo: 12)]
            }
            let load = Result { () throws(ConfigurationError) in
                try loadConfiguration(["f"], files: ["f": text])
            }
            guard case .success(let loaded) = load else { continue }
            // What was accepted is written so that it is accepted again, with the same meaning.
            let again = String(decoding: loaded.configuration.rewrite(oldText: []), as: UTF8.self)
            let reloaded = try loadConfiguration(["f"], files: ["f": again]).configuration
            #expect(reloaded == loaded.configuration, "\(text)")
        }
    }
}

/// A small generator with a seed.
private struct Garbage {
    var state: UInt64

    mutating func next(upTo bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
}
