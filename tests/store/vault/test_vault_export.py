"""The zip for the security team: whole or not at all, encrypted, neutral names, never over another file."""

import os
import random
import shutil
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pyzipper

from medscan_gui.core.quarantine import EntryState, FileFacts, Stream, VaultEntry
from medscan_gui.store.vault import Vault, VaultError, VaultProblem
from tests.samples import eicar
from tests.store.vault.samples import file_of, fresh, quarantined, sentence, vault_in

MIB = 1024 * 1024


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return vault_in(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "for the team.zip"


def members(file: Path, password: bytes = b"infected") -> dict[str, bytes]:
    with pyzipper.AESZipFile(file) as archive:
        archive.setpassword(password)
        return {name: archive.read(name) for name in archive.namelist()}


def held(vault: Vault, content: bytes, facts: FileFacts) -> VaultEntry:
    """An entry whose sample and facts are as said."""
    entry = vault.copy(vault.begin(fresh(facts=facts)), [content])
    return vault.update(entry, state=EntryState.COPIED)


def test_samples_and_facts(vault: Vault, file: Path) -> None:
    path = b"/media/stick/Dupont Ren\xe9\xe2\x80\xae.exe"
    first, second = quarantined(vault, eicar(), path), quarantined(vault, b"", b"/b")
    vault.export([first, second], file, "infected")
    found = members(file)
    assert set(found) == {f"{entry.id}{kind}" for entry in (first, second) for kind in (".bin", ".json")}
    assert found[f"{first.id}.bin"] == eicar()
    assert found[f"{second.id}.bin"] == b""
    facts: dict[str, Any] = msgspec.json.decode(found[f"{first.id}.json"])
    assert facts["path"] == "/media/stick/Dupont Ren<0xE9><U+202E>.exe"
    assert msgspec.convert(facts["path_raw"], bytes) == path
    assert facts["findings"][0]["rule"] == "Conficker_Worm"
    assert facts["found_in"] == ["/media/stick/Dupont Ren<0xE9><U+202E>.exe » setup.exe"]
    assert facts["files"][0]["sha256"] == first.sample_sha256
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_nothing_shows_without_the_password(vault: Vault, file: Path) -> None:
    entry = quarantined(vault, eicar(), b"/media/stick/Dupont.exe")
    vault.export([entry], file, "s\u00e9same")
    whole = file.read_bytes()
    assert b"Dupont" not in whole
    assert eicar()[:20] not in whole
    with pyzipper.AESZipFile(file) as archive:
        assert {(info.wz_aes_strength, info.wz_aes_version) for info in archive.infolist()} == {
            (3, 2)
        }  # 256 bits, AE-2
    with pytest.raises(RuntimeError, match="password"):
        members(file, b"infected")
    assert members(file, "s\u00e9same".encode())[f"{entry.id}.bin"] == eicar()


def test_seven_zip_reads_it(vault: Vault, file: Path) -> None:
    program = shutil.which("7z") or shutil.which("7zz") or shutil.which("7za")
    if program is None:
        pytest.skip("no 7-Zip here")
    vault.export([quarantined(vault, eicar())], file, "infected")
    subprocess.run([program, "t", "-pinfected", str(file)], check=True, capture_output=True)


def test_holes_and_streams_become_files_again(vault: Vault, file: Path) -> None:
    content = random.Random(1).randbytes(2 * MIB + 26)
    facts = FileFacts(
        path=b"/a",
        size=5 * MIB,
        extents=((0, MIB), (2 * MIB, MIB), (5 * MIB - 10, 10)),
        streams=(Stream(name="Zone.Identifier", size=12), Stream(name="\u202e", size=0), Stream(name="x", size=4)),
    )
    entry = held(vault, content, facts)
    vault.export([entry], file, "infected")
    found = members(file)
    logical = content[:MIB] + bytes(MIB) + content[MIB : 2 * MIB] + bytes(2 * MIB - 10) + content[2 * MIB : -16]
    assert found[f"{entry.id}.bin"] == logical
    assert found[f"{entry.id}.stream-1.bin"] == content[-16:-4]
    assert found[f"{entry.id}.stream-2.bin"] == b""
    assert found[f"{entry.id}.stream-3.bin"] == content[-4:]
    said = msgspec.json.decode(found[f"{entry.id}.json"])["files"]
    assert [each["stream"] for each in said] == ["", "Zone.Identifier", "<U+202E>", "x"]


@pytest.mark.parametrize(
    "facts",
    [
        FileFacts(path=b"/a", size=2**50, extents=((0, 4),)),  # a trap of zeros
        FileFacts(path=b"/a", size=4, extents=((0, 3),)),
        FileFacts(path=b"/a", size=4, extents=((0, 4),), streams=(Stream(name="x", size=1),)),
        FileFacts(path=b"/a", size=4),
    ],
)
def test_facts_that_do_not_fit_give_the_bytes_as_they_are_held(vault: Vault, file: Path, facts: FileFacts) -> None:
    entry = held(vault, b"held", facts)
    vault.export([entry], file, "infected")
    found = members(file)
    assert found[f"{entry.id}.bin"] == b"held"
    assert msgspec.json.decode(found[f"{entry.id}.json"])["files"][0]["content"] == "held"


@pytest.mark.parametrize("taken", ["the zip", "a link", "its unfinished form"])
def test_nothing_is_overwritten(vault: Vault, file: Path, taken: str) -> None:
    entry = quarantined(vault)
    there = file.with_name(f"{file.name}.part") if taken == "its unfinished form" else file
    if taken == "a link":
        os.symlink(file.parent / "nothing", there)
    else:
        there.write_bytes(b"somebody's")
    before = sorted(os.listdir(file.parent))
    with pytest.raises(VaultError) as error:
        vault.export([entry], file, "infected")
    assert error.value.code is VaultProblem.EXPORT_EXISTS
    assert there.name in sentence(error.value)
    assert sorted(os.listdir(file.parent)) == before
    assert there.is_symlink() or there.read_bytes() == b"somebody's"


def test_cancel_leaves_nothing(vault: Vault, file: Path) -> None:
    entries = [quarantined(vault, bytes(3 * MIB)) for _ in range(3)]
    told: list[int] = []
    with pytest.raises(VaultError) as error:
        vault.export(entries, file, "infected", lambda: sum(told) > 4 * MIB, on_bytes=told.append)
    assert error.value.code is VaultProblem.EXPORT_CANCELLED
    assert sentence(error.value)
    assert MIB < sum(told) < 9 * MIB
    assert list(file.parent.iterdir()) == []


def test_an_altered_sample_leaves_nothing(vault: Vault, file: Path) -> None:
    good, bad = quarantined(vault), quarantined(vault, bytes(3 * MIB))
    with file_of(vault, bad, ".sample").open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"?")
    with pytest.raises(VaultError) as error:
        vault.export([good, bad], file, "infected")
    assert error.value.code is VaultProblem.ALTERED
    assert list(file.parent.iterdir()) == []


