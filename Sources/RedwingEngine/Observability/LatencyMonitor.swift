// Spikes that took longer than `latency-monitor-threshold`, by the event that caused them, for
// LATENCY LATEST and its like. One sample a second and event, the worst of that second.

/// The samples of one event.
struct LatencyEvent {
    /// One second in which the event was too slow.
    struct Sample: Equatable {
        /// Unix seconds.
        var time: Int64
        /// The longest of that second, in milliseconds.
        var milliseconds: Int
    }

    /// The latest last.
    private(set) var samples: [Sample] = []
    /// The longest ever, in milliseconds.
    private(set) var maximum = 0
    /// Of all samples ever, for LATENCY LATEST.
    private(set) var sum = 0
    private(set) var count = 0

    /// Samples that are kept.
    private static let capacity = 160

    mutating func add(_ milliseconds: Int, at time: Int64) {
        maximum = max(maximum, milliseconds)
        sum += milliseconds
        count += 1
        if let last = samples.last, last.time == time {
            samples[samples.count - 1].milliseconds = max(last.milliseconds, milliseconds)
            return
        }
        if samples.count == LatencyEvent.capacity { samples.removeFirst() }
        samples.append(Sample(time: time, milliseconds: milliseconds))
    }
}

/// All events that were ever too slow.
struct LatencyMonitor {
    private(set) var events: [String: LatencyEvent] = [:]

    /// Notes that an event took so long.
    mutating func add(_ event: String, milliseconds: Int, at time: Int64) {
        events[event, default: LatencyEvent()].add(milliseconds, at: time)
    }

    /// Forgets one event; returns whether there was one.
    mutating func reset(_ event: String) -> Bool { events.removeValue(forKey: event) != nil }

    /// Forgets all events; returns how many there were.
    mutating func reset() -> Int {
        defer { events.removeAll() }
        return events.count
    }
}
