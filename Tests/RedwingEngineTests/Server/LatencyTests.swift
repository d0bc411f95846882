// LATENCY, and the histograms behind it.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct LatencyTests {
    @Test func spikesByEvent() {
        let clients = ManyClients { $0.latencyMonitorThreshold = 3 }
        let client = clients.client()
        client("GET a")
        client("CONFIG GET port")
        let time = clients.now / 1000
        #expect(
            client("LATENCY LATEST")
                == "*2\r\n*6\r\n$7\r\ncommand\r\n:\(time)\r\n:3\r\n:3\r\n:3\r\n:1\r\n"
                + "*6\r\n$12\r\nfast-command\r\n:\(time)\r\n:3\r\n:3\r\n:3\r\n:1\r\n")
        #expect(client("LATENCY HISTORY fast-command") == "*1\r\n*2\r\n:\(time)\r\n:3\r\n")
        #expect(client("LATENCY RESET nosuch") == ":0\r\n")
        #expect(client("LATENCY RESET command fast-command nosuch") == ":2\r\n")
        client("GET a")
        #expect(client("LATENCY RESET") == ":2\r\n")
        client("CONFIG SET latency-monitor-threshold 0")
        client("LATENCY RESET")
        client("GET a")
        #expect(client("LATENCY LATEST") == "*0\r\n")
    }

    @Test func oneSampleASecondTheWorst() {
        var event = LatencyEvent()
        event.add(5, at: 10)
        event.add(9, at: 10)
        event.add(2, at: 10)
        event.add(3, at: 11)
        #expect(
            event.samples == [.init(time: 10, milliseconds: 9), .init(time: 11, milliseconds: 3)])
        #expect(event.maximum == 9 && event.sum == 19 && event.count == 4)
        for second in 12..<400 { event.add(1, at: Int64(second)) }
        #expect(event.samples.count == 160 && event.samples.last?.time == 399)
    }

    @Test func graph() {
        let clients = ManyClients { $0.latencyMonitorThreshold = 1 }
        let client = clients.client()
        #expect(
            client("LATENCY GRAPH foo") == "-ERR No samples available for event 'foo'\r\n")
        clients.engine.observability.latency.add(
            "fork", milliseconds: 10, at: clients.now / 1000 - 90)
        clients.engine.observability.latency.add(
            "fork", milliseconds: 50, at: clients.now / 1000 - 5)
        let text = client("LATENCY GRAPH fork")
        #expect(text.contains("fork - high 50 ms, low 10 ms (all time high 50 ms)\n"))
        #expect(text.contains(" #\n #\n #\n_#\n\n15\nms\n"))
    }

    @Test func doctorSpeaks() {
        let client = ManyClients().client()
        #expect(client("LATENCY DOCTOR").contains("latency-monitor-threshold"))
        client("CONFIG SET latency-monitor-threshold 1")
        client("LATENCY RESET")
        client("GET a")
        #expect(client("LATENCY DOCTOR").contains("fast-command: 1 spikes, on average 3 ms"))
    }

    @Test func histogramsOfCommands() {
        let client = ManyClients().client()
        client("GET a")
        client("GET a")
        #expect(
            client("LATENCY HISTOGRAM get nosuch set")
                == "*2\r\n$3\r\nget\r\n*4\r\n$5\r\ncalls\r\n:2\r\n$14\r\nhistogram_usec\r\n*2\r\n"
                + ":4194\r\n:2\r\n")
        #expect(client("LATENCY HISTOGRAM latency").contains("latency|histogram"))
        #expect(client("LATENCY HISTOGRAM nosuch") == "*0\r\n")
        client("CONFIG RESETSTAT")
        #expect(client("LATENCY HISTOGRAM get") == "*0\r\n")
        client("CONFIG SET latency-tracking no")
        client("GET a")
        #expect(client("LATENCY HISTOGRAM get") == "*0\r\n")
    }

    @Test func percentilesAreCloseEnough() {
        let histogram = LatencyHistogram()
        defer { histogram.destroy() }
        for value in 1...10_000 { histogram.add(nanoseconds: UInt64(value) * 1000) }
        #expect(histogram.total == 10_000)
        for percentile in [1.0, 25, 50, 99, 99.9, 100] {
            let exact = percentile * 100_000
            let answer = Double(histogram.value(atPercentile: percentile))
            #expect(answer >= exact * 0.999 && answer <= exact * 1.07, "\(percentile)")
        }
        histogram.add(nanoseconds: .max)
        histogram.add(nanoseconds: 0)
        #expect(histogram.total == 10_002)
        #expect(histogram.cumulative().map(\.count).last == 10_002)
        let counts = histogram.cumulative().map(\.count)
        #expect(counts == counts.sorted())
        histogram.removeAll()
        #expect(histogram.total == 0 && histogram.value(atPercentile: 50) == 0)
    }

    @Test func boundsArePowersOfTwo() {
        let histogram = LatencyHistogram()
        defer { histogram.destroy() }
        for value: UInt64 in [500, 1000, 1100, 40_000, 5_000_000] {
            histogram.add(nanoseconds: value)
        }
        let steps = histogram.cumulative()
        #expect(steps.map(\.microseconds) == [1, 2, 65, 8388])
        #expect(steps.map(\.count) == [2, 3, 4, 5])
    }
}
