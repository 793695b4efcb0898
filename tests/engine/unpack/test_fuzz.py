"""Some hundred mutated samples in each ordinary run; `bench/fuzz.py` does the same by the million."""

import os
import random
from pathlib import Path

from medscan_gui.core.words import Outcome
from tests.fuzzing import mutated, samples, scan_round

_SEED = os.environ.get("MEDSCAN_FUZZ_SEED", "1")
_EACH = int(os.environ.get("MEDSCAN_FUZZ_EACH", "6"))


def test_mutated_samples_never_end_a_scan(tmp_path: Path) -> None:
    chance = random.Random(_SEED)
    every = samples()
    others = list(every.values())
    folder = tmp_path / "files"
    folder.mkdir()
    for name, data in every.items():
        for number in range(_EACH):
            (folder / f"{number}-{name}").write_bytes(mutated(data, others, chance))
    told = scan_round(folder, len(every) * _EACH, workers=2)
    assert sum(told.outcomes.values()) == len(every) * _EACH
    crashed = sum(count for (outcome, _cause), count in told.outcomes.items() if outcome is Outcome.ENGINE_CRASHED)
    assert crashed == sum("crashed" in how for _path, how in told.lost)
