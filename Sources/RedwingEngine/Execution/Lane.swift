// One of the two batches that a host has under way at the same time.
import RedwingRESP

/// A batch between its preparation and its end.
struct Lane {
    let batch = RequestBatch()
    /// Where the batch ends in the data.
    var end = 0
    /// What is wrong behind the batch's last command.
    var failure: ProtocolError?
}
