"""A vault that somebody altered: every byte of a sample and of its facts, links, pipes, forged entries.

MEDSCAN_TAMPER_SEED sets the seed.
"""

import os
import random
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from medscan_gui.core.quarantine import ENTRY_FORMAT, EntryState, FileFacts, VaultEntry
from medscan_gui.core.record import canonical_json
from medscan_gui.store.vault import DamagedEntry, Vault, VaultError, VaultProblem, new_id
from medscan_gui.store.vault import form as stored_form
from medscan_gui.store.vault.form import Stored, encode
from tests.store.vault.samples import SIZE, file_of, finding, fresh, held_by, quarantined, sentence, vault_in

SEED = int(os.environ.get("MEDSCAN_TAMPER_SEED", "20261121"))
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="no such file there, or not for everybody")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return vault_in(tmp_path)


def given_before_error(vault: Vault, entry: VaultEntry) -> tuple[bytes, VaultProblem | None]:
    """What `read` gave, and the error it ended with."""
    given = b""
    try:
        for chunk in vault.read(entry):
            given += chunk
    except VaultError as error:
        assert sentence(error)
        return given, error.code
    return given, None


CONTENT = b"plain bytes of a small sample"


def test_every_altered_byte_of_a_sample_is_seen(vault: Vault) -> None:
    entry = quarantined(vault, CONTENT)
    path = file_of(vault, entry, ".sample")
    whole = path.read_bytes()
    for position in range(len(whole)):
        for bit in range(8):
            altered = bytearray(whole)
            altered[position] ^= 1 << bit
            path.write_bytes(altered)
            assert given_before_error(vault, entry) == (b"", VaultProblem.ALTERED), (position, bit)
    path.write_bytes(whole)
    assert held_by(vault, entry) == CONTENT


def test_every_cut_and_every_addition_is_seen(vault: Vault) -> None:
    entry = quarantined(vault, CONTENT)
    path = file_of(vault, entry, ".sample")
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert given_before_error(vault, entry) == (b"", VaultProblem.ALTERED), length
    for more in (b"\0", whole[-40:], whole, bytes(2 * SIZE)):
        path.write_bytes(whole + more)
        given, code = given_before_error(vault, entry)
        assert code is VaultProblem.ALTERED
        assert given in {b"", CONTENT}


def chunks_of(whole: bytes) -> tuple[bytes, list[bytes]]:
    """The head of a sample file, and its encrypted chunks."""
    head, each = whole[: 37 + 24], 1024 * 1024 + 17
    return head, [whole[start : start + each] for start in range(len(head), len(whole), each)]


def test_chunks_cannot_be_moved_dropped_or_repeated(vault: Vault) -> None:
    content = random.Random(SEED).randbytes(SIZE + 100)
    entry = quarantined(vault, content)
    path = file_of(vault, entry, ".sample")
    head, chunks = chunks_of(path.read_bytes())
    assert len(chunks) == 4
    for order in ([1, 0, 2, 3], [0, 1, 3], [0, 1, 2], [0, 0, 1, 2, 3], [3], [0, 1, 2, 3, 3], [2, 1, 0, 3], []):
        path.write_bytes(head + b"".join(chunks[place] for place in order))
        given, code = given_before_error(vault, entry)
        assert code is VaultProblem.ALTERED, order
        assert content.startswith(given), order  # what was given was true, each byte
    path.write_bytes(head + b"".join(chunks))
    assert held_by(vault, entry) == content


def test_random_alterations_of_a_large_sample(vault: Vault) -> None:
    chance = random.Random(SEED)
    content = chance.randbytes(SIZE)
    entry = quarantined(vault, content)
    path = file_of(vault, entry, ".sample")
    size = path.stat().st_size
    for _ in range(25):
        position, bit = chance.randrange(size), 1 << chance.randrange(8)
        flip(path, position, bit)
        given, code = given_before_error(vault, entry)
        assert code is VaultProblem.ALTERED
        assert content.startswith(given)
        flip(path, position, bit)
    vault.verify(entry)


