"""Alternate data streams: what Windows tells of them is read, and a real NTFS volume's are scanned."""

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_facts import is_concealed
from medscan_gui.engine.streams_ntfs import STREAMS, parse_stream_info
from tests.engine.programs_made import pe
from tests.engine.scanning import MARKER, job, scan


def info(*streams: tuple[str, int]) -> bytes:
    """What Windows tells of these streams."""
    told = b""
    for number, (name, size) in enumerate(streams, 1):
        raw = name.encode("utf-16-le", "surrogatepass")
        entry = struct.pack("<IIqq", 0, len(raw), size, size) + raw
        entry += bytes(-len(entry) % 8)
        if number < len(streams):
            entry = struct.pack("<I", len(entry)) + entry[4:]
        told += entry
    return told


def test_what_windows_tells() -> None:
    told = info(("::$DATA", 10), (":hidden.exe:$DATA", 4096), (":\ud800\u202e:$DATA", 1))
    assert parse_stream_info(told + bytes(100)) == [(":hidden.exe:$DATA", 4096), (":\ud800\u202e:$DATA", 1)]
    assert parse_stream_info(info(("::$DATA", 10))) == []
    assert parse_stream_info(b"") == []


def test_endless_and_broken_answers_end() -> None:
    loop = struct.pack("<IIqq", 24, 0, 0, 0) * 5000
    assert parse_stream_info(loop) == []
    many = info(*((f":{number}:$DATA", 1) for number in range(STREAMS + 50)))
    assert len(parse_stream_info(many)) == STREAMS
    for end in range(len(info((":hidden.exe:$DATA", 1)))):
        parse_stream_info(info((":hidden.exe:$DATA", 1))[:end])


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    """A real NTFS volume: a folder of this computer on Windows, one mounted by ntfs-3g elsewhere."""
    if sys.platform == "win32":
        yield tmp_path
        return
    if not (shutil.which("ntfs-3g") and shutil.which("mkntfs") and os.geteuid() == 0):
        pytest.skip("no NTFS volume can be mounted here")
    image, place = tmp_path / "ntfs.img", tmp_path / "volume"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(8 << 20)
    subprocess.run(["mkntfs", "-F", "-q", str(image)], check=True, capture_output=True)
    if subprocess.run(["ntfs-3g", str(image), str(place)], check=False, capture_output=True).returncode:
        pytest.skip("no NTFS volume can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def write_stream(file: Path, name: str, content: bytes) -> None:
    if sys.platform == "win32":
        Path(f"{file}:{name}").write_bytes(content)
    else:
        os.setxattr(file, f"user.{name}", content)


def test_streams_are_scanned_as_members(volume: Path) -> None:
    (volume / "letter.txt").write_bytes(b"harmless\n")
    write_stream(volume / "letter.txt", "hidden", b"in a stream: " + MARKER)
    (volume / "empty.txt").write_bytes(b"")
    write_stream(volume / "empty.txt", "also here", MARKER)
    (volume / "picture.txt").write_bytes(b"harmless\n")
    write_stream(volume / "picture.txt", "photo.jpg", pe())
    (volume / "plain.txt").write_bytes(b"harmless\n")
    told = scan(job(volume))
    found = {(Path(os.fsdecode(f.chain[0])).name, *f.chain[1:], f.rule) for f in told.findings}
    assert (("letter.txt", b":hidden:$DATA", "Marker")) in found
    assert (("empty.txt", b":also here:$DATA", "Marker")) in found
    assert len(told.findings) == 2, found
    assert told.total(Outcome.SCANNED) >= 6
    assert not told.problems


@pytest.mark.skipif(sys.platform == "win32", reason="Windows gives streams of any size")
def test_a_stream_that_cannot_be_read_is_told(volume: Path) -> None:
    (volume / "letter.txt").write_bytes(b"harmless\n")
    remounted = volume.parent / "windows names"
    remounted.mkdir()
    subprocess.run(["umount", str(volume)], check=True)
    image = volume.parent / "ntfs.img"
    subprocess.run(["ntfs-3g", "-o", "streams_interface=windows", str(image), str(remounted)], check=True)
    try:
        Path(f"{remounted / 'letter.txt'}:large").write_bytes(b"x" * 100_000)
    finally:
        subprocess.run(["umount", str(remounted)], check=True)
    subprocess.run(["ntfs-3g", str(image), str(volume)], check=True)
    told = scan(job(volume))
    assert [(p.chain[1:], p.outcome, p.cause) for p in told.problems] == [
        ((b":large:$DATA",), Outcome.UNREADABLE, Cause.READ_ERROR)
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="set by ntfs-3g's own attribute")
def test_attributes_of_a_real_volume(volume: Path) -> None:
    file = volume / "x.exe"
    file.write_bytes(pe())
    with file.open("rb") as opened:
        assert not is_concealed(opened.fileno())
        os.setxattr(file, "system.ntfs_attrib_be", (0x26).to_bytes(4, "big"))
        assert is_concealed(opened.fileno())
