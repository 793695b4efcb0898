"""Sectors outside of files: which, and a marker in those of a real loop device."""

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import msgspec
import pytest

from medscan_gui.core.words import Cause, Outcome, Place, Stop
from medscan_gui.engine import limits
from medscan_gui.engine.live.partition_table import parts_of
from medscan_gui.engine.live.stretches import Part, Stretch, stretches_of
from medscan_gui.engine.protocol import PassedOver, Trouble
from tests.engine.scanning import MARKER, Told, job, scan

_MB = 1 << 20


def test_a_disk_with_partitions() -> None:
    parts = [Part(b"b", 300 * _MB, 400 * _MB), Part(b"a", _MB, 299 * _MB)]
    assert list(stretches_of(500 * _MB, parts)) == [
        Stretch(b"first sectors", 0, _MB),
        Stretch(b"boot sectors of a", _MB, _MB + limits.VOLUME_BEGINNING),
        Stretch(b"gap before b", 299 * _MB, 300 * _MB),
        Stretch(b"boot sectors of b", 300 * _MB, 300 * _MB + limits.VOLUME_BEGINNING),
        Stretch(b"behind the last partition, beginning", 400 * _MB, 404 * _MB),
        Stretch(b"behind the last partition, end", 496 * _MB, 500 * _MB),
    ]


