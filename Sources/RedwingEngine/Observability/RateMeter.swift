// What happens a second, averaged over the last sixteen samples of a tenth of a second each.

/// Bytes that went over the network.
struct Traffic {
    var received = 0
    var sent = 0
}

/// Derives a rate from a counter that only grows.
struct RateMeter {
    private var last: (time: Int64, value: Int)?
    private var rates = [Double](repeating: 0, count: 16)
    private var place = 0

    /// Takes a sample of the counter at `now`, Unix milliseconds.
    mutating func sample(_ value: Int, at now: Int64) {
        defer { last = (now, value) }
        guard let last, now > last.time else { return }
        rates[place] = Double(value - last.value) * 1000 / Double(now - last.time)
        place = (place + 1) % rates.count
    }

    /// What is added a second.
    var perSecond: Double { rates.reduce(0, +) / Double(rates.count) }
}
