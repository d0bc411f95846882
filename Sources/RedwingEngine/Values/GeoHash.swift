// Positions on Earth as numbers of 52 bits whose order keeps neighbours together, so that a sorted
// set can hold them as scores. Every step of the arithmetic is taken in the order in which Valkey
// takes it: the last bit of a coordinate shows in replies.
import Glibc

/// A position in degrees.
struct GeoPosition {
    var longitude: Double
    var latitude: Double

    /// The largest longitude and latitude that can be stored; the poles cannot.
    static let limits = GeoPosition(longitude: 180, latitude: 85.05112878)

    /// Whether the position can be stored.
    var isValid: Bool {
        abs(longitude) <= GeoPosition.limits.longitude
            && abs(latitude) <= GeoPosition.limits.latitude
    }

    /// The position with both parts cut to what can be stored.
    private var clamped: GeoPosition {
        let limits = GeoPosition.limits
        return GeoPosition(
            longitude: max(-limits.longitude, min(limits.longitude, longitude)),
            latitude: max(-limits.latitude, min(limits.latitude, latitude)))
    }

    init(longitude: Double, latitude: Double) {
        self.longitude = longitude
        self.latitude = latitude
    }

    /// The position that a score stands for: the middle of its cell.
    init(score: Double) {
        let area = GeoHash(bits: integerBits(score), step: GeoHash.fullStep).area
        let middle = GeoPosition(
            longitude: (area.longitude.lowerBound + area.longitude.upperBound) / 2,
            latitude: (area.latitude.lowerBound + area.latitude.upperBound) / 2)
        self = middle.clamped
    }

    /// The score that stands for this position, which must be valid.
    var score: Double { Double(GeoHash(self, step: GeoHash.fullStep).bits) }

    /// The radius of the sphere that distances are measured on, in metres.
    static let earthRadius = 6372797.560856

    /// The distance along the surface, in metres.
    func distance(to other: GeoPosition) -> Double {
        let half = sin((radians(other.longitude) - radians(longitude)) / 2)
        // On the same meridian, or six nanometres from it.
        if abs(half) <= 1e-15 { return latitudeDistance(to: other) }
        let first = radians(latitude)
        let second = radians(other.latitude)
        let rise = sin((second - first) / 2)
        let chord = rise * rise + cos(first) * cos(second) * half * half
        return 2 * GeoPosition.earthRadius * asin(chord.squareRoot())
    }

    /// The distance between the parallels of two positions, in metres.
    func latitudeDistance(to other: GeoPosition) -> Double {
        GeoPosition.earthRadius * abs(radians(other.latitude) - radians(latitude))
    }
}

/// An angle in degrees, in radians.
func radians(_ degrees: Double) -> Double { degrees * (Double.pi / 180) }

/// An angle in radians, in degrees.
func degrees(_ radians: Double) -> Double { radians / (Double.pi / 180) }

/// The unsigned integer that x86-64 makes of a double, whatever it is.
private func integerBits(_ value: Double) -> UInt64 {
    if value < 0x1p63 { return UInt64(bitPattern: signedInteger(value)) }
    return UInt64(bitPattern: signedInteger(value - 0x1p63)) ^ 1 << 63
}

/// The integer that x86-64 makes of a double, whatever it is.
func signedInteger(_ value: Double) -> Int64 {
    Int64(exactly: value.rounded(.towardZero)) ?? .min
}

/// A rectangle of degrees.
struct GeoArea {
    var longitude: ClosedRange<Double>
    var latitude: ClosedRange<Double>
}

/// A cell of the grid that divides the degrees of longitude and latitude by 2 to the power of
/// `step`. The bits of both take turns, those of the longitude at the odd places.
struct GeoHash: Equatable {
    var bits: UInt64
    var step: Int

    /// The step of scores.
    static let fullStep = 26

    init(bits: UInt64, step: Int) {
        self.bits = bits
        self.step = step
    }

    /// The cell of a valid position; `latitudeLimit` is the end of the grid.
    init(
        _ position: GeoPosition, step: Int,
        latitudeLimit: Double = GeoPosition.limits.latitude
    ) {
        let cells = Double(UInt64(1) << UInt64(step))
        let row = (position.latitude + latitudeLimit) / (latitudeLimit + latitudeLimit) * cells
        let column = (position.longitude + 180) / 360 * cells
        self.init(
            column: UInt32(exactly: column.rounded(.towardZero)) ?? 0,
            row: UInt32(exactly: row.rounded(.towardZero)) ?? 0, step: step)
    }

    private init(column: UInt32, row: UInt32, step: Int) {
        bits = spread(column) << 1 | spread(row)
        self.step = step
    }

    private var column: UInt32 { gather(bits >> 1) }
    private var row: UInt32 { gather(bits) }

    /// What the cell covers. Bits beyond the grid lead outside of the world.
    var area: GeoArea {
        let cells = Double(UInt64(1) << UInt64(step))
        func side(_ cell: UInt32, _ limit: Double) -> ClosedRange<Double> {
            let start = -limit + Double(cell) / cells * (limit + limit)
            let end = -limit + Double(cell &+ 1) / cells * (limit + limit)
            return min(start, end)...max(start, end)
        }
        return GeoArea(
            longitude: side(column, GeoPosition.limits.longitude),
            latitude: side(row, GeoPosition.limits.latitude))
    }

    /// The cell some columns to the east and rows to the north, round the world.
    func neighbor(east: Int32, north: Int32) -> GeoHash {
        let mask = UInt32(truncatingIfNeeded: UInt64(1) << UInt64(step) - 1)
        var (column, row) = (column, row)
        if east != 0 { column = (column &+ UInt32(bitPattern: east)) & mask }
        if north != 0 { row = (row &+ UInt32(bitPattern: north)) & mask }
        return GeoHash(column: column, row: row, step: step)
    }

    /// The scores of the positions in the cell; the upper one does not belong to it.
    var scores: Range<Double> {
        let unused = UInt64(2 * (GeoHash.fullStep - step))
        return Double(bits << unused)..<Double((bits + 1) << unused)
    }
}

/// The bits of a number at the even places of another.
private func spread(_ value: UInt32) -> UInt64 {
    var bits = UInt64(value)
    bits = (bits | bits << 16) & 0x0000_ffff_0000_ffff
    bits = (bits | bits << 8) & 0x00ff_00ff_00ff_00ff
    bits = (bits | bits << 4) & 0x0f0f_0f0f_0f0f_0f0f
    bits = (bits | bits << 2) & 0x3333_3333_3333_3333
    return (bits | bits << 1) & 0x5555_5555_5555_5555
}

/// The number whose bits are at the even places of another.
private func gather(_ bits: UInt64) -> UInt32 {
    var bits = bits & 0x5555_5555_5555_5555
    bits = (bits | bits >> 1) & 0x3333_3333_3333_3333
    bits = (bits | bits >> 2) & 0x0f0f_0f0f_0f0f_0f0f
    bits = (bits | bits >> 4) & 0x00ff_00ff_00ff_00ff
    bits = (bits | bits >> 8) & 0x0000_ffff_0000_ffff
    return UInt32(truncatingIfNeeded: bits | bits >> 16)
}