def flip(path: Path, position: int, bit: int) -> None:
    with path.open("r+b") as stream:
        stream.seek(position)
        (byte,) = stream.read(1)
        stream.seek(position)
        stream.write(bytes([byte ^ bit]))


def test_samples_cannot_be_exchanged(vault: Vault) -> None:
    first, second = quarantined(vault, CONTENT), quarantined(vault, CONTENT)
    one, two = (file_of(vault, entry, ".sample") for entry in (first, second))
    two.write_bytes(one.read_bytes())
    assert given_before_error(vault, second) == (b"", VaultProblem.ALTERED)
    key = msgspec.json.decode(file_of(vault, first, ".json").read_bytes())["body"]["key"]
    forge(vault, second, key=key)  # not even with the key, under a true sum
    assert given_before_error(vault, second) == (b"", VaultProblem.ALTERED)


def test_every_altered_byte_of_the_facts_is_seen(vault: Vault) -> None:
    chance = random.Random(SEED)
    entry = quarantined(vault, CONTENT)
    path = file_of(vault, entry, ".json")
    whole = path.read_bytes()
    for position in range(len(whole)):
        altered = bytearray(whole)
        altered[position] ^= chance.randrange(1, 256)
        path.write_bytes(altered)
        refused(vault, entry, VaultProblem.DAMAGED, VaultProblem.NEWER)
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        refused(vault, entry, VaultProblem.DAMAGED)
    path.write_bytes(whole)
    assert vault.entry(entry.id) == entry


def refused(vault: Vault, entry: VaultEntry, *codes: VaultProblem) -> None:
    """Nothing of an altered entry is used: not shown as good, not read, not changed, not exported."""
    with pytest.raises(VaultError) as error:
        vault.entry(entry.id)
    assert error.value.code in codes
    assert given_before_error(vault, entry) == (b"", error.value.code)
    with pytest.raises(VaultError) as error:
        vault.update(entry, state=EntryState.DESTROYED)
    assert error.value.code in codes


def forge(vault: Vault, entry: VaultEntry, **changes: Any) -> None:
    """Write an entry's facts as somebody could who knows the format: under a true sum."""
    path = file_of(vault, entry, ".json")
    body = msgspec.json.decode(path.read_bytes())["body"]
    for name, value in changes.items():
        (body if name == "key" else body["entry"])[name] = value
    write_sealed(path, body)


def write_sealed(path: Path, body: object, number: object = ENTRY_FORMAT) -> None:
    data = canonical_json(body)
    path.write_bytes(canonical_json({"body": body, "format": number, "sha256": stored_form._sum(data)}))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "0" * 32},
        {"id": "../../../etc/passwd"},
        {"state": "freed"},
        {"state": 7},
        {"sample_size": -1},
        {"sample_size": 2**63},
        {"sample_size": "3"},
        {"sample_sha256": ""},
        {"sample_sha256": "AB" * 32},
        {"sample_sha256": "/" * 64},
        {"facts": None},
        {"facts": {"path": "not base 64!", "size": 1}},
        {"facts": {"path": "", "size": -5}},
        {"findings": [{}]},
        {"device": []},
        {"key": ""},
        {"key": "AAAA"},
        {"key": 5},
        {"state": "destroyed"},  # with a key
    ],
)
def test_forged_facts_are_refused_and_hide_no_other(vault: Vault, changes: dict[str, Any]) -> None:
    other, entry = quarantined(vault), quarantined(vault, CONTENT)
    forge(vault, entry, **changes)
    refused(vault, entry, VaultProblem.DAMAGED)
    listed = list(vault.entries())
    assert [found for found in listed if isinstance(found, VaultEntry)] == [other]
    assert [found.id for found in listed if isinstance(found, DamagedEntry)] == [entry.id]
    assert file_of(vault, entry, ".sample").exists()


