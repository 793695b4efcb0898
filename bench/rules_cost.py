"""What each signature costs on every file that is scanned.

    python bench/rules_cost.py [signatures]

Every file of a device pays for every string of every rule, so a rule is judged by two figures before it is let in:
microseconds per small text file (2 kB) and megabytes per second on a binary (4 MB). Each rule is compiled alone, then
the whole set at once. Times are the best of several passes, in processor time of this thread, so that other work on
the machine disturbs them little. The samples are this environment's own files: figures compare within one machine.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import yara

EXTERNALS = {"filename": "", "filepath": "", "extension": "", "filetype": "", "owner": ""}
GIVEN = {**EXTERNALS, "filename": "report.txt", "filepath": "C:\\data\\report.txt", "extension": "txt"}
SMALL = 2 * 1024
LARGE = 4 * 1024 * 1024
REPEATS = 9


def split_rules(source: str) -> dict[str, str]:
    """Cut a rule file of this project at its rule lines (each starts in the first column)."""
    parts = re.split(r"^(?=rule )", source, flags=re.MULTILINE)[1:]
    return {part.split()[1]: part for part in parts}


def small_samples(count: int) -> list[bytes]:
    pieces: list[bytes] = []
    for path in sorted(Path(sys.base_prefix, "lib").rglob("*.py"))[: count * 2]:
        content = path.read_bytes()
        if len(content) >= SMALL:
            pieces.append(content[:SMALL])
    return pieces[:count]


def large_samples() -> list[bytes]:
    import PySide6

    libraries = sorted(Path(PySide6.__file__).parent.rglob("*Qt6*.so*")) or sorted(
        Path(PySide6.__file__).parent.rglob("Qt6*.dll")
    )
    contents = [path.read_bytes()[:LARGE] for path in libraries]
    return [content for content in contents if len(content) == LARGE][:4]


def seconds(rules: yara.Rules, samples: list[bytes]) -> float:
    """Processor time of the best of several passes over the samples."""
    timings = []
    for _ in range(REPEATS):
        start = time.thread_time()
        for sample in samples:
            rules.match(data=sample, externals=GIVEN, fast=True)
        timings.append(time.thread_time() - start)
    return min(timings)


def main() -> int:
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "signatures"
    small, large = small_samples(200), large_samples()
    sources = {path.stem: path.read_text(encoding="ascii") for path in sorted(directory.rglob("*.yar"))}
    each = {name: text for source in sources.values() for name, text in split_rules(source).items()}
    whole = yara.compile(sources=sources, externals=EXTERNALS, includes=False)
    empty = yara.compile(source="rule nothing { condition: false }", externals=EXTERNALS)

    def figures(rules: yara.Rules) -> tuple[float, float]:
        return seconds(rules, small) / len(small) * 1e6, len(large) * LARGE / 1e6 / seconds(rules, large)

    base = figures(empty)
    print(f"{'nothing (fixed cost)':52} {base[0]:7.2f} us/2 kB {base[1]:8.0f} MB/s")
    rows = []
    for name, text in each.items():
        rows.append((name, *figures(yara.compile(source=text, externals=EXTERNALS, includes=False))))
    for name, micro, rate in sorted(rows, key=lambda row: row[2]):
        print(f"{name:52} {micro:7.2f} us/2 kB {rate:8.0f} MB/s")
    total = figures(whole)
    print(f"{'the whole set, ' + str(len(each)) + ' rules':52} {total[0]:7.2f} us/2 kB {total[1]:8.0f} MB/s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
