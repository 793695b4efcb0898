"""Folders of a policy card: the beginning of each file is read, and they are no place to hide in."""

import os
import shlex
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medscan_gui.core.words import Cause, Outcome, Stop
from medscan_gui.engine import limits, places
from medscan_gui.engine.beginnings import HEAD_BYTES
from medscan_gui.engine.card_folders import CardFolders
from medscan_gui.engine.events import Lost, Role
from tests.engine.scanning import MARKER, Told, fakes, job, once_counted, raw, scan
from tests.engine.test_swapped_places import on_type

BY_CARD = (Outcome.SKIPPED_BY_POLICY, Cause.FOLDER_OF_CARD)
SCANNED = (Outcome.SCANNED, Cause.NONE)
PREAMBLE = "DICOM_Preamble_Program"

#: A threat that only reading on would find, in an image as it should be.


def dicom(preamble: bytes, pixels: bytes) -> bytes:
    """A whole DICOM file (PS3.10): the file's own data, then pixels, explicit lengths, little endian."""
    syntax = b"1.2.840.10008.1.2.1\0"
    meta = b"\x02\x00\x10\x00UI" + struct.pack("<H", len(syntax)) + syntax
    head = b"\x02\x00\x00\x00UL\x04\x00" + struct.pack("<I", len(meta)) + meta
    pixels += bytes(len(pixels) % 2)
    return (
        preamble.ljust(128, b"\0")
        + b"DICM"
        + head
        + b"\xe0\x7f\x10\x00OW\0\0"
        + struct.pack("<I", len(pixels))
        + pixels
    )


IMAGE = dicom(b"", bytes(HEAD_BYTES) + MARKER)
POLYGLOT = dicom(b"MZ", bytes(HEAD_BYTES))


