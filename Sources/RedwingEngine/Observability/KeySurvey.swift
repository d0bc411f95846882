// What the engine finds out about single keys for monitoring: which are hot, which are large. Only
// while somebody wants to know; `metrics-top-keys` says how many.
import RedwingContainers

/// The survey of keys, while there is one.
struct KeySurvey {
    var hot: HotKeys
    var largest: LargestKeys
    /// Findings that are shown of each kind.
    let limit: Int
}

/// A key of which monitoring tells.
package struct SurveyedKey: Equatable {
    /// The number of its database.
    package var database: Int
    /// Its bytes; a long key is cut.
    package var key: [UInt8]
    /// Its bytes of memory, or how often a second commands name it.
    package var value: Double
}

extension Engine {
    /// Home buckets that one step of the walk looks at.
    private static let bucketsInStep = 8

    /// Begins or ends the survey as the configuration says.
    func refreshKeySurvey() {
        let limit = configuration.metricsPort > 0 ? configuration.metricsTopKeys : 0
        guard observability.survey?.limit ?? 0 != limit else { return }
        guard limit > 0 else {
            observability.survey = nil
            hot.value.batchesToSample = 0
            return
        }
        observability.survey = KeySurvey(
            hot: HotKeys(now: now, seed: seed.low), largest: LargestKeys(limit: limit),
            limit: limit)
        hot.value.batchesToSample = 1
    }

    /// Counts the keys of a batch that is about to run. Called for few batches.
    @inline(never)
    func sampleKeys(_ call: borrowing Call) {
        guard observability.survey != nil else { return }
        observability.survey?.hot.beginBatch()
        let number = call.database.value.index
        let isKnown = call.session.flags.contains(.authenticated)
        for index in 0..<batch.count where isKnown && batch[index].hash != 0 {
            let command = batch[index]
            let key = batch.arguments(command)[Int(table.hot[Int(command.index)].firstKey)]
            observability.survey?.hot.note(command.hash, key, database: number)
        }
        hot.value.batchesToSample = observability.survey?.hot.nextCountdown() ?? 0
    }

    /// To be called about ten times a second: what the survey does beside walking.
    package func tendKeySurvey() { observability.survey?.hot.tend(now: now) }

    /// Goes on with the walk for the largest keys, over a few keys; returns whether it may go on
    /// at once.
    package func stepKeySurvey() -> Bool {
        guard var survey = observability.survey, now >= survey.largest.nextPass else {
            return false
        }
        observability.survey = nil
        defer { observability.survey = survey }
        for _ in 0..<Engine.bucketsInStep {
            let database = databases[survey.largest.database]
            let number = database.value.index
            if database.count > 0 {
                survey.largest.cursor = database.value.table.scan(survey.largest.cursor) {
                    survey.largest.note($0, bytes: memoryUsage(of: $0), database: number)
                }
            }
            guard survey.largest.cursor == 0 else { continue }
            survey.largest.database += 1
            if survey.largest.database == databases.count {
                survey.largest.endPass(now: now)
                return false
            }
        }
        return true
    }

    /// The hot keys of the last seconds, with how often a second commands name them.
    package var hotKeys: [SurveyedKey] {
        guard let survey = observability.survey else { return [] }
        return survey.hot.findings.prefix(survey.limit).map {
            SurveyedKey(database: $0.database, key: $0.key, value: $0.perSecond)
        }
    }

    /// The largest keys as far as the walk has met them, with what they take now.
    package var largestKeys: [SurveyedKey] {
        guard let survey = observability.survey else { return [] }
        var found: [SurveyedKey] = []
        for finding in survey.largest.current + survey.largest.former {
            let isKnown = found.contains {
                $0.database == finding.database && $0.key == finding.key
            }
            guard !isKnown, let bytes = bytesNow(finding) else { continue }
            found.append(
                SurveyedKey(
                    database: finding.database, key: finding.key, value: Double(bytes)))
        }
        found.sort { $0.value > $1.value }
        return Array(found.prefix(survey.limit))
    }

    /// What a key takes by now, or nil when it has gone. One that was cut cannot be looked up.
    private func bytesNow(_ finding: LargestKeys.Finding) -> Int? {
        guard finding.key.count < LargestKeys.maxKeyBytes else { return finding.bytes }
        guard let database = databases.first(where: { $0.value.index == finding.database }) else {
            return nil
        }
        return finding.key.withBytes { key in
            let table = database.value.table
            return table.find(table.hash(key), key).map { memoryUsage(of: $0) }
        }
    }
}
