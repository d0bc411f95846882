// Sorting of arrays of which only a part is wanted. Elements that compare equal end up where they
// do in Valkey, which clients can see: whole arrays are sorted keeping the order of equals, parts
// by the quicksort of Bentley and McIlroy, "Engineering a Sort Function" (1993), left unfinished
// outside of the part.

extension Array {
    /// Moves those elements to the places of `part` that belong there in a sorted array; the others
    /// are somewhere in the rest. `compare` is below, at or above zero.
    mutating func sortPart(_ part: Range<Int>, _ compare: (Element, Element) -> Int) {
        if part.isEmpty { return }
        if part == indices { return sortKeepingEquals(compare) }
        sortPart(indices, part, compare)
    }

    private mutating func sortKeepingEquals(_ compare: (Element, Element) -> Int) {
        let sorted = enumerated().sorted { left, right in
            let order = compare(left.element, right.element)
            return order != 0 ? order < 0 : left.offset < right.offset
        }
        self = sorted.map(\.element)
    }

    private mutating func sortPart(
        _ all: Range<Int>, _ part: Range<Int>, _ compare: (Element, Element) -> Int
    ) {
        var all = all
        while all.count >= 7 {
            let (less, greater) = partition(all, compare)
            if less.count > 1, less.overlaps(part) { sortPart(less, part, compare) }
            guard greater.count > 1, greater.overlaps(part) else { return }
            all = greater
        }
        for end in all.dropFirst() {
            var place = end
            while place > all.lowerBound, compare(self[place - 1], self[place]) > 0 {
                swapAt(place, place - 1)
                place -= 1
            }
        }
    }

    /// Divides a range into what is less than one of its elements, what equals it and what is
    /// greater; returns the first and the last part.
    private mutating func partition(
        _ range: Range<Int>, _ compare: (Element, Element) -> Int
    ) -> (Range<Int>, Range<Int>) {
        let first = range.lowerBound
        swapAt(first, pivot(range, compare))
        // Equals are gathered at both ends: before `low` and behind `high`.
        var (low, left) = (first + 1, first + 1)
        var (high, right) = (range.upperBound - 1, range.upperBound - 1)
        while true {
            while left <= right {
                let order = compare(self[left], self[first])
                if order > 0 { break }
                if order == 0 {
                    swapAt(low, left)
                    low += 1
                }
                left += 1
            }
            while left <= right {
                let order = compare(self[right], self[first])
                if order < 0 { break }
                if order == 0 {
                    swapAt(right, high)
                    high -= 1
                }
                right -= 1
            }
            if left > right { break }
            swapAt(left, right)
            left += 1
            right -= 1
        }
        let less = left - low
        let greater = high - right
        exchange(first, left - Swift.min(low - first, less), Swift.min(low - first, less))
        let tail = Swift.min(greater, range.upperBound - 1 - high)
        exchange(left, range.upperBound - tail, tail)
        return (first..<first + less, range.upperBound - greater..<range.upperBound)
    }

    /// The place of an element that is likely to be in the middle.
    private func pivot(_ range: Range<Int>, _ compare: (Element, Element) -> Int) -> Int {
        let (count, first) = (range.count, range.lowerBound)
        var middle = first + count / 2
        guard count > 7 else { return middle }
        var (low, high) = (first, range.upperBound - 1)
        if count > 40 {
            let step = count / 8
            low = median(low, low + step, low + 2 * step, compare)
            middle = median(middle - step, middle, middle + step, compare)
            high = median(high - 2 * step, high - step, high, compare)
        }
        return median(low, middle, high, compare)
    }

    private func median(
        _ first: Int, _ second: Int, _ third: Int, _ compare: (Element, Element) -> Int
    ) -> Int {
        if compare(self[first], self[second]) < 0 {
            if compare(self[second], self[third]) < 0 { return second }
            return compare(self[first], self[third]) < 0 ? third : first
        }
        if compare(self[second], self[third]) > 0 { return second }
        return compare(self[first], self[third]) < 0 ? first : third
    }

    private mutating func exchange(_ first: Int, _ second: Int, _ count: Int) {
        for offset in 0..<count { swapAt(first + offset, second + offset) }
    }
}