def by_card(target: Path, *patterns: bytes, more: tuple[Path, ...] = ()) -> Told:
    told = scan(msgspec.structs.replace(job(target, *more), headers_only=patterns or (b"Images",)))
    assert told.stop is Stop.COMPLETED
    return told


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Folder `Images` of a target, with an image in it and one below it, and one beside it."""
    folder = tmp_path / "target" / "Images"
    (folder / "deep").mkdir(parents=True)
    for place in (folder, folder / "deep", tmp_path / "target"):
        (place / "a.dcm").write_bytes(IMAGE)
    return folder


# What is a folder of the card ------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", [b"Images", b"./Images/", b"Images//", b"ABSOLUTE"])
def test_of_files_in_the_folder_only_the_beginning_is_read(images: Path, pattern: bytes) -> None:
    told = by_card(images.parent, raw(images) if pattern == b"ABSOLUTE" else pattern)
    assert told.outcomes == {BY_CARD: 2, SCANNED: 1}
    assert [finding.chain for finding in told.findings] == [(raw(images.parent / "a.dcm"),)]
    assert told.bytes == 3 * len(IMAGE)
    assert told.troubles == []


@pytest.mark.parametrize(
    "pattern",
    [b"", b".", b"..", b"/", b"//", b"Images/..", b"../target/Images", b"Image", b"Imagesx", b"deep", b"Images\0", b"*"]
    + ([b"images", b"\\Images"] if sys.platform == "linux" else []),
)
def test_what_is_no_such_folder_leaves_nothing_out(images: Path, pattern: bytes) -> None:
    assert by_card(images.parent, pattern).outcomes == {SCANNED: 3}


def test_each_root_has_its_own_and_a_target_within_is_one(images: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "Images").mkdir(parents=True)
    (other / "Images" / "b.dcm").write_bytes(IMAGE)
    assert by_card(images.parent, more=(other,)).outcomes == {BY_CARD: 3, SCANNED: 1}
    # Relative to *this* target there is none; by its whole path there is.
    assert by_card(images / "deep").outcomes == {SCANNED: 1}
    assert by_card(images / "deep", raw(images)).outcomes == {BY_CARD: 1}
    assert by_card(images / "a.dcm", raw(images)).outcomes == {BY_CARD: 1}


def test_another_walker_keeps_to_the_folders(images: Path, tmp_path: Path) -> None:
    """The first walker dies in the first target; the second one goes on within it and with the other."""
    walks = fakes("walker: dies below", role=Role.WALK)
    told = scan(msgspec.structs.replace(job(images.parent), headers_only=(b"Images",)), command=walks)
    assert told.total(Outcome.ENGINE_CRASHED, Cause.ENGINE_DIED) == 1
    assert told.total(*BY_CARD) == 2
    assert told.findings == []


@pytest.mark.parametrize("kind", ["vfat", "exfat", "ntfs3", "fuseblk"])
def test_where_names_have_no_case_patterns_have_none(images: Path, kind: str) -> None:
    work = msgspec.structs.replace(job(images.parent), headers_only=(b"iMAGES/DEEP",))
    assert scan(work, command=on_type(kind)).outcomes == {BY_CARD: 1, SCANNED: 2}
    assert scan(work).outcomes == ({SCANNED: 3} if not places.WINDOWS else {BY_CARD: 1, SCANNED: 2})


def test_bounds() -> None:
    assert not CardFolders([b"x" * (limits.PATH_BYTES + 1)])
    many = CardFolders([b"%d" % number for number in range(limits.CARD_FOLDERS + 5)], windows=False)
    assert many.holds(b"/r/%d" % (limits.CARD_FOLDERS - 1), b"/r", any_case=False)
    assert not many.holds(b"/r/%d" % limits.CARD_FOLDERS, b"/r", any_case=False)


@pytest.mark.parametrize(
    ("pattern", "directory", "root", "held"),
    [
        (rb"D:\Images", rb"d:\images\2024", b"D:\\", True),
        (rb"D:/Images/", rb"D:\Images", b"D:\\", True),
        (rb"D:\Images", rb"E:\Images", b"E:\\", False),
        (rb"D:\Images", rb"D:\Images2", b"D:\\", False),
        (rb"D:\Images", rb"\\?\D:\Images\a", rb"\\?\D:", True),
        (rb"Images", rb"D:\Images\a", b"D:\\", True),
        (rb"Images", rb"D:\other\Images", b"D:\\", False),
        (rb"Images", rb"D:\other\Images", rb"D:\Other", True),
        (rb"\Images", rb"E:\Images\a", rb"E:\Images\a", True),
        (rb"\\server\share\Images", rb"\\SERVER\share\images\x", rb"\\server\share", True),
        (rb"\\server\share\Images", rb"\\?\UNC\server\share\images", rb"\\?\UNC\server\share", True),
        (rb"\\server\share", rb"\\server\share\a", rb"\\server\share", False),
        (rb"D:", rb"D:\a", b"D:\\", False),
        (rb"D:Images", rb"D:\Images", b"D:\\", False),
        (rb"D:\Images\..", rb"D:\a", b"D:\\", False),
        (b"stra\xc3\x9fe", b"D:\\STRASSE", b"D:\\", False),
        ("été".encode(), "D:\\ÉTÉ\\x".encode(), b"D:\\", True),
    ],
)
def test_paths_of_windows(pattern: bytes, directory: bytes, root: bytes, held: bool) -> None:
    assert CardFolders([pattern], windows=True).holds(directory, root, any_case=False) is held


paths = st.lists(st.sampled_from([b"a", b"B", b"..", b".", b"", b"\xff", b"C:", b"\0"]), max_size=5)


@given(st.lists(paths, max_size=4), paths, paths, st.sampled_from([b"/", b"\\"]), st.booleans())
def test_whatever_is_written_only_its_own_paths_are_held(
    patterns: list[list[bytes]], place: list[bytes], root: list[bytes], slash: bytes, windows: bool
) -> None:
    folders = CardFolders(map(slash.join, patterns), windows=windows)
    if folders.holds(slash.join(place), slash.join(root), any_case=True):
        held = {name.lower() for name in place}
        needed = ({name.lower() for name in one} - {b"", b"."} for one in patterns)
        assert any(one and b".." not in one and one <= held for one in needed) or windows or slash == b"\\"


# No place to hide ------------------------------------------------------------------------------------


def test_a_program_in_an_image_s_preamble_is_a_finding(images: Path) -> None:
    for place in (images / "deep", images.parent):
        (place / "poly.dcm").write_bytes(POLYGLOT)
    told = by_card(images.parent)
    assert {(f.chain, f.rule, f.engine, f.size) for f in told.findings if f.rule != "Marker"} == {
        ((raw(place / "poly.dcm"),), PREAMBLE, "dicom", len(POLYGLOT)) for place in (images / "deep", images.parent)
    }
    finding = next(found for found in told.findings if found.rule == PREAMBLE)
    assert finding.severity.value == "high"
    assert "CVE-2019-11687" in finding.reference
    assert len(finding.sha256) == 64
    assert told.outcomes == {BY_CARD: 2, SCANNED: 3}


def test_what_begins_like_a_program_or_is_named_so_is_read_wholly(images: Path) -> None:
    for name, start in [
        ("x.dcm", b"MZ\x90"),
        ("y", b"\x7fELF\2"),
        ("z.jpg", b"#!/bin/sh\n"),
        ("t", b"set a=1\r\n" * 9),
    ]:
        (images / name).write_bytes(start + bytes(HEAD_BYTES) + MARKER)
    (images / "s.bat").write_bytes(IMAGE)
    told = by_card(images.parent)
    found = {Path(os.fsdecode(finding.chain[0])).name for finding in told.findings}
    assert found == {"x.dcm", "y", "z.jpg", "t", "s.bat", "a.dcm"}
    # What scripts hold in other writings is looked at, too.
    assert told.outcomes == {BY_CARD: 2, SCANNED: 6 + told.counted.members}


def test_other_outcomes_stay_what_they_are(images: Path) -> None:
    (images / "empty.dcm").touch()
    told = scan(
        msgspec.structs.replace(job(images.parent), headers_only=(b"Images",)),
        react=once_counted((images / "deep" / "a.dcm").unlink),
        paused=True,
    )
    assert told.outcomes == {BY_CARD: 1, SCANNED: 1, (Outcome.EMPTY, Cause.NONE): 1, (Outcome.VANISHED, Cause.NONE): 1}


def test_a_large_image_is_not_read_and_a_large_polyglot_is(images: Path) -> None:
    for name, start in (("large.dcm", IMAGE), ("large poly.dcm", POLYGLOT)):
        with (images / name).open("wb") as file:
            file.write(start)
            file.truncate(limits.LARGE_FILE * 2)
    told = by_card(images.parent)
    assert told.outcomes == {BY_CARD: 3, SCANNED: 2}
    assert [found.chain for found in told.findings if found.rule == PREAMBLE] == [(raw(images / "large poly.dcm"),)]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_links_open_no_door(images: Path, tmp_path: Path) -> None:
    """A link named like the folder, or within it, is not followed; what it leads to is read where it lies."""
    bad = images.parent / "bad"
    bad.mkdir()
    (bad / "b.dcm").write_bytes(IMAGE)
    (images / "link").symlink_to(bad)
    assert by_card(images.parent).outcomes == {BY_CARD: 2, SCANNED: 2, (Outcome.SKIPPED_BY_POLICY, Cause.LINK): 1}
    images.rename(images.parent / "moved")
    images.symlink_to(bad)
    told = by_card(images.parent)
    assert told.outcomes == {SCANNED: 4, (Outcome.SKIPPED_BY_POLICY, Cause.LINK): 2}
    # A target that is such a link is what it leads to.
    assert by_card(images, raw(images)).outcomes == {SCANNED: 1}


def folder_put_there(images: Path) -> None:
    images.rename(images.parent.parent / "hidden")
    (images.parent.parent / "clean").rename(images)


def link_put_there(images: Path) -> None:
    images.rename(images.parent.parent / "hidden")
    images.symlink_to(images.parent.parent / "clean")


def file_put_there(images: Path) -> None:
    for place in (images, images / "deep"):
        (place / "a.dcm").rename(place / "hidden")
        (place / "a.dcm").write_bytes(IMAGE)


@pytest.mark.skipif(sys.platform == "win32", reason="an open directory is protected there")
@pytest.mark.parametrize("act", [folder_put_there, link_put_there, file_put_there])
def test_what_is_swapped_in_after_listing_is_not_called_checked(
    images: Path, tmp_path: Path, act: Callable[[Path], None]
) -> None:
    clean = tmp_path / "clean"
    (clean / "deep").mkdir(parents=True)
    for place in (clean, clean / "deep"):
        (place / "a.dcm").write_bytes(IMAGE)
    told = scan(
        msgspec.structs.replace(job(images.parent), headers_only=(b"Images",)),
        react=once_counted(lambda: act(images)),
        paused=True,
    )
    assert told.outcomes == {(Outcome.UNREADABLE, Cause.REPLACED): 2, SCANNED: 1}


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can mount")
def test_a_folder_that_is_also_elsewhere_is_read_there(images: Path, tmp_path: Path) -> None:
    """A folder mounted into the card's folder keeps its checks at its own place, whichever is walked first."""
    for name in ("aaa", "zzz"):
        (images.parent / name).mkdir()
        (images.parent / name / "threat.dcm").write_bytes(IMAGE)
    inside = images / "deep"
    for name in ("aaa", "zzz"):
        done = _in_mounts(
            f'mount --bind "{images.parent / name}" "{inside}"',
            [sys.executable, "-c", _SCAN, str(images.parent), "Images"],
        )
        assert f"{name}/threat.dcm" in done


