// Positions and searches beside models: every position of a sorted set, looked at one by one.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct GeoTests {
    @Test func scoresOfPositions() {
        let palermo = GeoPosition(longitude: 13.361389, latitude: 38.115556)
        let catania = GeoPosition(longitude: 15.087269, latitude: 37.502669)
        #expect(palermo.score == 3_479_099_956_230_698)
        #expect(catania.score == 3_479_447_370_796_909)
        let stored = GeoPosition(score: palermo.score)
        #expect(abs(stored.longitude - palermo.longitude) < 1e-5)
        #expect(abs(stored.latitude - palermo.latitude) < 1e-5)
        #expect(stored.score == palermo.score)
    }

    @Test func scoresThatNobodyMade() {
        for score in [-1, .infinity, -.infinity, .nan, 1e300, -1e300, 0x1p52, 0x1p63, 0.5] {
            let position = GeoPosition(score: score)
            #expect(position.isValid)
        }
        #expect(signedInteger(.nan) == .min)
        #expect(signedInteger(-1.9) == -1)
    }

    @Test func textsOfNumbers() {
        func coordinate(_ value: Double) -> String { withCoordinateText(value) { $0.string } }
        func distance(_ value: Double) -> String { withDistanceText(value) { $0.string } }
        #expect(coordinate(0) == "0")
        #expect(coordinate(180) == "180")
        #expect(coordinate(-85.05112878) == "-85.0511287799999991")
        #expect(coordinate(0.1) == "0.10000000000000001")
        #expect(coordinate(0x1p-18) == "0.00000381469726562")
        #expect(coordinate(-1e-30) == "0")
        #expect(coordinate(.leastNonzeroMagnitude) == "0")
        #expect(distance(0) == "0.0000")
        #expect(distance(166274.15156960033) == "166274.1516")
        #expect(distance(0.00005) == "0.0000")
        #expect(distance(0.00025) == "0.0002")
        #expect(distance(.nan) == "-922337203685477.5808")
        #expect(plainText(1.5) == "1.500000")
        #expect(plainText(-.infinity) == "-inf")
        #expect(plainText(.greatestFiniteMagnitude).utf8.count == 316)
    }

    private func randomPosition(_ random: inout RandomSource) -> GeoPosition {
        GeoPosition(
            longitude: Double.random(in: -180...180, using: &random),
            latitude: Double.random(in: -85...85, using: &random))
    }

    @Test func neighborsAreRoundTheWorld() {
        var random = RandomSource(seed: 4)
        for _ in 0..<200 {
            let step = Int.random(in: 1...26, using: &random)
            let home = GeoHash(randomPosition(&random), step: step)
            #expect(home.neighbor(east: 1, north: 0).neighbor(east: -1, north: 0) == home)
            #expect(home.neighbor(east: 1, north: 1).neighbor(east: -1, north: -1) == home)
            var cell = home
            for _ in 0..<(1 << min(step, 6)) { cell = cell.neighbor(east: 1, north: 0) }
            #expect((cell == home) == (step <= 6))
        }
    }

    /// A shape around a random centre, from metres to half of the world.
    private func randomShape(_ random: inout RandomSource) -> GeoShape {
        var center = randomPosition(&random)
        // Near the poles Valkey's boxes do not reach all that lies within.
        center.latitude *= 0.7
        let size = pow10(Double.random(in: 1...6, using: &random))
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return GeoShape(.circle(radius: size / 2), unit: 1, center: center)
        case 1: return GeoShape(.box(width: size, height: size / 2), unit: 1, center: center)
        default:
            let corners = [(-1.0, -1.0), (1.0, -1.0), (0.5, 1.0)].map { x, y in
                GeoPosition(
                    longitude: max(-180, min(180, center.longitude + x * size / 200_000)),
                    latitude: max(-85, min(85, center.latitude + y * size / 200_000)))
            }
            return GeoShape(.polygon(corners), unit: 1, center: center)
        }
    }

    private func pow10(_ exponent: Double) -> Double {
        (0..<Int(exponent)).reduce(1 + exponent - exponent.rounded(.down)) { value, _ in
            value * 10
        }
    }

    @Test func cellsCoverTheShape() {
        var random = RandomSource(seed: 5)
        for _ in 0..<300 {
            let shape = randomShape(&random)
            let cells = shape.cells.map(\.scores)
            for _ in 0..<200 {
                // Most random positions are far away; these are around the shape.
                let reach = Double.random(in: 0...8, using: &random)
                let position = GeoPosition(
                    longitude: shape.center.longitude
                        + Double.random(in: -reach...reach, using: &random),
                    latitude: shape.center.latitude
                        + Double.random(in: -reach...reach, using: &random))
                guard position.isValid else { continue }
                let stored = GeoPosition(score: position.score)
                guard shape.distance(of: stored) != nil else { continue }
                #expect(cells.contains { $0.contains(position.score) })
            }
        }
    }

    @Test(arguments: [50, 1000])
    func searchesFindWhatLiesWithin(_ count: Int) {
        let harness = EngineHarness()
        var random = RandomSource(seed: 6)
        var members: [(name: String, position: GeoPosition)] = []
        for index in 0..<count {
            let position = GeoPosition(
                longitude: Double.random(in: 5...15, using: &random),
                latitude: Double.random(in: 40...50, using: &random))
            harness.line("GEOADD g \(position.longitude) \(position.latitude) m\(index)")
            members.append(("m\(index)", GeoPosition(score: position.score)))
        }
        for radius in [1000, 50_000, 300_000, 2_000_000] {
            let center = GeoPosition(longitude: 10.25, latitude: 45.5)
            let within = members.map { ($0.name, $0.position.distance(to: center)) }
                .filter { $0.1 <= Double(radius) }.sorted { $0.1 < $1.1 }.map(\.0)
            func reply(_ names: some Collection<String>) -> String {
                "*\(names.count)\r\n" + names.map(bulk).joined()
            }
            let search = "GEOSEARCH g FROMLONLAT 10.25 45.5 BYRADIUS \(radius) m"
            #expect(harness.line("\(search) ASC") == reply(within))
            #expect(harness.line("\(search) DESC") == reply(Array(within.reversed())))
            #expect(harness.line("\(search) COUNT 7") == reply(within.prefix(7)))
            #expect(harness.line("\(search) DESC COUNT 7") == reply(within.reversed().prefix(7)))
            let some = min(7, within.count)
            #expect(harness.line("\(search) COUNT 7 ANY").hasPrefix("*\(some)\r\n"))
            #expect(harness.line("GEOSEARCHSTORE d \(search.dropFirst(10))").hasPrefix(":"))
            #expect(harness.line("ZCARD d") == ":\(within.count)\r\n")
        }
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
    }

    /// Valkey's own answer depends on what was in memory before.
    @Test func polygonsAcrossAPole() {
        let harness = EngineHarness()
        harness.line("GEOADD g 50 84 m 0 0 n")
        #expect(
            harness.line("GEOSEARCH g BYPOLYGON 4 -90 85 0 80 90 85 179 85")
                == "*1\r\n" + bulk("m"))
    }
}
