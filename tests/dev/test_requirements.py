"""The pinned requirement files: names, versions and hashes, and nothing that names a place."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "requirements"
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([0-9][0-9a-z.]*)( ; [^\\#]+)?$")
HASH = re.compile(r"^--hash=sha256:[0-9a-f]{64}$")


def pins(name: str) -> dict[str, tuple[str, list[str]]]:
    """Name -> (version, hashes); fails on any line that is neither."""
    found: dict[str, tuple[str, list[str]]] = {}
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    for entry in text.replace("\\\n", "\n").splitlines():
        line = entry.strip()
        pin = PIN.match(line)
        if pin:
            assert pin[1] not in found, f"pinned twice: {pin[1]}"
            current = found[pin[1]] = (pin[2], [])
        elif line and not line.startswith("#"):
            assert HASH.match(line), f"neither a pin nor a hash: {line}"
            current[1].append(line)
    return found


@pytest.mark.parametrize("name", ["run", "test"])
def test_every_line_is_a_pin_or_a_hash(name: str) -> None:
    found = pins(name)
    assert found
    assert [package for package, (_version, hashes) in found.items() if not hashes] == []


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_no_address_and_no_option(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)|^\s*-(?!r |-hash)|@ ", text, re.MULTILINE)


def test_test_holds_all_of_run_at_the_same_versions() -> None:
    run, test = pins("run"), pins("test")
    assert {name: test.get(name) for name in run} == run


@pytest.mark.parametrize("name", ["run", "test"])
def test_what_is_asked_for_is_pinned(name: str) -> None:
    lines = (FOLDER / f"{name}.in").read_text(encoding="utf-8").splitlines()
    wanted = [line.strip().lower() for line in lines if line.strip() and not line.startswith(("#", "-r"))]
    found = pins(name)
    for line in wanted:
        package, _sign, version = line.partition("==")
        assert package in found
        assert version in ("", found[package][0])


def test_windows_gets_what_only_it_needs() -> None:
    # PyInstaller on Windows; a lock made on Linux alone would lack them.
    text = (FOLDER / "test.txt").read_text(encoding="utf-8")
    for package in ("pefile", "pywin32-ctypes", "colorama"):
        assert re.search(rf"^{package}==\S+ ; sys_platform == 'win32'", text, re.MULTILINE)