@pytest.mark.parametrize("size", [0, 1, 2**61, 2**40])
def test_a_forged_size_is_seen_in_the_list_and_on_reading(vault: Vault, size: int) -> None:
    entry = quarantined(vault, CONTENT)
    forge(vault, entry, sample_size=size)
    (found,) = vault.entries()
    assert isinstance(found, DamagedEntry)
    assert found.why.code == "vault.altered"
    assert found.entry is not None
    assert given_before_error(vault, found.entry)[1] is VaultProblem.ALTERED


@pytest.mark.parametrize("number", [2, 10**6, 10**18])
def test_a_newer_format_is_left_as_it_is(vault: Vault, number: int) -> None:
    entry = quarantined(vault)
    path = file_of(vault, entry, ".json")
    write_sealed(path, {"what": "nobody knows yet"}, number)
    before = path.read_bytes()
    refused(vault, entry, VaultProblem.NEWER)
    (found,) = vault.entries()
    assert isinstance(found, DamagedEntry)
    assert found.why.code == "vault.newer"
    assert path.read_bytes() == before


@pytest.mark.parametrize("number", [0, -1, 1.5, "1", None, [[]]])
def test_a_format_that_is_none_is_damage(vault: Vault, number: object) -> None:
    entry = quarantined(vault)
    path = file_of(vault, entry, ".json")
    body = msgspec.json.decode(path.read_bytes())["body"]
    write_sealed(path, body, number)
    refused(vault, entry, VaultProblem.DAMAGED)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"format":1}',
        b"[" * 1_000_000,
        b'{"body":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b',"format":1,"sha256":""}',
        b'{"body":{"entry":' * 10_000,
        b'{"format":1,"format":2}',
        b" " * (17 * 1024 * 1024),
    ],
    ids=["empty", "null", "list", "object", "binary", "alone", "deep", "deep body", "deep objects", "twice", "huge"],
)
def test_facts_that_are_none(vault: Vault, content: bytes) -> None:
    entry = quarantined(vault)
    file_of(vault, entry, ".json").write_bytes(content)
    refused(vault, entry, VaultProblem.DAMAGED, VaultProblem.NEWER)
    assert [type(found) for found in vault.entries()] == [DamagedEntry]


@posix_only
@pytest.mark.parametrize("kind", [".json", ".sample"])
@pytest.mark.parametrize("instead", ["link", "dangling link", "pipe", "folder"])
def test_something_else_in_place_of_a_file(vault: Vault, tmp_path: Path, kind: str, instead: str) -> None:
    entry, other = quarantined(vault), quarantined(vault)
    path = file_of(vault, entry, kind)
    outside = tmp_path / "outside"
    path.rename(outside)
    if instead == "pipe":
        os.mkfifo(path)
    elif instead == "folder":
        path.mkdir()
    else:
        path.symlink_to(outside if instead == "link" else tmp_path / "nothing")
    before = outside.read_bytes()
    with pytest.raises(VaultError) as error:
        vault.verify(entry)
    assert error.value.code is VaultProblem.NOT_A_FILE
    listed = list(vault.entries())
    assert other in listed
    (damaged,) = (found for found in listed if isinstance(found, DamagedEntry))
    assert (damaged.id, damaged.why.code) == (entry.id, "vault.not_a_file")
    assert outside.read_bytes() == before


@posix_only
def test_a_folder_that_is_a_link_is_not_followed(vault: Vault, tmp_path: Path) -> None:
    entry = quarantined(vault)
    shard, outside = vault.folder / entry.id[:2], tmp_path / "outside"
    shard.rename(outside)
    shard.symlink_to(outside, target_is_directory=True)
    before = sorted(outside.iterdir())
    (damaged,) = vault.entries()
    assert isinstance(damaged, DamagedEntry)
    assert damaged.why.code == "vault.not_a_file"
    for work in (
        lambda: vault.entry(entry.id),
        lambda: vault.verify(entry),
        lambda: vault.update(entry, state=EntryState.DESTROYED),
        lambda: vault.begin(fresh(id=entry.id[:2] + new_id()[2:])),
    ):
        with pytest.raises(VaultError) as error:
            work()
        assert error.value.code is VaultProblem.NOT_A_FILE
    assert sorted(outside.iterdir()) == before


