"""The engine against Debian's `yara -r -p 2`: same rules, same trees, runs in turn, medians.

    python bench/engine_vs_yara.py [--runs 5] [--signatures DIR] [--only large|small]
    python bench/engine_vs_yara.py --extremes     a 10 GB sparse file, a directory of 1,000,000 files

Times are whole: from starting a program to its end, for both. Peak memory is the resident memory of all
processes of each together (shared pages are counted for each). A threat is planted in every tree: a run that
does not find it, or finds anything else, fails.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from medscan_gui.core.words import Stop  # noqa: E402
from medscan_gui.engine import orders  # noqa: E402
from medscan_gui.engine.events import Counted, Ended, Found, ItemsEnded  # noqa: E402
from medscan_gui.engine.supervisor import ScanJob, Supervisor  # noqa: E402
from medscan_gui.store.bundles import read_bundle  # noqa: E402

EXTERNALS = ("filename", "filepath", "extension", "filetype", "owner")
LARGE_TREE_BYTES = 1_500_000_000
SMALL_TREE_FILES = 100_000


class Run(NamedTuple):
    """One run of one program: seconds from start to end, CPU seconds, peak bytes of memory."""

    seconds: float
    cpu: float
    memory: int


def timed(command: list[str], check: Callable[[str], bool]) -> Run:
    """Run a command to its end, looking at the memory of its processes every 20 ms."""
    before = os.times()
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        watched = psutil.Process(process.pid)
        peak = 0
        while process.poll() is None:
            peak = max(peak, memory_of(watched))
            time.sleep(0.02)
        seconds = time.perf_counter() - start
        assert process.stdout is not None
        output = process.stdout.read()
    after = os.times()
    if process.returncode or not check(output):
        raise SystemExit(f"wrong result of {command[0]}: {process.returncode}\n{output[:2000]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(seconds, cpu, peak)


def memory_of(process: psutil.Process) -> int:
    """Resident memory of a process and its children."""
    total = 0
    try:
        for one in [process, *process.children(recursive=True)]:
            total += one.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total


def ours(signatures: Path, tree: Path) -> None:
    """Scan a tree with the engine, as the program does, and print what happened."""
    result = {"findings": [], "items": 0, "bytes": 0, "trouble": 0}
    findings: list[str] = []
    job = ScanJob(paths=(os.fsencode(tree),), bundle=read_bundle(signatures), skip_virtual=False)
    ended = 0
    for event in Supervisor(job).events():
        if isinstance(event, Found):
            findings.append(os.fsdecode(event.finding.chain[0]))
        elif isinstance(event, Counted):
            result |= {"items": event.items, "bytes": event.bytes}
        elif isinstance(event, ItemsEnded):
            ended += sum(line.items for line in event.lines)
        elif isinstance(event, Ended) and (event.stop is not Stop.COMPLETED or event.restarts):
            raise SystemExit(f"not completed: {event}")
    print(json.dumps(result | {"findings": findings, "ended": ended}))


def yara_rules(signatures: Path, scratch: Path) -> Path:
    """One rule file that includes all of the bundle's."""
    place = scratch / "all.yar"
    files = [signatures / file.path for file in read_bundle(signatures).files]
    place.write_text("".join(f'include "{file.resolve()}"\n' for file in files))
    return place


