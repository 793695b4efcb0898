"""`medscan signatures pack`, as a person types it."""

import hashlib
import subprocess
import sys
from pathlib import Path

from medscan_gui.cli import exit_codes
from medscan_gui.core.hash_table import HashFile, HashKind


def pack(*arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "medscan_gui", "--lang", "en", "signatures", "pack", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)


def test_lists_become_a_table(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"a known threat").hexdigest()
    (tmp_path / "a.hsb").write_text(f"# of 2026\n{digest}:14:Test.Known:73\n", encoding="ascii")
    (tmp_path / "b.mdb").write_text(f"512:{'ab' * 16}:Test.Section\n", encoding="ascii")
    output = tmp_path / "known.hashes"
    result = pack(tmp_path / "a.hsb", tmp_path / "b.mdb", "-o", output, "--author", "Ward 3, CC0-1.0")
    assert (result.returncode, result.stderr) == (0, "")
    assert "known.hashes: 4 digests" in result.stdout
    file = HashFile(output.read_bytes())
    assert file.author == "Ward 3, CC0-1.0"
    assert {table.kind for table in file.tables} == {HashKind.SHA256, HashKind.SECTION_MD5}
    assert file.tables[0].find(bytes.fromhex(digest), 14) == "Test.Known"


def test_nothing_is_written_for_a_list_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(b"# harmless\n" + b"ab" * 32 + b"\n\xff\xfenot a digest\n")
    output = tmp_path / "known.hashes"
    result = pack(tmp_path / "list.txt", "-o", output)
    assert result.returncode == exit_codes.USAGE
    assert "list.txt, line 3" in result.stderr
    (tmp_path / "list.txt").write_bytes(b"ab" * 16 + b"\n")
    assert pack(tmp_path / "list.txt", "-o", output, "--allow").returncode == exit_codes.USAGE, "MD5 never clears"
    assert pack(tmp_path / "gone.txt", "-o", output).returncode == exit_codes.USAGE
    assert pack(tmp_path / "list.txt", "-o", tmp_path / "known.txt").returncode == exit_codes.USAGE
    assert not output.exists()


def test_a_table_is_not_replaced_by_accident(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(b"ab" * 32 + b"\n")
    output = tmp_path / "known.hashes"
    output.write_bytes(b"something dear")
    assert pack(tmp_path / "list.txt", "-o", output).returncode == exit_codes.USAGE
    assert output.read_bytes() == b"something dear"
    assert pack(tmp_path / "list.txt", "-o", output, "--force").returncode == 0
    assert HashFile(output.read_bytes()).count == 2
