"""Every system call of a removal that fails, or is the last one before a kill, in turn (through strace).

MEDSCAN_VAULT_FAULTS sets how many are tried, "all" for every one; MEDSCAN_KILL_SEED chooses them.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from medscan_gui.core.quarantine import EntryState
from tests.store.processes import ROOT
from tests.store.vault.processes import line
from tests.store.vault.samples import names_in, vault_in
from tests.store.vault.test_vault_kill import SEED, check

#: Calls that change something, and how many of each the role makes.
CALLS = {"fsync": 31, "rename": 14, "unlink": 18, "mkdir": 15, "flock": 24}
FAULTS = {
    "error=EIO": "vault.io_error",
    "error=ENOSPC": "vault.full",
    "error=EROFS": "vault.read_only",
    "signal=KILL": "",
}
FEW = 10


def _strace() -> str:
    program = shutil.which("strace") if sys.platform == "linux" else None
    if not program or subprocess.run([program, "-qq", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no strace here, or not allowed")
    return program


def said_under(strace: str, fault: str, call: str, number: int, folder: Path) -> list[list[str]]:
    """What the role says while one of its calls fails, or is met by a kill."""
    inject = f"inject={call}:{fault}:when={number}"
    command = [strace, "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", inject, *line("whole_way", folder)]
    quiet = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return [json.loads(said) for said in done.stdout.splitlines()]


def faults() -> list[tuple[str, str, int]]:
    every = [(fault, call, number) for fault in FAULTS for call, most in CALLS.items() for number in range(1, most + 1)]
    wanted = os.environ.get("MEDSCAN_VAULT_FAULTS", FEW)
    return every if wanted == "all" else random.Random(SEED).sample(every, int(wanted))


@pytest.mark.timeout(1800)
def test_a_fault_at_any_call_loses_nothing(tmp_path: Path) -> None:
    strace, hit = _strace(), 0
    for place, (fault, call, number) in enumerate(faults()):
        folder = tmp_path / str(place)
        folder.mkdir()
        lines = said_under(strace, fault, call, number, folder)
        ends = [code for word, code in lines if word in {"error", "done"}]
        said = {word: EntryState(state) for word, state in lines if word not in {"error", "done"}}
        hit += ends != [""]
        # A call that only tidies may fail unsaid; every other failure is said by its own sentence.
        assert ends in ([], [""], [FAULTS[fault]]), (fault, call, number)
        assert bool(ends) or fault == "signal=KILL", (fault, call, number)
        vault = vault_in(folder)
        if vault.folder.exists():
            check(vault, said)
            assert not any(name.endswith(".json.new") for name in names_in(vault)), (fault, call, number)
    assert hit, "no fault ever hit anything"
