"""kill -9 at random instants, and several MedScans at once: no entry is lost, none says what is not so.

MEDSCAN_VAULT_KILLS sets the number of rounds, MEDSCAN_KILL_SEED the seed.
"""

import json
import os
import random
import subprocess
import threading
from pathlib import Path

import pytest

from medscan_gui.core.quarantine import EntryState, VaultEntry
from medscan_gui.store.vault import Vault
from medscan_gui.store.vault.steps import WITHOUT_SAMPLE, may_follow
from tests.store.vault.children import content_of
from tests.store.vault.processes import start
from tests.store.vault.samples import held_by, names_in, quarantined, vault_in

ROUNDS = int(os.environ.get("MEDSCAN_VAULT_KILLS", "30"))
SEED = int(os.environ.get("MEDSCAN_KILL_SEED", "20261121"))


def said_before_death(child: "subprocess.Popen[str]", lines: int, seconds: float) -> list[list[str]]:
    """Kill a child so long after it said so many lines, whatever it is doing then; return all that it said."""
    assert child.stdout is not None
    assert child.stdout.readline() == '"ready"\n'
    first = [child.stdout.readline() for _ in range(lines)]
    timer = threading.Timer(seconds, child.kill)
    timer.start()
    rest, _ = child.communicate()
    timer.join()
    return [json.loads(line) for line in [*first, *rest.split("\n")[:-1]]]  # the last one was cut


def check(vault: Vault, said: dict[str, EntryState]) -> set[str]:
    """Look at every entry; return the ids of those whose last step was cut off."""
    found = {}
    for entry in vault.entries():
        assert isinstance(entry, VaultEntry), entry
        found[entry.id] = entry
        if entry.held:
            assert held_by(vault, entry) == content_of(entry.id)
    assert said.keys() <= found.keys()
    for entry_id, state in said.items():
        now = found[entry_id].state
        assert now is state or may_follow(state, now), f"said {state}, is {now}"
    return {entry_id for entry_id, entry in found.items() if said.get(entry_id) is not entry.state}


@pytest.mark.timeout(60 + ROUNDS * 10)
def test_entries_survive_kill_at_any_instant(tmp_path: Path) -> None:
    instants = random.Random(SEED)
    cut_off, seen = 0, 0
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        child = start("work_for_ever", folder, str(instants.random()))
        lines = said_before_death(child, instants.randrange(12), instants.uniform(0.0, 0.05))
        said = {entry_id: EntryState(state) for entry_id, state in lines}
        vault = vault_in(folder)
        cut_off += len(check(vault, said))
        seen += len(said)
        dead = {
            entry.id for entry in vault.entries() if isinstance(entry, VaultEntry) and entry.state in WITHOUT_SAMPLE
        }
        left = {Path(name).stem for name in names_in(vault) if not name.endswith(".json")}
        assert not dead & left, "a sample of no more use was not deleted by the listing"
        assert not any(name.endswith(".json.new") for name in names_in(vault))
    assert seen > ROUNDS, "too few entries to say anything"
    assert cut_off, "no kill ever hit a step"


@pytest.mark.timeout(120)
def test_many_processes_on_one_vault(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    ids = [quarantined(vault, b"%d" % number).id for number in range(40)]
    children = [start("update_some", tmp_path, ",".join(ids)) for _ in range(4)]
    won = [json.loads(child.communicate()[0]) for child in children]
    assert sum(won) == len(ids)
    assert {vault.entry(entry_id).state for entry_id in ids} == {EntryState.DESTROYED}
    assert all(name.endswith(".json") for name in names_in(vault))