def test_whatever_else_stops_it_leaves_nothing(vault: Vault, file: Path) -> None:
    def entries() -> Iterator[VaultEntry]:
        yield quarantined(vault)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vault.export(entries(), file, "infected")
    assert list(file.parent.iterdir()) == []


def test_no_password_no_folder_no_sample(vault: Vault, file: Path) -> None:
    entry = quarantined(vault)
    cases = [
        (entry, file, "", VaultProblem.EXPORT_UNLOCKED),
        (entry, file.parent / "none" / "x.zip", "infected", VaultProblem.EXPORT_FAILED),
        (vault.begin(fresh()), file, "infected", VaultProblem.NOT_POSSIBLE),
        (fresh(), file, "infected", VaultProblem.UNKNOWN),
    ]
    for wanted, place, password, code in cases:
        with pytest.raises(VaultError) as error:
            vault.export([wanted], place, password)
        assert error.value.code is code
        assert sentence(error.value)
    assert list(file.parent.iterdir()) == []


def test_a_large_sample_is_not_held_in_memory(vault: Vault, file: Path) -> None:
    size = 96 * MIB
    entry = vault.copy(vault.begin(fresh(size=size)), (bytes(MIB) for _ in range(96)))
    entry = vault.update(entry, state=EntryState.COPIED)
    tracemalloc.start()
    vault.export([entry], file, "infected")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 24 * MIB
    with pyzipper.AESZipFile(file) as archive:
        assert archive.getinfo(f"{entry.id}.bin").file_size == size
