"""Every finding tells which file on disk was scanned, as the open handle of it told."""

import os
import sys
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.finding import FileIdentity, Finding
from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine import limits
from tests.engine.scanning import MARKER, fakes, job, raw, scan
from tests.engine.test_swapped_places import ON_TYPE
from tests.samples import eicar

SCANNED = (Outcome.SCANNED, Cause.NONE)


def told_of(path: Path) -> FileIdentity:
    """What the system tells of a file now."""
    status = path.stat()
    return FileIdentity(
        device=status.st_dev,
        inode=status.st_ino,
        modified_ns=status.st_mtime_ns,
        changed_ns=status.st_ctime_ns,
        links=status.st_nlink,
    )


def identities(findings: list[Finding]) -> dict[bytes, FileIdentity | None]:
    return {finding.chain[0]: finding.identity for finding in findings}


def test_a_finding_tells_which_file_was_scanned(tmp_path: Path) -> None:
    threat, other = tmp_path / "threat", tmp_path / "other"
    threat.write_bytes(MARKER)
    other.write_bytes(eicar())
    os.utime(other, ns=(1, 1_234_567_890_123_456_700))
    told = scan(job(tmp_path))
    assert identities(told.findings) == {raw(threat): told_of(threat), raw(other): told_of(other)}


def test_names_of_one_file_tell_one_identity(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(MARKER)
    second.hardlink_to(first)
    told = scan(job(tmp_path))
    expected = told_of(first)
    assert expected.links == 2
    assert identities(told.findings) == {raw(first): expected, raw(second): expected}


def test_copies_with_the_same_times_tell_themselves_apart(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).write_bytes(MARKER)
        os.utime(tmp_path / name, ns=(1, 1))
    found = identities(scan(job(tmp_path)).findings)
    assert len({told.inode for told in found.values() if told is not None}) == 2


def test_a_file_read_through_a_mapping_tells_its_identity(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes(limits.LARGE_FILE) + MARKER)
    told = scan(job(tmp_path))
    assert identities(told.findings) == {raw(large): told_of(large)}


@pytest.mark.parametrize("size", [5000, limits.LARGE_FILE + 1])
def test_a_dicom_file_that_hides_a_program_tells_its_identity(tmp_path: Path, size: int) -> None:
    image = tmp_path / "image.dcm"
    image.write_bytes(b"MZ" + bytes(126) + b"DICM" + bytes(size))
    work = msgspec.structs.replace(job(tmp_path), headers_only=(raw(tmp_path),))
    told = scan(work)
    assert [finding.engine for finding in told.findings] == ["dicom"]
    assert identities(told.findings) == {raw(image): told_of(image)}


@pytest.mark.skipif(sys.platform == "win32", reason="file systems are told apart by mountinfo")
@pytest.mark.parametrize("kind", ["vfat", "exfat", "fuseblk"])
def test_an_inode_number_that_does_not_last_is_not_told(tmp_path: Path, kind: str) -> None:
    threat = tmp_path / "threat"
    threat.write_bytes(MARKER)
    told = scan(job(tmp_path), command=lambda role: (sys.executable, "-c", ON_TYPE, kind, role.value))
    expected = msgspec.structs.replace(told_of(threat), inode=0)
    assert identities(told.findings) == {raw(threat): expected}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows refuses such times")
@pytest.mark.parametrize("seconds", [-1, -(1 << 40), 1 << 40])
def test_a_medium_that_claims_absurd_times_keeps_no_threat_from_being_told(tmp_path: Path, seconds: int) -> None:
    threat = tmp_path / "threat"
    threat.write_bytes(MARKER)
    os.utime(threat, ns=(0, seconds * 10**9))
    kept = threat.stat().st_mtime_ns  # some file systems take a nearer one
    told = scan(job(tmp_path))
    assert told.outcomes == {SCANNED: 1}
    assert told.ended.restarts == 0
    (finding,) = told.findings
    assert finding.identity is not None
    assert finding.identity.modified_ns == max(-(1 << 63), min(kept, (1 << 63) - 1))
    assert msgspec.json.decode(msgspec.json.encode(finding), type=Finding) == finding


def status(**changes: int) -> os.stat_result:
    """The status of this file, but for some numbers."""
    there = Path(__file__).stat()
    times = {"st_mtime_ns": there.st_mtime_ns, "st_ctime_ns": there.st_ctime_ns, **changes}
    fields = ("st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size")
    numbers = [changes.get(field, getattr(there, field)) for field in fields]
    return os.stat_result((*numbers, 0, 0, 0), times)


def test_numbers_that_no_record_can_hold_are_bounded() -> None:
    told = FileIdentity.of(status(st_mtime_ns=1 << 90, st_ctime_ns=-(1 << 90), st_ino=1 << 64))
    assert (told.modified_ns, told.changed_ns, told.inode) == ((1 << 63) - 1, -(1 << 63), 0)
    assert msgspec.json.decode(msgspec.json.encode(told), type=FileIdentity) == told
    assert FileIdentity.of(status(st_ino=(1 << 64) - 1)).inode == (1 << 64) - 1


def test_what_a_worker_tells_before_it_dies_is_kept(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    told = scan(job(tmp_path), command=fakes("worker: dies in an item"))
    (finding,) = told.findings
    assert finding.identity == FileIdentity(device=0, inode=0, modified_ns=1, changed_ns=-1, links=1)