#: A scan as a program of its own; prints where something was found.
_SCAN = """
import sys, os
import msgspec
from tests.engine.scanning import job, scan
told = scan(msgspec.structs.replace(job(os.fsencode(sys.argv[1])), headers_only=(os.fsencode(sys.argv[2]),)))
print(*(os.fsdecode(finding.chain[0]) for finding in told.findings), told.outcomes, sep="\\n")
"""


def _in_mounts(setup: str, command: list[str]) -> str:
    line = ["unshare", "--mount", "--propagation", "private", "sh", "-c", f"{setup} && {shlex.join(command)}"]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    if done.returncode != 0 and ("unshare" in done.stderr or "mount" in done.stderr):
        pytest.skip(f"no mount here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return done.stdout


# Children that lie ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "pattern"), [("skipped by the card", b"Elsewhere"), ("skipped by itself", b"ABSOLUTE")]
)
def test_a_worker_leaves_out_nothing_but_the_card_s_for_the_card(images: Path, mode: str, pattern: bytes) -> None:
    patterns = (raw(images) if pattern == b"ABSOLUTE" else pattern,)
    told = scan(msgspec.structs.replace(job(images), headers_only=patterns), command=fakes(f"worker: {mode}"))
    assert [event.lost for event in told.restarted] == [Lost.PROTOCOL]
    assert told.total(Outcome.ENGINE_CRASHED, Cause.ENGINE_DIED) == 1
    assert told.total(Outcome.SKIPPED_BY_POLICY, Cause.LINK) == 0


def test_a_walker_does_not_say_which_folders_are_the_card_s(images: Path) -> None:
    work = msgspec.structs.replace(job(images.parent), headers_only=(b"Images/deep",))
    told = scan(work, command=fakes("walker: files of the card", role=Role.WALK))
    assert [event.lost for event in told.restarted] == [Lost.PROTOCOL]
    assert told.findings == []
