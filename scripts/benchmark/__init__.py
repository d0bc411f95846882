"""The benchmark of Redwing against its peers.

What is trusted, and why
    Requests per second on a shared machine wander; the CPU time that a server spends on a request
    hardly does. So the figure that counts is *server CPU microseconds per request*, read from the
    server's process CPU clock (every thread, nanoseconds), paired with the peers' in the same run:
    all servers run side by side, one is loaded at a time, in short interleaved rounds, and each
    ratio is the median of the rounds' own ratios. Two runs give the same ratios within 10%.

Where things run
    Servers are pinned to one core, all of their threads and children included; the load is pinned
    to another. On a machine with one core the figures mean little and the harness says so.

Sections (one module each, see `sections.py` for how to add one)
    throughput  CPU per request and requests/s of GET, SET, HSET, HGETALL at pipeline 1, 16, 100
    memory      resident bytes per item, for five shapes of data
    types       lists, sets, sorted sets and streams: bytes per item, CPU per request of every test
                of redis-benchmark, waiting of others while a large collection is freed
    snapshot    BGSAVE under full SET load: memory, latency of a pinging client, duration; loading
    eviction    misses of a cache at its memory limit, and full SET load there
    startup     from exec to the first PONG

Files
    model.py      rows, goals, results: what a section returns and what reports read
    goals.py      the figures that Redwing must reach
    servers.py    which servers there are and where their binaries lie
    process.py    one running server: pinned, timed, weighed
    resp.py       as much of the protocol as the harness needs
    payload.py    requests in bulk, with values that do not compress
    loader.py     sends them
    report.py     text and Markdown tables;  chart.py  the SVG;  compare.py  against an older result

Results are saved to bench-results/ (not in version control) as JSON, Markdown and SVG under the
time of the run and as `latest.*`; `--publish` also writes docs/benchmark.{json,md,svg}.
"""
