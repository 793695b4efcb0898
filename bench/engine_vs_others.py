"""The engine against other scanners: same rules, same trees, runs in turn, medians of whole times.

    python bench/engine_vs_others.py [--runs 3] [--rules own|made|DIR] [--only mixed|small|archives] [--trees DIR]
    python bench/engine_vs_others.py --extremes     a 10 GB sparse file, a directory of 1,000,000 files

Others: Debian's `yara -r -p 2`, `clamscan`, `clamdscan --multiscan --fdpass` (a clamd of its own, started anew for
each run, its start not counted, so that its cache of clean files is empty) and a loop as of Loki: one Rules
object, each file by its path, MD5 and SHA-256 of each. ClamAV gets those rules that it can load as they are: no
modules, no names of files. Whoever is not installed is left out. `made` is the set of `rule_sets.py`.

Times are from starting a program to its end. Peak memory is the resident memory of all processes of each together
(shared pages are counted for each). A threat is planted in every tree. What is found is compared with what `yara`
finds; ClamAV, with fewer rules, need only find the threat.
"""

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.rule_sets import rule_set, write_bundle  # noqa: E402
from bench.trees import archive_tree, mixed_tree, small_tree  # noqa: E402
from medscan_gui.core.words import Stop  # noqa: E402
from medscan_gui.engine import orders  # noqa: E402
from medscan_gui.engine.events import Counted, Ended, Found, ItemsEnded, ItemTrouble  # noqa: E402
from medscan_gui.engine.match.beginning import EXTERNALS  # noqa: E402
from medscan_gui.engine.match.rule_files import RuleFile  # noqa: E402
from medscan_gui.engine.supervisor import ScanJob, Supervisor  # noqa: E402
from medscan_gui.store.bundles import read_bundle  # noqa: E402

MADE_RULES = 5200
PLANTED = "planted.com"
#: ClamAV leaves larger files out otherwise.
_NO_LIMITS = ("--max-filesize=2000M", "--max-scansize=2000M", "--max-files=0", "--pcre-max-filesize=2000M")


class Run(NamedTuple):
    """One run of one program: seconds from start to end, CPU seconds, peak bytes of memory, what it found."""

    seconds: float
    cpu: float
    memory: int
    found: frozenset[str]


class Program(NamedTuple):
    """How to run a program, and to read what it says. With `daemon`, another one is there meanwhile."""

    name: str
    command: list[str]
    found: Callable[[str], set[str]]
    codes: tuple[int, ...] = (0,)
    daemon: list[str] | None = None


def run(program: Program, scratch: Path) -> Run:
    """Run a program to its end, looking at the memory of its processes every 20 ms."""
    with _daemon(program.daemon, scratch) as daemon:
        cpu_before = _cpu(daemon)
        start = time.perf_counter()
        with (scratch / "said").open("w+b") as said:
            with subprocess.Popen(program.command, stdout=said, cwd=ROOT) as process:
                watched = [psutil.Process(process.pid), *daemon]
                peak = 0
                while process.poll() is None:
                    peak = max(peak, sum(map(memory_of, watched)))
                    time.sleep(0.02)
            seconds = time.perf_counter() - start
            said.seek(0)
            output = said.read().decode("utf-8", "replace")
        cpu = _cpu(daemon) - cpu_before
    if process.returncode not in program.codes:
        raise SystemExit(f"{program.name} ended with {process.returncode}\n{output[:2000]}")
    return Run(seconds, cpu, peak, frozenset(program.found(output)))


def _cpu(others: list[psutil.Process]) -> float:
    own = os.times()
    return own.children_user + own.children_system + sum(sum(other.cpu_times()[:2]) for other in others)


def memory_of(process: psutil.Process) -> int:
    """Resident memory of a process and its children."""
    total = 0
    try:
        for one in [process, *process.children(recursive=True)]:
            total += one.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total