@posix_only
@pytest.mark.parametrize("instead", ["folder", "pipe", "link"])
def test_something_else_in_place_of_the_lock(vault: Vault, tmp_path: Path, instead: str) -> None:
    entry = quarantined(vault)
    lock = vault.folder / "vault.lock"
    lock.unlink(missing_ok=True)
    if instead == "folder":
        lock.mkdir()
    elif instead == "pipe":
        os.mkfifo(lock)
    else:
        lock.symlink_to(tmp_path / "made")
    try:
        vault.update(entry, state=EntryState.DESTROYED)
    except VaultError as error:
        assert error.code is VaultProblem.NOT_A_FILE
        assert vault.entry(entry.id) == entry
    assert not (tmp_path / "made").exists()
    assert len(list(vault.entries())) == 1


def test_a_wrong_folder_and_an_id_twice(vault: Vault) -> None:
    entry = quarantined(vault)
    wrong = vault.folder / ("00" if not entry.id.startswith("00") else "11")
    wrong.mkdir()
    for kind in (".json", ".sample"):
        (wrong / f"{entry.id}{kind}").write_bytes(file_of(vault, entry, kind).read_bytes())
    listed = list(vault.entries())
    assert entry in listed
    assert [found.why.code for found in listed if isinstance(found, DamagedEntry)] == ["vault.misplaced"]
    assert len(listed) == 2
    held = (wrong / f"{entry.id}.sample").exists()
    vault.update(entry, state=EntryState.DESTROYED)
    vault.sweep()
    assert held == (wrong / f"{entry.id}.sample").exists()  # not ours to delete


def test_names_that_are_none_of_ours_are_left_alone(vault: Vault) -> None:
    entry = quarantined(vault)
    shard = vault.folder / entry.id[:2]
    foreign = [
        vault.folder / "Thumbs.db",
        vault.folder / "zz",
        shard / "desktop.ini",
        shard / f"{entry.id}.exe",
        shard / f"{entry.id.upper()}.json" if entry.id != entry.id.upper() else shard / "x",
        shard / ("x" * 250),
    ]
    for path in foreign:
        if not path.exists():
            path.write_bytes(b"not ours")
    (vault.folder / "ff.d").mkdir()
    assert list(vault.entries()) == [entry]
    assert all(path.exists() for path in foreign)


def test_a_folder_filled_by_somebody_is_bounded(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medscan_gui.store.vault.listing.MAX_NAMES", 50)
    shard = vault.folder / "ab"
    shard.mkdir(parents=True)
    for number in range(60):
        (shard / f"junk-{number}").touch()
    (found,) = vault.entries()
    assert isinstance(found, DamagedEntry)
    assert found.why.code == "vault.crowded"


def test_a_long_list_is_not_held_in_memory(vault: Vault) -> None:
    """400 entries of 150 kB each: 60 MB on the medium."""
    findings = tuple(finding(b"/media/stick/%d" % number + b"n" * 200) for number in range(220))
    for _ in range(400):
        entry = fresh(findings=findings)
        path = file_of(vault, entry, ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(Stored(entry=entry, key=bytes(32))))
    assert path.stat().st_size > 100_000
    tracemalloc.start()
    count = sum(isinstance(entry, VaultEntry) for entry in vault.entries())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 400
    assert peak < 8_000_000


@pytest.mark.parametrize("size", [-1, 2**63])
def test_what_would_not_be_read_again_is_not_written(vault: Vault, size: int) -> None:
    entry = quarantined(vault)
    facts = FileFacts(path=b"/a", size=size)
    works: list[Callable[[], object]] = [
        lambda: vault.begin(fresh(facts=facts)),
        lambda: vault.update(entry, state=EntryState.RESTORING, facts=facts),
    ]
    for work in works:
        with pytest.raises(VaultError) as error:
            work()
        assert error.value.code is VaultProblem.NOT_TEXT
        assert sentence(error.value)
    assert list(vault.entries()) == [entry]
