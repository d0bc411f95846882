// One of the batches that a host has under way at the same time: two in turn, and two more for the
// clients that are served while a script runs for long.
import RedwingRESP

/// A batch between its preparation and its end.
struct Lane {
    let batch = RequestBatch()
    /// Where the batch ends in the data.
    var end = 0
    /// What is wrong behind the batch's last command.
    var failure: ProtocolError?
}

extension Engine {
    /// The number of lanes. The third and fourth are for `serveAside`.
    static let laneCount = 4

    /// Lets the host serve clients in the middle of a command, with the lanes from the third on.
    public func serveAside(_ body: () -> Void) {
        let running = batch
        body()
        batch = running
    }
}
