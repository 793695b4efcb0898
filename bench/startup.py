"""From launch to painted window, in seconds: `python -m bench.startup [--runs N] [--only source|frozen]`.

Each run starts the program as a person does, with MEDSCAN_STARTUP_PROBE=1: the window then prints "painted" after its
first paint and closes. The clock runs from before the process is started until that line arrives. One run beforehand
warms the page cache and makes the journal, and is not counted. Without a display an Xvfb is started (Linux).
Aims on two warm, idle cores: source 1.0 s, frozen 0.6 s; the processor time beside it tells a busy machine from a slow
program.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from dev import FROZEN, display
from dev_setup import PYTHON, ROOT

AIMS = {"source": 1.0, "frozen": 0.6}  # seconds, median


def programs() -> dict[str, list[str]]:
    """The command of each form that is there."""
    window = FROZEN / ("MedScan.exe" if os.name == "nt" else "MedScan")
    found = {"source": [str(PYTHON if PYTHON.exists() else sys.executable), "-P", "-m", "medscan_gui"]}
    if window.exists():
        found["frozen"] = [str(window)]
    return found


def launch(command: Sequence[str], env: dict[str, str]) -> float:
    """Seconds until the window is painted. Raises SystemExit if it never is."""
    started = time.perf_counter()
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "painted":
                taken = time.perf_counter() - started
                process.stdout.read()
                break
        else:
            raise SystemExit(f"no window: {' '.join(command)} ended with {process.wait()}")
    if process.returncode != 0:
        raise SystemExit(f"the window was painted, but the program ended with {process.returncode}")
    return taken


def processor_time() -> float:
    """Seconds of processor time of all children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def measure(name: str, command: Sequence[str], runs: int, env: dict[str, str]) -> bool:
    """Print one line of figures; whether the aim was met."""
    with tempfile.TemporaryDirectory() as data:
        line = [*command, "--data-dir", str(Path(data) / "data"), "--lang", "en"]
        launch(line, env)
        before = processor_time()
        times = sorted(launch(line, env) for _run in range(runs))
        busy = (processor_time() - before) / runs
    median = statistics.median(times)
    met = median < AIMS[name]
    print(
        f"{name:<7} median {median:.3f} s  fastest {times[0]:.3f}  slowest {times[-1]:.3f}  processor {busy:.3f}  "
        f"({runs} runs, aim {AIMS[name]:.1f} s: {'met' if met else 'missed'})",
        flush=True,
    )
    return met


def main() -> int:
    """1 when an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--only", choices=sorted(AIMS))
    options = parser.parse_args()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "MEDSCAN_STARTUP_PROBE": "1"}
    chosen = {name: command for name, command in programs().items() if options.only in (None, name)}
    if not chosen:
        raise SystemExit("there is no built program: python3 dev.py build")
    with nullcontext() if env.get("DISPLAY") else display(env):
        met = [measure(name, command, options.runs, env) for name, command in chosen.items()]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
