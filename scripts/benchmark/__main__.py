"""The command line: which sections, against whom, where the results go."""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

from . import chart, report
from .compare import compare, load_result
from .context import Context, choose_cores
from .model import REFERENCE, Result
from .resp import ServerError
from .sections import SECTIONS
from .servers import PEERS, find_servers


def core_list(text: str) -> set[int]:
    return {int(core) for core in text.split(",")}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Measures Redwing beside its peers."
    )
    add = parser.add_argument
    add("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; default all")
    add("--quick", action="store_true", help="smaller and shorter: some minutes")
    add("--peers", default=",".join(PEERS), help="comma-separated, of " + ", ".join(PEERS))
    add("--rounds", type=int, help="rounds of each measurement instead of the default")
    add("--redwing", type=Path, metavar="PATH", help="the server to measure, instead of building")
    add("--no-redwing", action="store_true", help="measure the peers only")
    add("--compare", nargs="?", const="latest", metavar="FILE.json",
        help="flag losses over 10%% against this result, or the last one saved")  # fmt: skip
    add("--publish", action="store_true", help="also write docs/benchmark.{json,md,svg}")
    add("--pipelines", default="1,16,100", help="throughput: pipeline lengths")
    add("--workloads", default="", help="throughput: some only, as in get,hset")
    add("--server-cores", type=core_list, help="cores of the servers, as 0,2 (default: the first)")
    add("--load-cores", type=core_list, help="cores of the load (default: another one)")
    add("--nice", type=int, default=0, help="niceness of all; below 0 shields from other work")
    add("--root", type=Path, default=Path.cwd(), help=argparse.SUPPRESS)
    options = parser.parse_args()
    for section in options.sections:
        if section not in SECTIONS:
            parser.error(f"no section {section!r}, there are {', '.join(SECTIONS)}")
    options.peers = [peer for peer in options.peers.split(",") if peer]
    for peer in options.peers:
        if peer not in PEERS:
            parser.error(f"no peer {peer!r}, there are {', '.join(PEERS)}")
    options.pipelines = [int(length) for length in options.pipelines.split(",")]
    options.workloads = [name for name in options.workloads.split(",") if name]
    return options


def redwing_binary(options: argparse.Namespace) -> Path | None:
    if options.no_redwing:
        return None
    binary = options.redwing or options.root / ".build/release/redwing-server"
    if not binary.exists():
        raise SystemExit(f"bench: no server at {binary}")
    return binary.absolute()


def describe_machine() -> dict[str, str]:
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cpu": f"{model}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "kernel": f"Linux {platform.release()}",
    }


def save(result: Result, options: argparse.Namespace) -> None:
    results = options.root / "bench-results"
    stamp = result.started.replace(":", "").replace(" ", "-")
    targets = [results / stamp, results / "latest"]
    if options.publish:
        targets.append(options.root / "docs" / "benchmark")
    for target in targets:
        target.parent.mkdir(parents=True, exist_ok=True)
        write(target, result)
    print(f"\nsaved {targets[0]}.json", file=sys.stderr)


def write(target: Path, result: Result) -> None:
    data = json.dumps(result.to_json(), indent=1, ensure_ascii=False)
    Path(f"{target}.json").write_text(data + "\n")
    Path(f"{target}.md").write_text(report.markdown(result))
    if REFERENCE in result.servers:
        drawing = chart.render(result, report.SECTION_TITLES)
        Path(f"{target}.svg").write_text(drawing)


def measure(options: argparse.Namespace) -> Result:
    if shutil.which("redis-benchmark") is None:
        raise SystemExit("bench: redis-benchmark is missing (package redis-tools)")
    work = Path(tempfile.mkdtemp(prefix="redwing-bench-"))
    try:
        servers = find_servers(redwing_binary(options), options.peers, work)
        if not servers:
            raise SystemExit("bench: nothing to measure")
        server_cores, load_cores = choose_cores(options.server_cores, options.load_cores)
        context = Context(options, servers, work, server_cores, load_cores)
        result = Result(
            started=time.strftime("%Y-%m-%d %H:%M:%S"),
            machine=describe_machine(),
            options={"quick": options.quick, "rounds": options.rounds},
            servers={server.name: server.label for server in servers},
        )
        # The harness itself stays off the servers' core.
        os.sched_setaffinity(0, load_cores)
        os.setpriority(os.PRIO_PROCESS, 0, options.nice)
        for name in options.sections or SECTIONS:
            run_section(name, context, result)
        return result
    finally:
        shutil.rmtree(work, ignore_errors=True)


def run_section(name: str, context: Context, result: Result) -> None:
    """Adds a section's rows. One that fails is reported and costs no other section its figures."""
    print(f"{name}:", file=sys.stderr, flush=True)
    try:
        result.rows += SECTIONS[name](context)
    except (SystemExit, ServerError, OSError, KeyError) as error:
        print(f"bench: section {name} failed: {error!r}", file=sys.stderr)
        result.failed.append(name)


def main() -> int:
    options = parse_arguments()
    old = None
    if options.compare:
        latest = options.root / "bench-results" / "latest.json"
        old = load_result(latest if options.compare == "latest" else Path(options.compare))
    result = measure(options)
    if not result.rows:
        return 1
    save(result, options)
    print()
    print(report.text(result))
    failed = 1 if result.failed else 0
    if old is None:
        return failed
    worse, better = compare(result, old)
    for title, lines in (("worse", worse), ("better", better)):
        for line in lines:
            print(f"{title} than {old.started}: {line}")
    return 1 if worse else failed


sys.exit(main())
