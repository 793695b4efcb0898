"""Zero hits on what is certainly clean: this repository, and a bounded part of this computer's own programs."""

from __future__ import annotations

import os
import stat
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
import yara

ROOT = Path(__file__).parents[2]
MAX_FILES = 2500
MAX_BYTES = 250_000_000
MAX_FILE_BYTES = 64_000_000
OWN_SKIPPED = {
    ".git",
    ".venv",
    "build",
    "dist",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
}

GOODWARE = [
    (sysconfig.get_path("purelib"), True),
    (sysconfig.get_path("stdlib"), True),
    ("/usr/bin", os.name == "posix"),
    ("/usr/share/doc", os.name == "posix"),
    (os.path.expandvars(r"%SystemRoot%\System32"), os.name == "nt"),
]


def regular_files(root: Path, skipped: frozenset[str] = frozenset()) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - skipped)
        for name in sorted(names):
            path = Path(folder, name)
            try:
                status = path.lstat()
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode) and 0 < status.st_size <= MAX_FILE_BYTES:
                yield path


def hits(rules: yara.Rules, paths: Iterator[Path]) -> tuple[int, int, list[tuple[str, str]]]:
    files = size = 0
    found: list[tuple[str, str]] = []
    for path in paths:
        if files >= MAX_FILES or size >= MAX_BYTES:
            break
        try:
            data = path.read_bytes()
        except OSError:
            continue
        files, size = files + 1, size + len(data)
        externals = {
            "filename": path.name,
            "filepath": str(path),
            "extension": path.suffix[1:].lower(),
        }
        found += [(match.rule, str(path)) for match in rules.match(data=data, externals=externals)]
    return files, size, found


@pytest.mark.parametrize("root", [root for root, here in GOODWARE if here and Path(root).is_dir()])
def test_no_hit_on_goodware(root: str, rules: yara.Rules) -> None:
    files, _, found = hits(rules, regular_files(Path(root)))
    assert files > 0
    assert found == []


def test_no_hit_on_this_repository(rules: yara.Rules) -> None:
    files, _, found = hits(rules, regular_files(ROOT, frozenset(OWN_SKIPPED)))
    assert 30 < files < MAX_FILES, "the repository outgrew this test's bound"
    assert found == []


def test_the_test_file_stands_nowhere_in_one_piece(rules: yara.Rules) -> None:
    whole = b"$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$"
    named = [path for path in regular_files(ROOT, frozenset(OWN_SKIPPED)) if whole in path.read_bytes()]
    assert named == []
