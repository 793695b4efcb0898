"""A medium that is full, protected, too small for the file, or failing: each is said, and nothing is lost."""

import errno
import sys
from pathlib import Path

import pytest

from medscan_gui.store.vault import VaultProblem
from medscan_gui.store.vault.errors import os_error
from tests.samples import without_override
from tests.store.processes import own_mounts
from tests.store.vault.processes import line, run, said_by
from tests.store.vault.samples import quarantined, sentence, vault_in


def test_full_medium(tmp_path: Path) -> None:
    said = run("on_a_small_disk", tmp_path, prefix=own_mounts())
    assert said == ["vault.full", True, ["vault.full"], "vault.full", [True, True], True, "ok", "ok"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit on Windows")
def test_file_larger_than_the_file_system_takes(tmp_path: Path) -> None:
    assert run("under_a_size_limit", tmp_path) == ["vault.too_large", True, "ok"]


def test_write_protected_key(tmp_path: Path) -> None:
    entry = quarantined(vault_in(tmp_path))
    said = run("on_a_protected_key", tmp_path, entry.id, prefix=own_mounts())
    assert said == [[True], True, "vault.read_only", "vault.read_only", "vault.read_only"]


def test_a_vault_of_somebody_else(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    entry = quarantined(vault)
    command = without_override(line("as_somebody_else", tmp_path, entry.id))
    if command is None:
        pytest.skip("permissions bind nobody here")
    vault.folder.chmod(0)
    try:
        said = said_by(command)
    finally:
        vault.folder.chmod(0o700)
    refused = "vault.read_only"
    assert said == [refused, refused, refused, True, refused]
    assert vault.entry(entry.id) == entry


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit on Windows")
def test_export_without_room(tmp_path: Path) -> None:
    import random

    entry = quarantined(vault_in(tmp_path), random.Random(1).randbytes(500_000))
    assert run("export_under_a_size_limit", tmp_path, entry.id) == ["vault.export_full"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["quarantine"]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.EIO, VaultProblem.IO_ERROR),
        (errno.ENOSPC, VaultProblem.FULL),
        (errno.EDQUOT, VaultProblem.FULL),
        (errno.EFBIG, VaultProblem.TOO_LARGE),
        (errno.EROFS, VaultProblem.READ_ONLY),
        (errno.EACCES, VaultProblem.READ_ONLY),
        (errno.ENODEV, VaultProblem.GONE),
        (errno.ENOTDIR, VaultProblem.IO_ERROR),
    ],
)
def test_errors_of_the_system_have_their_sentence(tmp_path: Path, number: int, expected: VaultProblem) -> None:
    error = os_error(OSError(number, "said by the system"), tmp_path)
    assert error.code is expected
    assert str(tmp_path) in sentence(error)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOENT, errno.EACCES])
def test_an_error_on_a_medium_that_is_gone_says_so(tmp_path: Path, number: int) -> None:
    assert os_error(OSError(number, "said by the system"), tmp_path / "gone" / "quarantine").code is VaultProblem.GONE
