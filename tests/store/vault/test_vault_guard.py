"""Removing an original while another MedScan thinks it was left half-way: neither order loses original and copy."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from medscan_gui.core.quarantine import EntryState, VaultEntry
from medscan_gui.store.vault import Vault, VaultError, VaultProblem
from tests.store.vault.processes import start
from tests.store.vault.samples import fresh, held_by, sentence, vault_in


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return vault_in(tmp_path)


def removing(vault: Vault) -> VaultEntry:
    """An entry whose original, beside the vault, is about to be removed."""
    (vault.folder.parent / "original").write_bytes(b"bad")
    entry = vault.copy(vault.begin(fresh(size=3)), [b"bad"])
    for state in (EntryState.COPIED, EntryState.REMOVING):
        entry = vault.update(entry, state=state)
    return entry


def problem(vault: Vault, entry: VaultEntry, state: EntryState = EntryState.COPIED) -> VaultProblem | None:
    """What keeps the entry from this state."""
    try:
        vault.update(entry, state=state)
    except VaultError as error:
        assert sentence(error)
        return error.code
    return None


class Remover:
    """The process that removes the original."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def heard(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    def go_on(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def remover(vault: Vault, entry: VaultEntry) -> Iterator[Remover]:
    with start("remove_guarded", vault.folder.parent, entry.id, stdin=subprocess.PIPE) as process:
        other = Remover(process)
        try:
            assert other.heard() == "removing"
            yield other
        finally:
            process.kill()


def test_nobody_else_decides_while_the_original_is_removed(vault: Vault, tmp_path: Path) -> None:
    entry, hasty = removing(vault), vault_in(tmp_path, busy_seconds=0)
    with remover(vault, entry) as other:
        other.go_on()
        assert other.heard() == "inside"
        assert problem(hasty, entry) is VaultProblem.BUSY
        assert problem(hasty, entry, EntryState.ABANDONED) is VaultProblem.BUSY
        other.go_on()
        assert [other.heard(), other.heard()] == ["ok", "ok"]
        assert problem(hasty, entry) is VaultProblem.CHANGED
    assert (vault.entry(entry.id).state, held_by(vault, entry)) == (EntryState.QUARANTINED, b"bad")
    assert not (tmp_path / "original").exists()


def test_who_waits_finds_what_was_done(vault: Vault, tmp_path: Path) -> None:
    """Between the removal and its entry in the vault, one of the two comes first; the original is gone by then."""
    entry = removing(vault)
    seen: list[tuple[VaultProblem | None, bool]] = []

    def take_back() -> None:
        found = problem(vault, entry)
        seen.append((found, (tmp_path / "original").exists()))

    with remover(vault, entry) as other:
        other.go_on()
        assert other.heard() == "inside"
        waiting = threading.Thread(target=take_back)
        waiting.start()
        other.go_on()
        waiting.join()
        assert other.heard() == "ok"
        refused = other.heard()
    assert (seen[0], refused) in [((None, False), "vault.changed"), ((VaultProblem.CHANGED, False), "ok")]
    assert held_by(vault, vault.entry(entry.id)) == b"bad"


def test_who_was_declared_half_way_removes_nothing(vault: Vault, tmp_path: Path) -> None:
    entry = removing(vault)
    with remover(vault, entry) as other:
        assert problem(vault, entry) is None
        other.go_on()
        assert [other.heard(), other.heard()] == ["vault.changed", "vault.changed"]
    assert (tmp_path / "original").exists()


def test_a_killed_remover_holds_nothing(vault: Vault, tmp_path: Path) -> None:
    entry, hasty = removing(vault), vault_in(tmp_path, busy_seconds=0)
    with remover(vault, entry) as other:
        other.go_on()
        assert other.heard() == "inside"
        other.kill()
        assert problem(hasty, entry) is None
    assert (tmp_path / "original").exists()


def test_what_is_raised_inside_passes_through(vault: Vault) -> None:
    entry = removing(vault)
    with pytest.raises(PermissionError), vault.still_removing(entry):
        raise PermissionError("of the original's folder, not of the vault's")
    assert problem(vault, entry, EntryState.QUARANTINED) is None


def test_the_caller_itself_changes_nothing_inside(vault: Vault, tmp_path: Path) -> None:
    entry, hasty = removing(vault), vault_in(tmp_path, busy_seconds=0)
    with hasty.still_removing(entry):
        assert problem(hasty, entry) is VaultProblem.BUSY
        assert vault.entry(entry.id) == entry
        assert list(hasty.entries()) == [entry]
    assert problem(hasty, entry) is None


@pytest.mark.parametrize("state", [EntryState.COPIED, EntryState.QUARANTINED])
def test_only_what_is_being_removed(vault: Vault, state: EntryState) -> None:
    entry = vault.update(removing(vault), state=state)
    with pytest.raises(VaultError) as error, vault.still_removing(entry):
        pytest.fail("entered")
    assert error.value.code is VaultProblem.NOT_POSSIBLE


def test_an_entry_that_changed_or_went_away(vault: Vault) -> None:
    entry = removing(vault)
    vault.update(entry, state=EntryState.QUARANTINED)
    for lost, expected in ((entry, VaultProblem.CHANGED), (removing(vault_in(vault.folder)), VaultProblem.UNKNOWN)):
        with pytest.raises(VaultError) as error, vault.still_removing(lost):
            pytest.fail("entered")
        assert error.value.code is expected


def test_a_vault_that_was_unplugged(vault: Vault, tmp_path: Path) -> None:
    entry = removing(vault)
    vault.folder.rename(tmp_path / "unplugged")
    with pytest.raises(VaultError) as error, vault.still_removing(entry):
        pytest.fail("entered")
    assert error.value.code is VaultProblem.GONE
