"""The vault: entries and samples on the medium, read back, step by step, and two MedScans at once."""

import os
import random
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.messages import Message
from medscan_gui.core.quarantine import HELD, EntryState, FileFacts, Stream, VaultEntry
from medscan_gui.store.vault import DamagedEntry, Vault, VaultError, VaultProblem, new_id
from medscan_gui.store.vault.steps import STEPS, WITHOUT_SAMPLE
from tests.samples import eicar
from tests.store.vault.samples import (
    SIZE,
    file_of,
    fresh,
    held_by,
    names_in,
    pieces,
    quarantined,
    sentence,
    vault_in,
)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return vault_in(tmp_path)


def problem(work: object) -> VaultProblem:
    with pytest.raises(VaultError) as error:
        work()  # type: ignore[operator]
    assert sentence(error.value)
    return error.value.code


def test_nothing_is_made_by_looking(vault: Vault, tmp_path: Path) -> None:
    assert list(vault.entries()) == []
    assert problem(lambda: vault.entry(new_id())) is VaultProblem.UNKNOWN
    assert vault.holds_device == tmp_path.stat().st_dev
    assert vault.free_bytes()
    assert not vault.folder.exists()


def test_begun_is_on_the_medium(vault: Vault) -> None:
    begun = vault.begin(fresh())
    assert (begun.state, begun.changed, begun.sample_sha256) == (EntryState.COPYING, "2026-11-21T12:00:00.000Z", "")
    other = Vault(vault.folder)
    assert other.entry(begun.id) == begun
    assert list(other.entries()) == [begun]
    assert names_in(vault) == [f"{begun.id}.json"]


def test_begin_makes_an_id_and_refuses_one_that_is_taken(vault: Vault) -> None:
    begun = vault.begin(fresh(id=""))
    assert len(begun.id) == 32
    assert problem(lambda: vault.begin(fresh(id=begun.id))) is VaultProblem.CHANGED
    assert vault.entry(begun.id) == begun


@pytest.mark.parametrize("bad", ["../../../../etc/passwd", "a" * 31, "a" * 33, "A" * 32, "٣" * 32, "a" * 31 + "\n", ""])
def test_an_id_is_never_a_path(vault: Vault, bad: str) -> None:
    quarantined(vault)
    assert problem(lambda: vault.entry(bad)) is VaultProblem.UNKNOWN
    if bad:
        assert problem(lambda: vault.begin(fresh(id=bad))) is VaultProblem.UNKNOWN
    assert problem(lambda: vault.copy(fresh(id=bad), [])) is VaultProblem.UNKNOWN
    assert problem(lambda: vault.delete_sample(fresh(id=bad))) is VaultProblem.UNKNOWN
    assert problem(lambda: held_by(vault, fresh(id=bad))) is VaultProblem.UNKNOWN


MIB = 1024 * 1024


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, SIZE + 5])
@pytest.mark.parametrize("piece", [1000, MIB, 5 * MIB])
def test_round_trip(vault: Vault, size: int, piece: int) -> None:
    content = random.Random(size).randbytes(size)
    copied = vault.copy(vault.begin(fresh(size=size)), pieces(content, piece))
    assert copied.state is EntryState.COPYING
    assert copied.sample_size == size
    assert vault.entry(copied.id) == copied
    assert held_by(vault, copied) == content
    vault.verify(copied)


def test_the_sample_is_neutral(vault: Vault) -> None:
    entry = quarantined(vault, eicar())
    sample = file_of(vault, entry, ".sample").read_bytes()
    assert eicar()[:20] not in sample
    assert sample.startswith(b"MedScan")  # neither a program nor a document
    if sys.platform != "win32":
        assert file_of(vault, entry, ".sample").stat().st_mode & 0o777 == 0o600
        assert file_of(vault, entry, ".json").stat().st_mode & 0o777 == 0o600


def test_two_threats_of_one_name_and_hash_are_two_entries(vault: Vault) -> None:
    first, second = quarantined(vault, b"same"), quarantined(vault, b"same")
    assert first.id != second.id
    assert {entry.id for entry in vault.entries() if isinstance(entry, VaultEntry)} == {first.id, second.id}
    one, two = (file_of(vault, entry, ".sample").read_bytes() for entry in (first, second))
    assert one != two