@contextmanager
def _daemon(command: list[str] | None, scratch: Path) -> Iterator[list[psutil.Process]]:
    """A clamd that has loaded its rules."""
    if command is None:
        yield []
        return
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            asked = ["clamdscan", f"--config-file={scratch / 'clamd.conf'}", "--ping", "600:1"]
            subprocess.run(asked, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            yield [psutil.Process(process.pid)]
        finally:
            process.terminate()


# The programs --------------------------------------------------------------------------------------------------


def ours(signatures: Path, tree: Path) -> None:
    """Scan a tree with the engine, as the program does, and print what happened."""
    result: dict[str, object] = {"items": 0, "bytes": 0}
    findings: list[tuple[str, list[str]]] = []
    job = ScanJob(paths=(os.fsencode(tree),), bundle=read_bundle(signatures), skip_virtual=False)
    ended = 0
    for event in Supervisor(job).events():
        if isinstance(event, Found):
            findings.append((event.finding.rule, [os.fsdecode(part) for part in event.finding.chain]))
        elif isinstance(event, Counted):
            result |= {"items": event.items, "bytes": event.bytes}
        elif isinstance(event, ItemsEnded):
            ended += sum(line.items for line in event.lines)
        elif isinstance(event, ItemTrouble):
            ended += 1
        elif isinstance(event, Ended) and (event.stop is not Stop.COMPLETED or event.restarts):
            raise SystemExit(f"not completed: {event}")
    print(json.dumps(result | {"findings": findings, "ended": ended}))


def loki_like(signatures: Path, tree: Path) -> None:
    """One Rules object, one file after the other by its path, and its digests."""
    import yara

    texts = {file.path: (signatures / file.path).read_text("utf-8") for file in read_bundle(signatures).files}
    rules = yara.compile(sources=texts, externals=dict.fromkeys(EXTERNALS, ""))
    for folder, _, names in os.walk(tree):
        for name in names:
            path = os.path.join(folder, name)
            given = {"filepath": path, "filename": name, "extension": os.path.splitext(name)[1]}
            with open(path, "rb") as stream:
                content = stream.read()
            hashlib.md5(content, usedforsecurity=False).hexdigest()
            hashlib.sha256(content).hexdigest()
            for match in rules.match(path, externals=given) if content else ():
                print(match.rule, path)


def programs(signatures: Path, tree: Path, scratch: Path) -> list[Program]:
    """Return all programs that are there."""
    own = [sys.executable, __file__, "--signatures", str(signatures)]
    # For a rule that asks for names, `yara` can be given one for all files only: another than any file has.
    defined = [part for external in EXTERNALS for part in ("-d", f"{external}=")]
    found = [
        Program("medscan", [*own, "--ours", str(tree)], _our_findings),
        Program("Loki-like loop", [*own, "--loki", str(tree)], _yara_findings),
    ]
    if shutil.which("yara"):
        rules = scratch / "all.yar"
        sources = [(signatures / file.path).resolve() for file in read_bundle(signatures).files]
        rules.write_text("".join(f'include "{source}"\n' for source in sources))
        command = ["yara", *defined, "-r", "-p", "2", "-w", "-N", str(rules), str(tree)]
        found.append(Program("yara -r -p 2", command, _yara_findings))
    if shutil.which("clamscan"):
        database = _clam_database(signatures, scratch)
        command = ["clamscan", "-r", "-i", "--no-summary", *_NO_LIMITS, f"--database={database}", str(tree)]
        found.append(Program("clamscan", command, _clam_findings, (0, 1)))
        if shutil.which("clamdscan") and shutil.which("clamd"):
            config = _clam_config(database, scratch)
            asked = ["clamdscan", f"--config-file={config}", "--multiscan", "--fdpass", "-i", "--no-summary", str(tree)]
            daemon = ["clamd", f"--config-file={config}", "--foreground"]
            found.append(Program("clamdscan -m", asked, _clam_findings, (0, 1), daemon))
    missing = {"yara -r -p 2", "clamscan", "clamdscan -m"} - {program.name for program in found}
    if missing:
        print(f"not installed, left out: {', '.join(sorted(missing))}")
    return found


def _our_findings(output: str) -> set[str]:
    told = json.loads(output)
    if told["ended"] != told["items"]:
        raise SystemExit(f"{told['items'] - told['ended']} items without an end")
    return {f"{rule} {' » '.join(chain)}" for rule, chain in told["findings"]}


def _yara_findings(output: str) -> set[str]:
    return set(output.splitlines())


def _clam_findings(output: str) -> set[str]:
    """Paths only: its names are others."""
    return {line.rsplit(": ", 1)[0] for line in output.splitlines() if line.endswith("FOUND")}


def _clam_database(signatures: Path, scratch: Path) -> Path:
    """Rules that need no module and no name of a file, as far as ClamAV then takes them."""
    database = scratch / "database"
    shutil.rmtree(database, ignore_errors=True)
    database.mkdir()
    kept = []
    for file in read_bundle(signatures).files:
        analysed = RuleFile(file.path, (signatures / file.path).read_text("utf-8"))
        asked = {rule.name: rule.condition.tokens for rule in analysed.rules}
        for rule in analysed.rules:
            tokens = asked[rule.name]
            if (
                "." not in tokens
                and not rule.refers
                and "private" not in rule.text.modifiers
                and not set(EXTERNALS) & set(tokens)
            ):
                kept.append(analysed.source[slice(*rule.text.whole)])
    (database / "rules.yara").write_text("\n".join(kept))
    return database


def _clam_config(database: Path, scratch: Path) -> Path:
    config = scratch / "clamd.conf"
    lines = (
        f"DatabaseDirectory {database}",
        f"LocalSocket {scratch / 'clamd.socket'}",
        "FixStaleSocket yes",
        "MaxThreads 2",
    )
    more = ("MaxFileSize 2000M", "MaxScanSize 2000M", "MaxFiles 0", "PCREMaxFileSize 2000M", "MaxDirectoryRecursion 60")
    config.write_text("\n".join((*lines, *more, "")))
    return config


# The comparison ------------------------------------------------------------------------------------------------


def compare(name: str, tree: Path, signatures: Path, scratch: Path, runs: int, only: set[str]) -> None:
    """Run all programs in turn and print the medians."""
    sizes = [path.stat().st_size for path in tree.rglob("*") if path.is_file() and not path.is_symlink()]
    size = sum(sizes) / 1e6
    installed = programs(signatures, tree, scratch)
    taking_part = [program for program in installed if not only or program.name.split()[0] in only]
    results: dict[str, list[Run]] = {program.name: [] for program in taking_part}
    for number in range(runs + 1):
        turn = number % len(taking_part)
        for program in taking_part[turn:] + taking_part[:turn]:
            if number or program.name == "medscan":  # the first round only warms the page cache
                results[program.name].append(run(program, scratch))
    results["medscan"].pop(0)
    rules = read_bundle(signatures).rule_count
    print(f"\n{name}: {len(sizes):,} files, {size:,.0f} MB, {rules:,} rules, {runs} runs, in turn")
    heads = ("seconds", "min", "files/s", "MB/s", "CPU s", "peak MB", "x medscan", "found")
    print(" " * 14 + "".join(f"{head:>10}" for head in heads))
    for title, measured in results.items():
        _print_line(title, measured, results["medscan"], len(sizes), size)
    _compare_found({title: measured[-1].found for title, measured in results.items()}, str(tree / PLANTED))


def _print_line(program: str, measured: list[Run], own: list[Run], files: int, size: float) -> None:
    seconds = statistics.median(one.seconds for one in measured)
    cpu = statistics.median(one.cpu for one in measured)
    times = statistics.median(one.seconds / ours.seconds for one, ours in zip(measured, own, strict=True))
    least, memory = min(one.seconds for one in measured), max(one.memory for one in measured) / 1e6
    print(
        f"{program:14}{seconds:10.2f}{least:10.2f}{files / seconds:10,.0f}{size / seconds:10.0f}"
        f"{cpu:10.2f}{memory:10.0f}{times:10.2f}{len(measured[-1].found):10}"
    )


def _compare_found(found: dict[str, frozenset[str]], planted: str) -> None:
    for program, lines in found.items():
        if not any(line.endswith(planted) for line in lines):
            print(f"WRONG: {program} did not find the planted threat")
    own = {line for line in found["medscan"] if " » " not in line}
    for program in ("yara -r -p 2", "Loki-like loop"):
        for only, more in (("medscan", own - found.get(program, own)), (program, found.get(program, own) - own)):
            if more:
                print(f"found by {only} only, not by {({'medscan', program} - {only}).pop()}: {len(more)}")
                print("\n".join(f"    {line}" for line in sorted(more)[:5]))


def extremes(signatures: Path, scratch: Path) -> None:
    """What must simply work: time and peak memory of a 10 GB file and of a million files in one directory."""
    (scratch / "sparse").mkdir()
    with (scratch / "sparse" / "ten.img").open("wb") as stream:
        stream.truncate(10 << 30)
    (scratch / "million").mkdir()
    for number in range(1_000_000):
        os.close(os.open(scratch / "million" / f"{number:07d}", os.O_CREAT | os.O_WRONLY))
    for name in ("sparse", "million"):
        measured = run(programs(signatures, scratch / name, scratch)[0], scratch)
        said = f"{measured.seconds:.1f} s, CPU {measured.cpu:.1f} s, peak {measured.memory / 1e6:.0f} MB"
        print(f"{name}: {said} in all processes")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rules", default="own", help="own, made, or the directory of a bundle")
    parser.add_argument("--only", choices=("mixed", "small", "archives"))
    parser.add_argument("--programs", default="", help="first words of their names, with commas; default: all")
    parser.add_argument("--trees", type=Path, help="where trees are kept for the next time")
    parser.add_argument("--extremes", action="store_true")
    parser.add_argument("--ours", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--loki", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--signatures", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    for single, tree in ((ours, options.ours), (loki_like, options.loki)):
        if tree:
            single(options.signatures, tree)
            return
    with tempfile.TemporaryDirectory(prefix="medscan-bench-") as scratch_name:
        measure(options, Path(scratch_name))


def measure(options: argparse.Namespace, scratch: Path) -> None:
    """Make what is needed and run what is wanted."""
    signatures = ROOT / "signatures"
    if options.rules == "made":
        signatures = scratch / "made"
        write_bundle(signatures, rule_set(MADE_RULES), ROOT / "signatures")
    elif options.rules != "own":
        signatures = Path(options.rules)
    if options.extremes:
        extremes(signatures, scratch)
        return
    sample = orders.self_test_sample()
    only = {program for program in options.programs.split(",") if program}
    makers: dict[str, Callable[[Path], Path]] = {
        "mixed": mixed_tree,
        "small": small_tree,
        "archives": lambda place: archive_tree(place, sample),
    }
    for name, make in makers.items():
        if options.only in {None, name}:
            tree = (options.trees or scratch) / name
            if not tree.exists():
                make(tree)
                (tree / PLANTED).write_bytes(sample)
            compare(name, tree, signatures, scratch, options.runs, only | {"medscan"} if only else only)


if __name__ == "__main__":
    main()
