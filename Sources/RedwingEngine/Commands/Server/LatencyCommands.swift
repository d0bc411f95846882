// LATENCY: spikes by event, and the histograms of the commands.
import RedwingContainers

enum LatencyCommands {
    static func latest(_ engine: Engine, _ call: inout Call) {
        let events = sorted(engine)
        call.reply.array(events.count)
        for (name, event) in events {
            let last = event.samples.last
            call.reply.array(6)
            call.reply.bulk(text: name)
            call.reply.integer(last?.time ?? 0)
            call.reply.integer(last?.milliseconds ?? 0)
            call.reply.integer(event.maximum)
            call.reply.integer(event.sum)
            call.reply.integer(event.count)
        }
    }

    private static func sorted(_ engine: Engine) -> [(String, LatencyEvent)] {
        engine.observability.latency.events.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }

    static func history(_ engine: Engine, _ call: inout Call) {
        let samples = engine.observability.latency.events[call[2].string]?.samples ?? []
        call.reply.array(samples.count)
        for sample in samples {
            call.reply.array(2)
            call.reply.integer(sample.time)
            call.reply.integer(sample.milliseconds)
        }
    }

    static func reset(_ engine: Engine, _ call: inout Call) {
        var count = 0
        if call.count == 2 {
            count = engine.observability.latency.reset()
        } else {
            for index in 2..<call.count
            where engine.observability.latency.reset(call[index].string) {
                count += 1
            }
        }
        call.reply.integer(count)
    }

    static func graph(_ engine: Engine, _ call: inout Call) {
        let name = call[2].string
        guard let event = engine.observability.latency.events[name] else {
            return call.reply.error(text: "ERR No samples available for event '\(name)'")
        }
        let values = event.samples.map(\.milliseconds)
        let high = values.max() ?? 0
        let low = values.min() ?? 0
        var text = "\(name) - high \(high) ms, low \(low) ms (all time high \(event.maximum) ms)\n"
        text += String(repeating: "-", count: 80) + "\n"
        text += bars(event.samples, low: low, high: high, now: engine.now / 1000)
        text.withBytes { call.reply.verbatim($0) }
    }

    /// Four rows of bars, one for each sample, and its age below in up to three letters.
    private static func bars(
        _ samples: [LatencyEvent.Sample], low: Int, high: Int, now: Int64
    ) -> String {
        let rows = 4
        let shown = samples.suffix(80)
        var lines = [String](repeating: "", count: rows)
        for sample in shown {
            let scaled =
                high == low ? rows * 2 : (sample.milliseconds - low) * rows * 2 / (high - low)
            for row in 0..<rows {
                let filled = scaled - (rows - 1 - row) * 2
                lines[row] += filled >= 2 ? "#" : filled == 1 || row == rows - 1 ? "_" : " "
            }
        }
        let ages = shown.map { Array(age(now - $0.time)) }
        var text = lines.joined(separator: "\n") + "\n\n"
        for place in 0..<(ages.map(\.count).max() ?? 0) {
            text += String(ages.map { place < $0.count ? $0[place] : " " }) + "\n"
        }
        return text
    }

    private static func age(_ seconds: Int64) -> String {
        switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m"
        case ..<86400: "\(seconds / 3600)h"
        default: "\(seconds / 86400)d"
        }
    }

    static func doctor(_ engine: Engine, _ call: inout Call) {
        let threshold = engine.configuration.latencyMonitorThreshold
        let events = sorted(engine)
        var text = ""
        if threshold == 0 {
            text = """
                Latency is not monitored. Set latency-monitor-threshold to a number of \
                milliseconds, and whatever takes longer is noted.\n
                """
        } else if events.isEmpty {
            text = "Nothing took \(threshold) milliseconds or more since the monitor started.\n"
        } else {
            for (name, event) in events {
                let average = event.count > 0 ? event.sum / event.count : 0
                text += "\(name): \(event.count) spikes, on average \(average) ms, "
                text += "at worst \(event.maximum) ms.\n"
            }
            text += advice(engine, Set(events.map(\.0)))
        }
        text.withBytes { call.reply.verbatim($0) }
    }

    private static func advice(_ engine: Engine, _ events: Set<String>) -> String {
        var text = ""
        if events.contains("command") {
            text += """
                - Commands whose work grows with their data were slow. SLOWLOG GET shows which, \
                and COMMAND DOCS their complexity.\n
                """
        }
        if events.contains("fast-command") {
            text += """
                - Even commands of constant time were slow: something else took the processor. \
                Look at the load of the machine, at its hypervisor and at swapping.\n
                """
        }
        if engine.configuration.commandLogExecutionSlowerThan < 0 {
            text += "- The log of slow commands is off: set commandlog-execution-slower-than.\n"
        }
        return text
    }

    static func histogram(_ engine: Engine, _ call: inout Call) {
        var asked: [CommandIndex] = []
        if call.count == 2 {
            asked = (0..<CommandIndex(engine.table.specs.count)).map { $0 }
        } else {
            for index in 2..<call.count {
                guard let found = engine.table.find(fullName: call[index]) else { continue }
                let spec = engine.table.specs[Int(found)]
                asked += (found...found + CommandIndex(spec.subcommands.count)).map { $0 }
            }
        }
        let found = asked.compactMap { index -> (CommandIndex, LatencyHistogram)? in
            guard let histogram = engine.table.counters[Int(index)].latency else { return nil }
            return histogram.total > 0 ? (index, histogram) : nil
        }
        call.reply.map(found.count)
        for (index, histogram) in found {
            call.reply.bulk(text: engine.table.fullName(index))
            let steps = histogram.cumulative()
            call.reply.map(2)
            call.reply.bulk("calls")
            call.reply.integer(histogram.total)
            call.reply.bulk("histogram_usec")
            call.reply.map(steps.count)
            for (bound, count) in steps {
                call.reply.integer(Int64(clamping: bound))
                call.reply.integer(count)
            }
        }
    }

    static func help(_ engine: Engine, _ call: inout Call) {
        call.help(
            "LATENCY",
            [
                "DOCTOR", "    Say in words what was slow.",
                "GRAPH <event>", "    Draw the samples of an event.",
                "HISTOGRAM [<command> ...]",
                "    Answer how many calls of some or all commands took how many microseconds.",
                "HISTORY <event>", "    Answer the samples of an event: Unix time, milliseconds.",
                "LATEST", "    Answer the latest and the worst sample of each event.",
                "RESET [<event> ...]", "    Forget some or all events.",
            ])
    }
}