def test_all_that_is_needed_to_put_it_back_survives(vault: Vault) -> None:
    facts = FileFacts(
        path=b"/mnt/\xff\xfe\n\xe2\x80\xae" + b"n" * 255,
        size=10,
        sha256="ab" * 32,
        modified_ns=-(2**62),
        accessed_ns=2**62,
        mode=0o104755,
        attributes=0xFFFFFFFF,
        uid=2**32 - 2,
        gid=0,
        xattrs=((b"user.\xff", bytes(range(256))),),
        streams=(Stream(name="Zone.Identifier:\u202e", size=3),),
        security=b"\x01\x00\x04\x80",
        extents=((0, 4), (8, 2)),
        links=3,
        link_group="1:42",
    )
    entry = quarantined(vault)
    entry = vault.update(entry, state=EntryState.RESTORING, facts=facts, restored_to=b"/tmp/\xff")
    found = Vault(vault.folder).entry(entry.id)
    assert found == entry
    assert found.facts == facts
    assert found.restored_to == b"/tmp/\xff"


def test_why_it_stopped_is_kept_and_goes_with_the_next_step(vault: Vault) -> None:
    entry = vault.copy(vault.begin(fresh()), [b"x"])
    entry = vault.update(entry, state=EntryState.COPIED)
    entry = vault.update(entry, state=EntryState.REMOVING)
    entry = vault.update(entry, state=EntryState.COPIED, why=Message.of("files.in_use", name="x"))
    assert vault.entry(entry.id).why == Message.of("files.in_use", name="x")
    assert vault.update(entry, state=EntryState.REMOVING).why is None


def at(vault: Vault, state: EntryState) -> VaultEntry:
    """An entry brought to a state by legal steps."""
    way: dict[EntryState, list[EntryState]] = {
        EntryState.COPYING: [],
        EntryState.COPIED: [EntryState.COPIED],
        EntryState.REMOVING: [EntryState.COPIED, EntryState.REMOVING],
        EntryState.ABANDONED: [EntryState.COPIED, EntryState.ABANDONED],
    }
    way[EntryState.QUARANTINED] = [*way[EntryState.REMOVING], EntryState.QUARANTINED]
    way[EntryState.RESTORING] = [*way[EntryState.QUARANTINED], EntryState.RESTORING]
    way[EntryState.RESTORED] = [*way[EntryState.RESTORING], EntryState.RESTORED]
    way[EntryState.DESTROYED] = [*way[EntryState.QUARANTINED], EntryState.DESTROYED]
    entry = vault.copy(vault.begin(fresh()), [b"bad"])
    for step in way[state]:
        entry = vault.update(entry, state=step)
    return entry


#: Written out a second time, by hand, from what the steps of a clean-up and of its undo are.
LEGAL = {
    "copying": "copied abandoned",
    "copied": "removing abandoned",
    "removing": "quarantined copied abandoned",
    "quarantined": "restoring destroyed",
    "restoring": "restored quarantined",
    "restored": "destroyed",
    "destroyed": "",
    "abandoned": "",
}


@pytest.mark.parametrize("before", list(EntryState))
def test_only_legal_steps(vault: Vault, before: EntryState) -> None:
    assert set(STEPS) == set(EntryState)
    for after in EntryState:
        entry = at(vault, before)
        if after.value in LEGAL[before.value].split():
            changed = vault.update(entry, state=after)
            assert vault.entry(entry.id) == changed
            assert changed.state is after
        else:
            assert problem(lambda entry=entry, after=after: vault.update(entry, state=after)) is (
                VaultProblem.NOT_POSSIBLE
            )
            assert vault.entry(entry.id) == entry


def test_not_copied_without_a_copy(vault: Vault) -> None:
    begun = vault.begin(fresh())
    assert problem(lambda: vault.update(begun, state=EntryState.COPIED)) is VaultProblem.NOT_POSSIBLE
    assert problem(lambda: held_by(vault, begun)) is VaultProblem.NOT_POSSIBLE


@pytest.mark.parametrize("state", sorted(WITHOUT_SAMPLE))
def test_given_up_has_neither_sample_nor_key(vault: Vault, state: EntryState) -> None:
    entry = at(vault, state)
    assert names_in(vault) == [f"{entry.id}.json"]
    assert msgspec.json.decode(file_of(vault, entry, ".json").read_bytes())["body"]["key"] == ""
    assert problem(lambda: held_by(vault, entry)) is VaultProblem.NOT_POSSIBLE
    vault.delete_sample(entry)  # once more does no harm
    assert list(vault.entries()) == [entry]


