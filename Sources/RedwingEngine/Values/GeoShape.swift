// The areas that can be searched for positions: which positions lie within, how far from the
// centre, and which cells of the grid have to be looked through for them, in Valkey's order.
import Glibc

/// A shape on the surface of Earth, with its measures in a unit.
struct GeoShape {
    enum Form {
        case circle(radius: Double)
        case box(width: Double, height: Double)
        case polygon([GeoPosition])
    }

    var form: Form
    /// What one of the unit is in metres.
    var unit: Double
    /// Where distances are measured from.
    private(set) var center: GeoPosition

    /// A shape around `center`; a polygon has the centre of its corners.
    init(_ form: Form, unit: Double, center: GeoPosition) {
        self.form = form
        self.unit = unit
        self.center = center
        if case .polygon(let corners) = form { self.center = GeoShape.center(of: corners) }
    }

    private static func center(of corners: [GeoPosition]) -> GeoPosition {
        var (x, y, z) = (0.0, 0.0, 0.0)
        for corner in corners {
            let longitude = radians(corner.longitude)
            let latitude = radians(corner.latitude)
            x += cos(latitude) * cos(longitude)
            y += cos(latitude) * sin(longitude)
            z += sin(latitude)
        }
        return GeoPosition(
            longitude: degrees(atan2(y, x)),
            latitude: degrees(atan2(z, (x * x + y * y).squareRoot())))
    }

    /// The distance of a position from the centre in metres, nil if it lies outside.
    func distance(of position: GeoPosition) -> Double? {
        switch form {
        case .circle(let radius):
            let distance = center.distance(to: position)
            // A distance that is no number, between antipodes, is not greater.
            return distance > radius * unit ? nil : distance
        case .box(let width, let height):
            if position.latitudeDistance(to: center) > height * unit / 2 { return nil }
            let foot = GeoPosition(longitude: center.longitude, latitude: position.latitude)
            if position.distance(to: foot) > width * unit / 2 { return nil }
            return center.distance(to: position)
        case .polygon(let corners):
            return isInside(position, corners) ? center.distance(to: position) : nil
        }
    }

    /// Whether a ray from the position crosses an odd number of sides.
    private func isInside(_ position: GeoPosition, _ corners: [GeoPosition]) -> Bool {
        var isInside = false
        var last = corners[corners.count - 1]
        for corner in corners {
            if (corner.latitude > position.latitude) != (last.latitude > position.latitude),
                position.longitude < (last.longitude - corner.longitude)
                    * (position.latitude - corner.latitude)
                    / (last.latitude - corner.latitude) + corner.longitude
            {
                isInside.toggle()
            }
            last = corner
        }
        return isInside
    }
}

/// The degrees between which a shape lies; the ends may be in the wrong order near the poles.
private struct GeoBounds {
    var west: Double
    var south: Double
    var east: Double
    var north: Double
}

extension GeoShape {
    private var bounds: GeoBounds {
        let (width, height): (Double, Double)
        switch form {
        case .circle(let radius): (width, height) = (unit * radius, unit * radius)
        case .box(let full, let high): (width, height) = (unit * full / 2, unit * high / 2)
        case .polygon(let corners): return GeoShape.bounds(of: corners)
        }
        let rise = degrees(height / GeoPosition.earthRadius)
        // On the side towards the pole the same way is more degrees.
        let edge = center.latitude < 0 ? center.latitude - rise : center.latitude + rise
        let reach = degrees(width / GeoPosition.earthRadius / cos(radians(edge)))
        return GeoBounds(
            west: center.longitude - reach, south: center.latitude - rise,
            east: center.longitude + reach, north: center.latitude + rise)
    }

    private static func bounds(of corners: [GeoPosition]) -> GeoBounds {
        let limits = GeoPosition.limits
        var bounds = GeoBounds(
            west: limits.longitude, south: limits.latitude, east: -limits.longitude,
            north: -limits.latitude)
        for corner in corners {
            bounds.west = min(bounds.west, corner.longitude)
            bounds.south = min(bounds.south, corner.latitude)
            bounds.east = max(bounds.east, corner.longitude)
            bounds.north = max(bounds.north, corner.latitude)
        }
        return bounds
    }

    /// The distance from the centre to the farthest point, in metres.
    private func reach(_ bounds: GeoBounds) -> Double {
        switch form {
        case .circle(let radius): return radius * unit
        case .box(let width, let height):
            return ((width / 2) * (width / 2) + (height / 2) * (height / 2)).squareRoot() * unit
        case .polygon:
            let corners = [
                (bounds.west, bounds.north), (bounds.east, bounds.north),
                (bounds.west, bounds.south), (bounds.east, bounds.south),
            ]
            return corners.reduce(-Double.infinity) { farthest, corner in
                let corner = GeoPosition(longitude: corner.0, latitude: corner.1)
                return max(farthest, center.distance(to: corner))
            } * unit
        }
    }

    /// The finest step at which a cell and its neighbours mostly cover what is within `reach`.
    private func step(_ reach: Double) -> Int {
        guard reach != 0 else { return GeoHash.fullStep }
        // Half of the world's circumference in Mercator's projection.
        let limit = 20037726.37
        var reach = reach
        var step = -1
        while reach < limit {
            reach *= 2
            step += 1
        }
        // Degrees of longitude are short near the poles.
        if abs(center.latitude) > 66 { step -= 1 }
        if abs(center.latitude) > 80 { step -= 1 }
        return max(1, min(GeoHash.fullStep, step))
    }

    /// The cells in which the positions of the shape lie, in the order of their search.
    var cells: [GeoHash] {
        let bounds = bounds
        var step = step(reach(bounds))
        guard center.isValid else {
            // Only a polygon across a pole has such a centre; then all is looked through.
            return (0..<4).map { GeoHash(bits: $0, step: 1) }
        }
        if step > 1, !covers(bounds, at: step) { step -= 1 }
        let home = GeoHash(center, step: step)
        let area = home.area
        var cells = [home]
        for (east, north) in GeoShape.directions {
            // A neighbour is of no use when the home cell reaches beyond the bounds on its side.
            if step >= 2 {
                if north < 0, area.latitude.lowerBound < bounds.south { continue }
                if north > 0, area.latitude.upperBound > bounds.north { continue }
                if east < 0, area.longitude.lowerBound < bounds.west { continue }
                if east > 0, area.longitude.upperBound > bounds.east { continue }
            }
            let cell = home.neighbor(east: east, north: north)
            // Of large cells several neighbours may be the same. The home cell is not looked at
            // here, nor by Valkey.
            if cells.count > 1, cells[cells.count - 1] == cell { continue }
            cells.append(cell)
        }
        return cells
    }

    /// North, south, east, west, and the corners.
    private static let directions: [(east: Int32, north: Int32)] = [
        (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1),
    ]

    /// Whether the neighbours of the centre's cell reach as far as the bounds.
    private func covers(_ bounds: GeoBounds, at step: Int) -> Bool {
        let home = GeoHash(center, step: step)
        // Bounds that are no numbers, of endless shapes, count as reached.
        return
            !(home.neighbor(east: 0, north: 1).area.latitude.upperBound < bounds.north
            || home.neighbor(east: 0, north: -1).area.latitude.lowerBound > bounds.south
            || home.neighbor(east: 1, north: 0).area.longitude.upperBound < bounds.east
            || home.neighbor(east: -1, north: 0).area.longitude.lowerBound > bounds.west)
    }
}
