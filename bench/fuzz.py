"""Mutated samples of every container format by the million: does a scan ever die?

    .venv/bin/python bench/fuzz.py [--inputs N] [--seed S] [--only NAME...] [--keep FOLDER]

Each round writes some thousand mutated files into a folder in memory and scans them with real engine processes. What
kills an engine process costs that file its outcome; such files are kept (--keep), since they are what to report to
the library's makers. A scan that does not reach its end, or an item without an outcome, ends this program with 1.
Rounds are numbered: the same seed makes the same files again. Prints JSON at the end.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.fuzzing import mutated, samples, scan_round  # noqa: E402

_PER_ROUND = 4000
#: Samples that a child process opens cost some 20 ms each: so many fewer of them.
_BY_CHILD = (
    *(".7z", ".rar", ".cab", ".iso", ".img.xz", ".arj", ".lzh", ".chm"),
    *(".rpm", ".wim", ".squashfs", ".xar", ".dmg"),
)


def main() -> int:
    """Fuzz and print what came of it."""
    options = _options()
    every = {name: data for name, data in samples().items() if not options.only or any(o in name for o in options.only)}
    names = list(every)
    weights = [1.0 if name.endswith(_BY_CHILD) or "nsis" in name else 12.0 for name in names]
    others = list(samples().values())
    memory = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())
    done, number, begun = 0, 0, time.monotonic()
    outcomes: Counter[str] = Counter()
    per_sample: Counter[str] = Counter()
    lost: list[str] = []
    slowest = ("", 0)
    while done < options.inputs:
        chance = random.Random(f"{options.seed}:{number}")
        size = min(_PER_ROUND, options.inputs - done)
        with tempfile.TemporaryDirectory(dir=memory, prefix="medscan-fuzz-") as place:
            folder = Path(place) / "files"
            folder.mkdir()
            for index, name in enumerate(chance.choices(names, weights, k=size)):
                per_sample[name] += 1
                (folder / f"{index:05d}-{name}").write_bytes(mutated(every[name], others, chance))
            told = scan_round(folder, size)
            for path, how in told.lost:
                lost.append(f"round {number}: {Path(path.decode()).name if path else '?'}: {how}")
                if options.keep and path:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path.decode(), options.keep / f"{number}-{Path(path.decode()).name}")
        for (outcome, cause), count in told.outcomes.items():
            outcomes[f"{outcome.value} {cause.value}".strip()] += count
        if told.slowest[1] > slowest[1]:
            slowest = (Path(told.slowest[0]).name, told.slowest[1])
        done += size
        number += 1
        seconds = time.monotonic() - begun
        print(f"{done} inputs, {len(lost)} lost, {done / seconds:.0f}/s", file=sys.stderr, flush=True)
    print(
        json.dumps(
            {
                "seed": options.seed,
                "inputs": done,
                "rounds": number,
                "seconds": round(time.monotonic() - begun),
                "samples": len(names),
                "fewest_of_one_sample": min(per_sample.values()),
                "outcomes": dict(outcomes.most_common()),
                "engine_processes_lost": lost,
                "slowest_ms": slowest,
            },
            indent=2,
        )
    )
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Scan mutated samples by the million.")
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", default="2026")
    parser.add_argument("--only", nargs="*", help="parts of names of samples")
    parser.add_argument("--keep", type=Path, help="folder for files that killed an engine process")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