@pytest.mark.parametrize("state", sorted(HELD))
def test_a_held_sample_is_not_deleted(vault: Vault, state: EntryState) -> None:
    entry = at(vault, state)
    assert problem(lambda: vault.delete_sample(entry)) is VaultProblem.NOT_POSSIBLE
    lie = msgspec.structs.replace(entry, state=EntryState.DESTROYED)
    assert problem(lambda: vault.delete_sample(lie)) is VaultProblem.NOT_POSSIBLE  # the medium says otherwise
    assert held_by(vault, entry) == b"bad"


def test_the_second_of_two_medscans_is_refused(vault: Vault) -> None:
    entry = quarantined(vault)
    other = Vault(vault.folder)
    other.update(other.entry(entry.id), state=EntryState.RESTORING)
    assert problem(lambda: vault.update(entry, state=EntryState.DESTROYED)) is VaultProblem.CHANGED
    assert held_by(vault, entry) == b"bad"


def test_of_many_at_once_one_wins(vault: Vault) -> None:
    entry = quarantined(vault)
    won: list[EntryState] = []
    refused: list[VaultProblem] = []
    together = threading.Barrier(8)

    def run(state: EntryState) -> None:
        mine = Vault(vault.folder)
        together.wait()
        try:
            won.append(mine.update(entry, state=state).state)
        except VaultError as error:
            refused.append(error.code)

    threads = [
        threading.Thread(target=run, args=(state,)) for state in (EntryState.RESTORING, EntryState.DESTROYED) * 4
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == [VaultProblem.CHANGED] * 7
    assert [vault.entry(entry.id).state] == won


def test_a_vault_that_is_held_is_busy(tmp_path: Path) -> None:
    vault = vault_in(tmp_path, busy_seconds=0)
    entry = quarantined(vault)
    from medscan_gui.store.vault.lock import locked

    with locked(vault.folder):
        assert problem(lambda: vault.update(entry, state=EntryState.DESTROYED)) is VaultProblem.BUSY
        assert list(vault.entries()) == [entry]  # looking is always possible
        assert held_by(vault, entry) == b"bad"
    vault.update(entry, state=EntryState.DESTROYED)


class _PulledOutError(Exception):
    pass


def _failing(error: BaseException) -> Iterator[bytes]:
    yield b"x" * SIZE
    raise error


@pytest.mark.parametrize("error", [OSError(5, "EIO"), _PulledOutError(), KeyboardInterrupt()])
def test_an_error_of_the_original_passes_through_and_leaves_no_sample(vault: Vault, error: BaseException) -> None:
    begun = vault.begin(fresh())
    with pytest.raises(type(error)) as raised:
        vault.copy(begun, _failing(error))
    assert raised.value is error
    assert names_in(vault) == [f"{begun.id}.json"]
    assert held_by(vault, vault.copy(begun, [b"again"])) == b"again"


def test_only_what_is_copying_is_copied(vault: Vault) -> None:
    entry = quarantined(vault)
    assert problem(lambda: vault.copy(entry, [b"other"])) is VaultProblem.NOT_POSSIBLE
    assert held_by(vault, entry) == b"bad"


def test_half_a_character_in_a_name_is_refused(vault: Vault) -> None:
    facts = FileFacts(path=b"/a", size=1, streams=(Stream(name="\ud800", size=0),))
    assert problem(lambda: vault.begin(fresh(facts=facts))) is VaultProblem.NOT_TEXT
    assert names_in(vault) == []


def test_more_facts_than_can_be_read_again_are_refused(vault: Vault) -> None:
    facts = FileFacts(path=b"/a", size=1, xattrs=((b"user.x", bytes(13 * MIB)),))
    assert problem(lambda: vault.begin(fresh(facts=facts))) is VaultProblem.FACTS_TOO_LARGE
    entry = quarantined(vault)
    assert problem(lambda: vault.update(entry, state=EntryState.RESTORING, facts=facts)) is (
        VaultProblem.FACTS_TOO_LARGE
    )
    assert list(vault.entries()) == [entry]


def test_an_unplugged_key_is_gone_and_not_made_again(vault: Vault, tmp_path: Path) -> None:
    entry = quarantined(vault)
    vault.folder.rename(tmp_path / "elsewhere")
    assert problem(lambda: vault.begin(fresh())) is VaultProblem.GONE
    assert problem(lambda: vault.update(entry, state=EntryState.DESTROYED)) is VaultProblem.GONE
    assert problem(lambda: vault.copy(entry, [])) is VaultProblem.GONE
    assert problem(lambda: held_by(vault, entry)) is VaultProblem.GONE
    assert problem(lambda: list(vault.entries())) is VaultProblem.GONE
    assert not vault.folder.exists()
    (tmp_path / "elsewhere").rename(vault.folder)
    assert held_by(vault, entry) == b"bad"


def test_a_key_that_is_gone_before_first_use(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.mkdir()
    vault = vault_in(key)
    key.rmdir()
    assert problem(lambda: vault.begin(fresh())) is VaultProblem.GONE
    assert not key.exists()


def test_a_key_that_goes_during_the_copy(vault: Vault, tmp_path: Path) -> None:
    begun = vault.begin(fresh())

    def content() -> Iterator[bytes]:
        yield b"x" * SIZE
        vault.folder.rename(tmp_path / "elsewhere")
        yield b"y"

    assert problem(lambda: vault.copy(begun, content())) is VaultProblem.GONE


def test_what_a_cut_off_step_left_goes_with_the_next_listing(vault: Vault) -> None:
    destroyed, kept = at(vault, EntryState.DESTROYED), quarantined(vault)
    copying = vault.begin(fresh())
    file_of(vault, destroyed, ".sample").write_bytes(b"was not deleted in time")
    file_of(vault, destroyed, ".sample.new").write_bytes(b"nor was this")
    file_of(vault, kept, ".json.new").write_bytes(b'{"torn')
    file_of(vault, copying, ".sample.new").write_bytes(b"somebody may be writing this one")
    file_of(vault, copying, ".json.new").write_bytes(b"")
    listed = list(vault.entries())
    assert {entry.id: entry for entry in (destroyed, kept, copying)} == {entry.id: entry for entry in listed}
    expected = [f"{copying.id}.sample.new", f"{kept.id}.sample"]
    assert names_in(vault) == sorted([*expected, *(f"{entry.id}.json" for entry in (destroyed, kept, copying))])


def test_facts_lost_while_they_were_replaced_are_found(vault: Vault) -> None:
    """A file system without a journal can lose the old name before it has the new one."""
    for damaged in (b"", bytes(500)):
        entry = quarantined(vault)
        facts, new = file_of(vault, entry, ".json"), file_of(vault, entry, ".json.new")
        new.write_bytes(facts.read_bytes())
        facts.unlink()
        if damaged:
            facts.write_bytes(damaged)
        vault.sweep()
        assert vault.entry(entry.id) == entry
        assert held_by(vault, entry) == b"bad"
        assert not new.exists()


def test_facts_that_never_were_begun_are_cleaned(vault: Vault) -> None:
    entry = vault.begin(fresh())
    file_of(vault, entry, ".json").rename(file_of(vault, entry, ".json.new"))
    assert list(vault.entries()) == []
    assert names_in(vault) == []


def test_one_bad_entry_hides_no_other(vault: Vault) -> None:
    good = {entry.id for entry in (quarantined(vault) for _ in range(20))}
    bad = [quarantined(vault) for _ in range(4)]
    file_of(vault, bad[0], ".json").write_bytes(b"")
    file_of(vault, bad[1], ".json").unlink()
    file_of(vault, bad[2], ".sample").unlink()
    os.truncate(file_of(vault, bad[3], ".sample"), 50)
    listed = list(vault.entries())
    assert {entry.id for entry in listed if isinstance(entry, VaultEntry)} == good
    damaged = {entry.id: entry for entry in listed if isinstance(entry, DamagedEntry)}
    codes = [damaged[entry.id].why.code for entry in bad]
    assert codes == ["vault.damaged", "vault.no_facts", "vault.no_sample", "vault.altered"]
    assert [damaged[entry.id].entry for entry in bad] == [None, None, bad[2], bad[3]]
    for entry in damaged.values():
        assert sentence(VaultError(VaultProblem(entry.why.code), **dict(entry.why.params)))
