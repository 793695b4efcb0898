"""Operating systems told by what lies at the roots of volumes."""

import os
import sys
from pathlib import Path

import pytest

from medscan_gui.core.names import raw_bytes
from medscan_gui.system import system_places
from medscan_gui.system.system_places import System, SystemPlaces, systems_at


def raw(path: Path) -> bytes:
    return raw_bytes(str(path))


def grow(root: Path, *files: str) -> Path:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return root


WINDOWS = ("Windows/System32/config/SYSTEM", "Windows/System32/ntoskrnl.exe")
LINUX = ("etc/os-release", "boot/vmlinuz-6.1.0-18-amd64")


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (WINDOWS, {System.WINDOWS}),
        (("WINNT/system32/CONFIG/system", "WINNT/SYSTEM32/NTKRNLPA.EXE"), {System.WINDOWS}),
        (("windows/system32/config/SYSTEM", "windows/System32/winload.efi"), {System.WINDOWS}),
        (("IO.SYS", "COMMAND.COM", "WINDOWS/WIN.COM"), {System.DOS}),
        (("bootmgr", "Boot/BCD"), {System.BOOT_MANAGER}),
        (("NTLDR", "ntdetect.com"), {System.BOOT_MANAGER}),
        (LINUX, {System.LINUX}),
        (("usr/lib/os-release", "usr/lib/systemd/systemd"), {System.LINUX}),
        (("etc/debian_version", "sbin/init"), {System.LINUX}),
        (("lib/os-release", "bin/busybox"), {System.LINUX_USR}),
        # What only pretends:
        (("Windows/setup.exe",), set()),
        (("Windows/System32/config/SYSTEM",), set()),
        (("Windows/System32/ntoskrnl.exe",), set()),
        (("Windows/config/SYSTEM", "Windows/ntoskrnl.exe"), set()),
        (("backup/Windows/System32/config/SYSTEM", "backup/Windows/System32/ntoskrnl.exe"), set()),
        (("etc/os-release",), set()),
        (("boot/vmlinuz",), set()),
        ((), set()),
    ],
)
def test_evidence(tmp_path: Path, files: tuple[str, ...], found: set[System]) -> None:
    assert systems_at(raw(grow(tmp_path, *files))) == found


def test_a_root_that_is_gone_holds_nothing(tmp_path: Path) -> None:
    assert systems_at(raw(tmp_path / "gone")) == frozenset()
    assert systems_at(raw(grow(tmp_path, "file") / "file")) == frozenset()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_no_link_is_followed(tmp_path: Path) -> None:
    grow(tmp_path / "elsewhere", *WINDOWS, *LINUX)
    root = tmp_path / "stick"
    root.mkdir()
    (root / "Windows").symlink_to(tmp_path / "elsewhere/Windows", target_is_directory=True)
    (root / "etc").symlink_to(tmp_path / "elsewhere/etc", target_is_directory=True)
    (root / "boot").symlink_to(tmp_path / "elsewhere/boot", target_is_directory=True)
    assert systems_at(raw(root)) == frozenset()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_of_a_merged_usr_count_by_name(tmp_path: Path) -> None:
    grow(tmp_path, "usr/sbin/other", "usr/lib/os-release")
    (tmp_path / "usr/sbin/init").symlink_to("../lib/systemd/systemd")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").symlink_to("../usr/lib/os-release")
    assert systems_at(raw(tmp_path)) == {System.LINUX}


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
def test_what_may_not_be_read_counts_as_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tmp_path, *WINDOWS)
    closed = tmp_path / "Windows/System32/config"
    closed.chmod(0)
    monkeypatch.chdir(tmp_path)  # what lies above may be closed to others, too
    administrator = os.geteuid() == 0
    try:
        if administrator:
            tmp_path.chmod(0o755)
            os.seteuid(65534)  # nobody
        assert System.WINDOWS in systems_at(b".")
        assert System.LINUX not in systems_at(b".")
    finally:
        if administrator:
            os.seteuid(0)
        closed.chmod(0o700)


def test_a_folder_too_large_counts_as_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_places, "MOST_ENTRIES", 3)
    grow(tmp_path, "a", "b", "c", "d")
    assert {System.WINDOWS, System.LINUX} <= systems_at(raw(tmp_path))


def test_two_spellings_are_both_looked_into(tmp_path: Path) -> None:
    grow(tmp_path, "WINDOWS/decoy.txt")
    grow(tmp_path, *WINDOWS)
    assert systems_at(raw(tmp_path)) == {System.WINDOWS}


def test_roots_above_a_file(tmp_path: Path) -> None:
    disk = grow(tmp_path / "disk", *WINDOWS)
    target = disk / "Windows" / "System32"
    places = SystemPlaces((raw(target),)).above(raw(target / "drivers/evil.sys"))
    assert [place.parts for place in places if place.systems == {System.WINDOWS}] == [
        ("Windows", "System32", "drivers", "evil.sys")
    ]
    assert places[-1].parts == ("drivers", "evil.sys")
    assert places[-1].root
    assert not next(place for place in places if place.systems == {System.WINDOWS}).root


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_target_reached_by_a_link(tmp_path: Path) -> None:
    disk = grow(tmp_path / "disk", *WINDOWS)
    (tmp_path / "link").symlink_to(disk, target_is_directory=True)
    places = SystemPlaces((raw(tmp_path / "link"),)).above(raw(disk / "Windows/explorer.exe"))
    assert places[-1].systems == {System.WINDOWS}
    assert places[-1].root


@pytest.mark.skipif(sys.platform != "linux", reason="the running system is another one")
def test_the_running_system_is_known() -> None:
    (place, *_) = SystemPlaces((b"/tmp",)).above(b"/usr/bin/true")
    assert System.LINUX in place.systems
    assert place.parts == ("usr", "bin", "true")


@pytest.mark.parametrize("path", [b"", b"a/b", b"/tmp/../usr/bin/true", b"."])
def test_a_path_that_does_not_say_where_it_lies(path: bytes) -> None:
    assert SystemPlaces((b"/tmp",)).above(path) == ()


def test_each_root_is_looked_at_once(tmp_path: Path) -> None:
    places = SystemPlaces((raw(tmp_path),))
    assert places.above(raw(tmp_path / "Windows/a"))[-1].systems == frozenset()
    grow(tmp_path, *WINDOWS)
    assert places.above(raw(tmp_path / "Windows/b"))[-1].systems == frozenset()
    assert SystemPlaces((raw(tmp_path),)).above(raw(tmp_path / "Windows/b"))[-1].systems == {System.WINDOWS}