def test_a_disk_without_partitions() -> None:
    assert list(stretches_of(_MB // 2, [])) == [Stretch(b"first sectors", 0, _MB // 2)]
    assert list(stretches_of(100 * _MB, [])) == [
        Stretch(b"first sectors", 0, _MB),
        Stretch(b"after the first sectors, end", 96 * _MB, 100 * _MB),
    ]


def test_partitions_that_lie() -> None:
    """Overlapping, inside each other (logical ones), empty, backwards, beyond the end."""
    parts = [
        Part(b"whole", 0, 100),
        Part(b"inner", 20, 40),
        Part(b"empty", 50, 50),
        Part(b"back", 60, 55),
        Part(b"beyond", 90, 101),
        Part(b"before", -5, 3),
    ]
    found = list(stretches_of(100, parts))
    assert [one.what for one in found] == [b"boot sectors of whole", b"boot sectors of inner"]
    assert all(0 <= one.start < one.end <= 100 for one in found)


if sys.platform == "linux":
    from medscan_gui.engine.live import disks, disks_linux


def _mbr(parts: list[tuple[int, int]]) -> bytes:
    """A first sector with these partitions (first sector, sectors)."""
    table = b"".join(struct.pack("<B3sB3sII", 0, b"\0" * 3, 0x0C, b"\0" * 3, *part) for part in parts)
    return b"\0" * 446 + table.ljust(64, b"\0") + b"\x55\xaa"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A disk image with two partitions and gaps."""
    file = tmp_path / "disk.img"
    with file.open("wb") as disk:
        disk.truncate(24 * _MB)
        disk.write(_mbr([(2048, 8192), (16384, 8192)]))
    (tmp_path / "target").mkdir()
    return file


@pytest.fixture
def loop(image: Path) -> Iterator[str]:
    """That image as a loop device of the system."""
    losetup = shutil.which("losetup", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if sys.platform != "linux" or os.geteuid() != 0 or losetup is None:
        pytest.skip("loop devices need Linux and root")
    made = subprocess.run([losetup, "-r", "-f", "-P", "--show", image], capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"no loop device can be had here: {made.stderr.strip()}")
    device = made.stdout.strip()
    yield device
    subprocess.run([losetup, "-d", device], check=True)


def put(image: Path, place: int) -> None:
    with image.open("r+b") as disk:
        disk.seek(place)
        disk.write(MARKER)


def scan_disks(image: Path) -> Told:
    told = scan(msgspec.structs.replace(job(image.parent / "target"), live=(Place.BOOT,)))
    assert told.stop is Stop.COMPLETED
    return told


@pytest.fixture(params=[100, 600 * 512, 5 * _MB + 4096, 24 * _MB - 512], ids=["boot code", "gap", "between", "the end"])
def marked(request: pytest.FixtureRequest, image: Path) -> int:
    """Where a marker was put, before the device was made."""
    place: int = request.param
    put(image, place)
    return place


def test_a_marker_outside_of_files_of_a_loop_device_is_found(marked: int, image: Path, loop: str) -> None:
    told = scan_disks(image)
    found = [one for one in told.findings if loop.encode() in one.chain[0]]
    assert found
    assert {(one.place, one.identity) for one in found} == {(Place.BOOT, None)}
    assert found[0].where.startswith(f"Sectors outside of files: disk: {loop} (")
    assert len(found[0].sha256) == 64


def reading(content: bytes) -> Callable[[int, int], bytes]:
    return lambda place, size: content[place : place + size]


def test_the_table_of_a_pc(image: Path) -> None:
    parts = parts_of(reading(image.read_bytes()), 24 * _MB)
    assert [(part.start, part.end) for part in parts] == [(_MB, 5 * _MB), (8 * _MB, 12 * _MB)]


def test_extended_partitions_that_follow_each_other_for_ever() -> None:
    disk = bytearray(200 * 512)
    disk[:512] = _mbr([(10, 100)])
    disk[450] = 0x05
    inner = bytearray(_mbr([(1, 3), (0, 0)]))
    inner[462:478] = struct.pack("<B3sB3sII", 0, b"", 0x05, b"", 20, 10)
    disk[10 * 512 : 11 * 512] = disk[30 * 512 : 31 * 512] = inner
    parts = parts_of(reading(bytes(disk)), len(disk))
    assert [(part.start // 512, part.end // 512) for part in parts] == [(11, 14), (31, 34)]


@pytest.mark.parametrize("sector", [512, 4096])
def test_the_table_of_uefi(sector: int) -> None:
    disk = bytearray(100 * sector)
    disk[:512] = _mbr([(1, 99)])
    disk[450] = 0xEE
    disk[sector : sector + 8] = b"EFI PART"
    disk[sector + 72 : sector + 88] = struct.pack("<QII", 2, 128, 128)
    disk[2 * sector : 2 * sector + 48] = struct.pack("<16s16sQQ", b"x" * 16, b"y" * 16, 34, 49)
    parts = parts_of(reading(bytes(disk)), len(disk))
    assert [(part.start // sector, part.end // sector) for part in parts] == [(34, 50)]


def test_no_bytes_of_a_table_are_believed() -> None:
    random = Random(7)
    for _ in range(300):
        disk = bytearray(random.randbytes(8192))
        disk[510:512] = b"\x55\xaa"
        for row in range(4):
            disk[446 + 16 * row] = random.choice((0, 0x80))
            disk[450 + 16 * row] = random.choice((0x05, 0x0C, 0xEE))
        if random.random() < 0.5:
            disk[512:520] = b"EFI PART"
        parts = parts_of(reading(bytes(disk)), len(disk))
        assert all(0 < part.start < part.end <= len(disk) for part in parts)
        list(stretches_of(len(disk), parts))


def test_boot_code_of_a_stick_without_partitions_is_no_table() -> None:
    code = bytearray(b"\xeb\x3c\x90MSDOS5.0" + b"A boot sector with words where a table would be " * 11)[:510]
    assert parts_of(reading(bytes(code) + b"\x55\xaa" + bytes(4096)), 4608) == []


@pytest.mark.skipif(sys.platform != "linux", reason="nodes of Linux")
def test_a_file_in_place_of_a_disk_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "sda"
    file.write_bytes(MARKER)
    with pytest.raises(OSError, match="not a disk"):
        disks_linux.read_disk(bytes(file), 0, 10)


@pytest.mark.skipif(sys.platform != "linux", reason="disks of Linux")
@pytest.mark.parametrize("paths", [(), (b"/mnt",)])
def test_without_the_right_it_is_said_once(paths: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: bytes) -> None:
        raise PermissionError(13, "refused")

    monkeypatch.setattr(disks, "known_disks", lambda _paths: iter([(b"/dev/sda", _MB, []), (b"/dev/sdb", _MB, [])]))
    monkeypatch.setattr(disks, "probe", refuse)
    seen = list(disks.stretches(paths))
    if paths:
        assert seen == [PassedOver(Cause.ADMINISTRATOR_ONLY, 2)]
    else:
        trouble = Trouble(b"disks: /dev/sda, /dev/sdb", Outcome.UNREADABLE, Cause.NO_PERMISSION, "EACCES")
        assert seen == [trouble]


@pytest.mark.skipif(sys.platform != "linux", reason="disks of Linux")
def test_only_the_disks_that_hold_a_place(tmp_path: Path) -> None:
    every = {path for path, _size, _parts in disks_linux.known_disks(())}
    here = {path for path, _size, _parts in disks_linux.known_disks((bytes(tmp_path),))}
    assert here <= every
    assert {path for path, _size, _parts in disks_linux.known_disks((b"/proc",))} == set()