def compare(name: str, tree: Path, signatures: Path, rules: Path, runs: int) -> None:
    """Run both programs in turn and print the medians."""
    planted = str(tree / "planted.com")
    files = [path for path in tree.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)

    def ours_is_right(output: str) -> bool:
        told = json.loads(output)
        return (told["findings"], told["items"], told["ended"]) == ([planted], len(files), len(files))

    def yara_is_right(output: str) -> bool:
        return [line.split(" ", 1)[1] for line in output.splitlines()] == [planted]

    defined = [part for external in EXTERNALS for part in ("-d", f"{external}=")]
    yara = ["yara", *defined, "-r", "-p", "2", "-w", "-N", str(rules), str(tree)]
    engine = [sys.executable, __file__, "--ours", str(tree), "--signatures", str(signatures)]
    results: dict[str, list[Run]] = {"medscan": [], "yara -r -p 2": []}
    for number in range(runs + 1):
        pair = [("medscan", engine, ours_is_right), ("yara -r -p 2", yara, yara_is_right)]
        for program, command, check in pair if number % 2 else pair[::-1]:
            run = timed(command, check)
            if number:  # the first round only warms the page cache
                results[program].append(run)
    print(f"\n{name}: {len(files):,} files, {size / 1e6:,.0f} MB, {runs} runs each, in turn")
    print(f"{'':14} {'seconds':>8} {'min':>7} {'files/s':>9} {'MB/s':>7} {'CPU s':>7} {'peak MB':>8}")
    for program, measured in results.items():
        seconds = statistics.median(run.seconds for run in measured)
        cpu = statistics.median(run.cpu for run in measured)
        least = min(run.seconds for run in measured)
        memory = max(run.memory for run in measured) / 1e6
        print(
            f"{program:14} {seconds:8.2f} {least:7.2f} {len(files) / seconds:9,.0f} {size / 1e6 / seconds:7.0f} "
            f"{cpu:7.2f} {memory:8.0f}"
        )
    pairs = zip(results["medscan"], results["yara -r -p 2"], strict=True)
    ratio = statistics.median(own.seconds / other.seconds for own, other in pairs)
    print(f"{'':14} wall, ours / yara, median of pairs: {ratio:.2f}")


def large_tree(place: Path) -> Path:
    """The largest binaries of this system, linked (or copied) into one tree."""
    place.mkdir()
    found = [path for path in Path("/usr/lib").rglob("*") if path.is_file() and not path.is_symlink()]
    found.sort(key=lambda path: path.stat().st_size, reverse=True)
    total = 0
    for number, path in enumerate(found):
        with path.open("rb") as stream:
            if stream.read(4) != b"\x7fELF":
                continue
        try:
            os.link(path, place / f"{number:05d}.so")
        except OSError:
            shutil.copy(path, place / f"{number:05d}.so")
        total += path.stat().st_size
        if total > LARGE_TREE_BYTES:
            break
    return place


def small_tree(place: Path) -> Path:
    """Many small text files: about 2.5 kB in the median, 2,000 directories."""
    chance = random.Random(7)
    words = [bytes(chance.choices(b"abcdefghijklmnopqrstuvwxyz \n", k=200)) for _ in range(500)]
    for number in range(SMALL_TREE_FILES):
        folder = place / f"{number // 2000:03d}" / f"{number // 50 % 40:02d}"
        if number % 50 == 0:
            folder.mkdir(parents=True)
        size = int(min(200_000, chance.lognormvariate(7.8, 1.1)))
        (folder / f"file-{number:06d}.txt").write_bytes(b"".join(chance.choices(words, k=size // 200 + 1))[:size])
    return place


def extremes(signatures: Path, scratch: Path) -> None:
    """What must simply work: time and peak memory of a 10 GB file and of a million files in one directory."""
    (scratch / "sparse").mkdir()
    with (scratch / "sparse" / "ten.img").open("wb") as stream:
        stream.truncate(10 << 30)
    (scratch / "million").mkdir()
    for number in range(1_000_000):
        os.close(os.open(scratch / "million" / f"{number:07d}", os.O_CREAT | os.O_WRONLY))
    for name, items in (("sparse", 1), ("million", 1_000_000)):
        engine = [sys.executable, __file__, "--ours", str(scratch / name), "--signatures", str(signatures)]
        run = timed(engine, lambda output, items=items: json.loads(output)["ended"] == items)  # type: ignore[misc]
        print(f"{name}: {run.seconds:.1f} s, CPU {run.cpu:.1f} s, peak {run.memory / 1e6:.0f} MB in all processes")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--signatures", type=Path, default=ROOT / "signatures")
    parser.add_argument("--only", choices=("large", "small"))
    parser.add_argument("--extremes", action="store_true")
    parser.add_argument("--ours", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ours:
        ours(options.signatures, options.ours)
        return
    with tempfile.TemporaryDirectory(prefix="medscan-bench-") as scratch_name:
        scratch = Path(scratch_name)
        if options.extremes:
            extremes(options.signatures, scratch)
            return
        rules = yara_rules(options.signatures, scratch)
        for name, make in (("large", large_tree), ("small", small_tree)):
            if options.only in {None, name}:
                tree = make(scratch / name)
                (tree / "planted.com").write_bytes(orders.self_test_sample())
                compare(name, tree, options.signatures, rules, options.runs)


if __name__ == "__main__":
    main()
