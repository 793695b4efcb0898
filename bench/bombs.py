"""What each bomb of `tests/bombs.py` costs: seconds, memory above that of a harmless file, and its outcome.

    .venv/bin/python -m bench.bombs [NAME...]

Each is scanned alone by a real worker (one), with the project's rules. Seconds are from the first look at the file to
its outcome; memory is the highest resident memory of all processes of the engine together, less that of the same scan
of a harmless file. Aims: 5 s, 200 MB, and an outcome that is not "read". Prints JSON.
"""

import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import psutil  # noqa: E402

from medscan_gui.engine.events import Ended, EngineStarted, ItemTrouble, Role  # noqa: E402
from medscan_gui.engine.supervisor import ScanJob, Supervisor  # noqa: E402
from medscan_gui.store.bundles import read_bundle  # noqa: E402
from tests.bombs import BOMBS  # noqa: E402


class Peak:
    """Highest resident memory of our children together, looked at every 10 ms."""

    def __init__(self) -> None:
        self.bytes = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        this = psutil.Process()
        while not self._ended.wait(0.01):
            total = 0
            for child in this.children(recursive=True):
                try:
                    total += child.memory_info().rss
                except psutil.Error:
                    continue
            self.bytes = max(self.bytes, total)


def cost(file: Path, scratch: Path) -> dict[str, object]:
    """Scan one file and return what that cost."""
    bundle = read_bundle(ROOT / "signatures")
    job = ScanJob(paths=(os.fsencode(file),), bundle=bundle, workers=1, scratch=os.fsencode(scratch))
    outcomes: list[str] = []
    ready = begun = time.perf_counter()
    peak = Peak()
    try:
        for event in Supervisor(job).events():
            if isinstance(event, EngineStarted) and event.role is Role.SCAN:
                ready = time.perf_counter()
            elif isinstance(event, ItemTrouble):
                outcome = f"{event.problem.outcome.value} {event.problem.cause.value}".strip()
                if outcome not in outcomes:
                    outcomes.append(outcome)
            elif isinstance(event, Ended):
                begun, restarts = ready, event.restarts
        seconds = time.perf_counter() - begun
    finally:
        peak.stop()
    return {"seconds": round(seconds, 2), "peak": peak.bytes, "outcomes": outcomes, "restarts": restarts}


def main() -> int:
    """Measure and print."""
    wanted = sys.argv[1:] or list(BOMBS)
    results: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as place:
        scratch = Path(place) / "scratch"
        scratch.mkdir()
        harmless = Path(place) / "harmless.txt"
        harmless.write_text("harmless")
        base = cost(harmless, scratch)["peak"]
        assert isinstance(base, int)
        for name in wanted:
            bomb = Path(place) / name
            bomb.write_bytes(BOMBS[name]())
            result = cost(bomb, scratch)
            peak = result.pop("peak")
            assert isinstance(peak, int)
            result["size"] = bomb.stat().st_size
            result["mb_above"] = round((peak - base) / 1e6)
            results[name] = result
            print(f"{name}: {result}", file=sys.stderr, flush=True)
            bomb.unlink()
    print(json.dumps({"baseline_mb": round(base / 1e6), "bombs": results}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
