// The HTTP server for monitoring without its sockets: heads of requests, cut anywhere; answers;
// the text of metrics.
import Testing

@testable import Redwing

@Suite struct HTTPHeadTests {
    private func parse(_ text: String) -> HTTPHead { HTTPHead.parse(Array(text.utf8)) }

    @Test func aRequestCutAnywhereIsIncompleteUpToItsEnd() {
        let text = "\r\nGET /metrics?x=1 HTTP/1.1\r\nHost: a\r\nAccept: Text/Plain\r\n\r\n"
        let bytes = Array(text.utf8)
        for count in bytes.indices {
            for searched in 0...count {
                let head = HTTPHead.parse(Array(bytes[..<count]), searched: searched)
                #expect(head == .incomplete, "\(count) bytes, \(searched) of them searched")
            }
        }
        let expected = HTTPRequest(
            method: "GET", path: "/metrics", accept: "text/plain", keepsAlive: true)
        for searched in bytes.indices {
            let head = HTTPHead.parse(bytes + [0x47], searched: searched)
            #expect(head == .request(expected, length: bytes.count))
        }
    }

    @Test func bareLineFeedsAreTakenAsLineEnds() {
        #expect(
            parse("HEAD / HTTP/1.0\n\n")
                == .request(
                    HTTPRequest(method: "HEAD", path: "/", keepsAlive: false), length: 17))
    }

    @Test(arguments: [
        ("close", "HTTP/1.1", false), ("Close, x", "HTTP/1.1", false),
        ("keep-alive", "HTTP/1.0", true), ("keep-alive, close", "HTTP/1.0", false),
        ("x", "HTTP/1.1", true), ("x", "HTTP/1.0", false),
    ])
    func connectionOptions(value: String, version: String, keepsAlive: Bool) {
        guard
            case .request(let request, _) = parse(
                "GET / \(version)\r\nHost: a\r\nConnection: \(value)\r\n\r\n")
        else {
            Issue.record("no request")
            return
        }
        #expect(request.keepsAlive == keepsAlive)
    }

    @Test func anyBytesAreRefusedOrTaken() {
        var state: UInt64 = 7
        let alphabet = Array("GET / HTTP/1.:\r\n\r\n\u{0}xH\t".utf8) + [0xff]
        for _ in 0..<20_000 {
            var bytes: [UInt8] = []
            state = state &* 6_364_136_223_846_793_005 &+ 1
            for place in 0..<Int(state >> 58) {
                let pick = (state >> 20) &+ UInt64(place) &* (state >> 40 | 1)
                bytes.append(alphabet[Int(pick % UInt64(alphabet.count))])
            }
            if case .request(_, let length) = HTTPHead.parse(bytes) {
                #expect(length <= bytes.count)
            }
        }
    }
}

@Suite struct HTTPResponseTests {
    @Test(
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
            (1_795_278_924, "Sat, 21 Nov 2026 16:35:24 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ] as [(Int64, String)])
    func dates(seconds: Int64, text: String) {
        #expect(HTTPDate.text(seconds * 1000 + 999) == text)
    }

    @Test func lengthAndBodyAgree() {
        let response = HTTPResponse(.notFound)
        let whole = response.bytes(now: 0, keepsAlive: true, headOnly: false)
        let head = response.bytes(now: 0, keepsAlive: true, headOnly: true)
        #expect(whole == head + Array("Not Found\n".utf8))
        let text = String(decoding: head, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        #expect(text.contains("\r\nContent-Length: 10\r\n"))
        #expect(text.hasSuffix("\r\nConnection: keep-alive\r\n\r\n"))
    }
}

@Suite struct MetricsTextTests {
    @Test func bothForms() {
        func text(_ format: MetricsText.Format) -> String {
            var text = MetricsText(format)
            text.begin("a_seconds", .counter, unit: "seconds", "Some \"time\"\nthat \\ passes.")
            text.add([("b", "x\"y\\z\nü")], 1.5)
            text.begin("c", .info, "Versions.")
            text.add([("d", "1")], 1)
            return String(decoding: text.finished(), as: UTF8.self)
        }
        #expect(
            text(.openMetrics) == """
                # TYPE a_seconds counter
                # UNIT a_seconds seconds
                # HELP a_seconds Some \\"time\\"\\nthat \\\\ passes.
                a_seconds_total{b="x\\"y\\\\z\\nü"} 1.5
                # TYPE c info
                # HELP c Versions.
                c_info{d="1"} 1
                # EOF

                """)
        #expect(
            text(.prometheus) == """
                # TYPE a_seconds_total counter
                # HELP a_seconds_total Some \\"time\\"\\nthat \\\\ passes.
                a_seconds_total{b="x\\"y\\\\z\\nü"} 1.5
                # TYPE c_info gauge
                # HELP c_info Versions.
                c_info{d="1"} 1

                """)
    }

    @Test func histogramsAddUp() {
        var text = MetricsText(.openMetrics)
        text.histogram(
            "h_seconds", unit: "seconds", "H.", bounds: [0.5, 1], counts: [1, 0, 2], sum: 7.5)
        let lines = String(decoding: text.finished(), as: UTF8.self).split(separator: "\n")
        #expect(
            lines.dropFirst(3) == [
                "h_seconds_bucket{le=\"0.5\"} 1", "h_seconds_bucket{le=\"1.0\"} 1",
                "h_seconds_bucket{le=\"+Inf\"} 3", "h_seconds_sum 7.5", "h_seconds_count 3",
                "# EOF",
            ])
    }

    @Test func keysAreShownAsText() {
        #expect(MetricsText.shown(Array("käse".utf8)) == "käse")
        #expect(MetricsText.shown([0x61, 0xff, 0x0a]) == "a\\xff\\x0a")
        #expect(MetricsText.shown([0x61, 0x7f]) == "a\\x7f")
        #expect(MetricsText.shown([]) == "")
        let long = MetricsText.shown([UInt8](repeating: 0x61, count: 1000))
        #expect(long == String(repeating: "a", count: 128) + "...")
    }
}
