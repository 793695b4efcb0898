"""Whole scans of real trees with real engine processes."""

import os
import socket
import stat
import sys
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.words import Cause, Outcome, Severity, Stop
from medscan_gui.engine import limits
from medscan_gui.engine.events import Role
from medscan_gui.engine.places import identity_of
from medscan_gui.engine.supervisor import ScanJob, Supervisor
from tests.engine.scanning import MARKER, SELF_TEST, job, make_bundle, raw, scan
from tests.samples import eicar, fill, without_override

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX names and files")


def test_one_sample_among_many_files_is_found(tmp_path: Path) -> None:
    fill(tmp_path, 3000)
    place = tmp_path / "0003" / "report.pdf"
    place.write_bytes(eicar())
    bundle = make_bundle()
    told = scan(job(tmp_path, bundle=bundle, workers=2))

    assert told.stop is Stop.COMPLETED
    assert [finding.chain for finding in told.findings] == [(raw(place),)]
    finding = told.findings[0]
    assert (finding.rule, finding.rule_file, finding.size) == (SELF_TEST, "rules/own.yar", 68)
    assert finding.sha256 == "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"  # eicar.org's own
    assert told.total(Outcome.SCANNED) + told.total(Outcome.EMPTY) == 3001
    assert told.counted.bytes == sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    for proof in told.ended.engines:
        assert (proof.rules_loaded, proof.bundle_digest, proof.self_test_passed) == (2, bundle.digest, True)
    assert told.ended.engines
    assert told.ended.restarts == 0


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    fill(tmp_path, 300)
    (tmp_path / "empty").touch()
    told = scan(job(tmp_path, workers=2))
    assert (told.stop, told.findings, told.troubles) == (Stop.COMPLETED, [], [])
    assert told.total(Outcome.EMPTY) == 1
    assert told.total(Outcome.SCANNED) == 300


def test_an_empty_folder_completes_with_nothing_counted(tmp_path: Path) -> None:
    told = scan(job(tmp_path))
    assert (told.stop, told.counted.items, told.ended.walk_complete) == (Stop.COMPLETED, 0, True)
    assert told.ended.engines, "an engine has proven itself all the same"


def test_a_target_may_be_a_file(tmp_path: Path) -> None:
    place = tmp_path / "x.bin"
    place.write_bytes(MARKER)
    (tmp_path / "beside").write_bytes(MARKER)
    told = scan(job(place))
    assert [finding.chain for finding in told.findings] == [(raw(place),)]
    assert told.findings[0].severity is Severity.HIGH
    assert told.findings[0].author == "tests"
    assert told.counted.items == 1


def test_several_targets_are_scanned_in_one(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f").write_bytes(MARKER)
    told = scan(job(tmp_path / "one", tmp_path / "two"))
    assert {finding.chain for finding in told.findings} == {(raw(tmp_path / name / "f"),) for name in ("one", "two")}


def test_a_target_that_is_not_there(tmp_path: Path) -> None:
    told = scan(job(tmp_path / "nowhere"))
    assert told.stop is Stop.TARGET_GONE


def test_no_target_is_there(tmp_path: Path) -> None:
    assert scan(job(tmp_path / "nowhere", tmp_path / "neither")).stop is Stop.TARGET_GONE


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_missing_target_does_not_keep_the_others_from_being_scanned(tmp_path: Path, place: int) -> None:
    (tmp_path / "one").mkdir()
    for name in ("one/f", "two"):
        (tmp_path / name).write_bytes(MARKER)
    targets = [tmp_path / "one", tmp_path / "two"]
    targets.insert(place, tmp_path / "nowhere")
    told = scan(job(*targets))
    assert told.stop is Stop.COMPLETED
    assert {finding.chain for finding in told.findings} == {(raw(tmp_path / name),) for name in ("one/f", "two")}
    assert [(problem.chain, problem.outcome) for problem in told.problems] == [
        ((raw(tmp_path / "nowhere"),), Outcome.VANISHED)
    ]


@pytest.mark.parametrize(
    "targets", [["d/f", "d/f"], ["d", "d/f"], ["d/f", "d"], ["d/f", "d", "d/f", "d"], ["d", "d/link to f"]]
)
def test_a_file_given_more_than_once_is_one_item(tmp_path: Path, targets: list[str]) -> None:
    if sys.platform == "win32" and "d/link to f" in targets:
        pytest.skip("links need rights there")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f").write_bytes(MARKER)
    if "d/link to f" in targets:
        (tmp_path / "d" / "link to f").symlink_to("f")
    told = scan(job(*(tmp_path / target for target in targets)))
    assert told.stop is Stop.COMPLETED
    assert told.total(Outcome.SCANNED) == 1
    assert told.counted.items == 1 + told.total(Outcome.SKIPPED_BY_POLICY, Cause.LINK)
    assert [finding.chain for finding in told.findings] == [(raw(tmp_path / "d" / "f"),)]


@posix
def test_two_names_of_one_file_are_both_told(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(MARKER)
    os.link(tmp_path / "f", tmp_path / "g")
    told = scan(job(tmp_path / "f", tmp_path))
    assert {finding.chain for finding in told.findings} == {(raw(tmp_path / name),) for name in "fg"}


@posix
def test_a_target_that_is_a_link_is_followed_and_links_within_are_not(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "f").write_bytes(MARKER)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "g").write_bytes(MARKER)
    (real / "to outside").symlink_to(tmp_path / "outside")
    (real / "to file").symlink_to(tmp_path / "outside" / "g")
    (real / "loop").symlink_to(real)
    (real / "dead").symlink_to(tmp_path / "nowhere")
    (tmp_path / "link").symlink_to(real)
    told = scan(job(tmp_path / "link"))
    assert [finding.chain for finding in told.findings] == [(raw(real / "f"),)]
    assert told.outcomes == {
        (Outcome.SCANNED, Cause.NONE): 1,
        (Outcome.SKIPPED_BY_POLICY, Cause.LINK): 4,
    }


@posix
def test_special_files_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(tmp_path)  # the path of a socket is short
    try:
        listening.bind("socket")
    finally:
        os.chdir(here)
    special = 2
    if os.geteuid() == 0:
        try:
            os.mknod(tmp_path / "device", stat.S_IFCHR | 0o600, os.makedev(1, 5))  # endless zeros
            special += 1
        except PermissionError:
            pass
    (tmp_path / "file").write_bytes(b"x")
    told = scan(job(tmp_path))
    listening.close()
    assert told.stop is Stop.COMPLETED
    assert told.outcomes == {
        (Outcome.SCANNED, Cause.NONE): 1,
        (Outcome.SKIPPED_BY_POLICY, Cause.SPECIAL_FILE): special,
    }


HOSTILE_NAMES = [
    b"caf\xe9.exe",  # Latin-1, no UTF-8
    b"\xff\xfe",
    b"two\nlines",
    b'["n",0]\n["n",1]',
    b"\x1b[2Jcleared",
    "invoice\u202excod.exe".encode(),
    b"n" * 255,
    "\N{PILE OF POO}".encode() * 63,
    b" ",
    b"-rf",
    b'";$(touch x)',
    b"back\\slash",
    "\u00a0".encode(),
]


@posix
def test_hostile_names_are_scanned_and_told_byte_for_byte(tmp_path: Path) -> None:
    folder = raw(tmp_path)
    for name in HOSTILE_NAMES:
        os.mkdir(folder + b"/" + name)
        with open(folder + b"/" + name + b"/" + name, "wb") as stream:
            stream.write(MARKER)
    told = scan(job(tmp_path))
    assert told.troubles == []
    expected = {(folder + b"/" + name + b"/" + name,) for name in HOSTILE_NAMES}
    assert {finding.chain for finding in told.findings} == expected


@posix
def test_a_tree_deeper_than_the_longest_path_is_walked_to_its_ground(tmp_path: Path) -> None:
    name = b"d" * 250
    depth = 40  # 10,000 bytes
    descriptors = [os.open(tmp_path, os.O_RDONLY)]
    for _ in range(depth):
        os.mkdir(name, dir_fd=descriptors[-1])
        descriptors.append(os.open(name, os.O_RDONLY, dir_fd=descriptors[-1]))
    ground = os.open(b"ground", os.O_CREAT | os.O_WRONLY, dir_fd=descriptors[-1])
    os.write(ground, MARKER)
    for descriptor in [ground, *descriptors]:
        os.close(descriptor)
    told = scan(job(tmp_path))
    assert [finding.chain for finding in told.findings] == [(b"/".join([raw(tmp_path), *[name] * depth, b"ground"]),)]
    assert told.troubles == []


UNREADABLE = """
import json, os, sys
from pathlib import Path
from tests.engine.scanning import job, raw, scan
target = Path(sys.argv[1])
told = scan(job(target))
print(json.dumps([told.stop, told.ended.walk_complete, len(told.findings),
    sorted([problem.chain[0].decode(), problem.outcome, problem.cause, problem.detail] for problem in told.problems)]))
"""


@posix
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    command = without_override([sys.executable, "-c", UNREADABLE, str(tmp_path)])
    if command is None:
        pytest.skip("no way to be refused here")
    import json
    import subprocess

    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "f").write_bytes(MARKER)
    (tmp_path / "secret").write_bytes(MARKER)
    (tmp_path / "open").write_bytes(MARKER)
    (tmp_path / "closed").chmod(0)
    (tmp_path / "secret").chmod(0)
    try:
        done = subprocess.run(command, capture_output=True, check=True, cwd=Path(__file__).parents[2])
    finally:
        (tmp_path / "closed").chmod(0o700)
    stop, complete, findings, problems = json.loads(done.stdout)
    assert (stop, complete, findings) == ("completed", True, 1)
    denied = ["unreadable", "no_permission", "EACCES"]
    assert problems == [[str(tmp_path / "closed"), *denied], [str(tmp_path / "secret"), *denied]]


def test_own_files_are_left_out_by_identity_and_their_neighbours_are_not(tmp_path: Path) -> None:
    for name in ("MedScan", "MedScan2"):
        (tmp_path / name).mkdir()
        for file in ("f", "g"):
            (tmp_path / name / file).write_bytes(MARKER)
    own, folder = identity_of(tmp_path / "MedScan" / "f"), identity_of(tmp_path / "MedScan2")
    assert own is not None
    assert folder is not None
    only = msgspec.structs.replace(job(tmp_path), exclude=(own, folder))
    told = scan(only)
    assert {finding.chain for finding in told.findings} == {
        (raw(tmp_path / name),) for name in ("MedScan/g", "MedScan2/f", "MedScan2/g")
    }, "a directory is never left out"
    assert told.total(Outcome.SKIPPED_BY_POLICY, Cause.OWN_PROGRAM) == 1
    assert told.counted.items == 4
    named = msgspec.structs.replace(only, exclude_names=(b"f",))
    assert scan(named).outcomes == told.outcomes
    other = msgspec.structs.replace(only, exclude_names=(b"g",))
    assert scan(other).total(Outcome.SCANNED) == 4, "its number and another name: a file that came in its place"


def test_an_own_file_as_a_target_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(MARKER)
    own = identity_of(tmp_path / "f")
    assert own is not None
    told = scan(msgspec.structs.replace(job(tmp_path / "f"), exclude=(own,)))
    assert told.outcomes == {(Outcome.SKIPPED_BY_POLICY, Cause.OWN_PROGRAM): 1}


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's virtual file systems")
def test_virtual_file_systems_are_left_out_if_asked() -> None:
    base = job(b"/proc", b"/sys")
    told = scan(ScanJob(paths=base.paths, bundle=base.bundle, workers=1))
    assert told.outcomes == {(Outcome.SKIPPED_BY_POLICY, Cause.VIRTUAL_FILE_SYSTEM): 2}


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's memory disk for devices")
def test_a_file_stored_among_the_devices_is_scanned() -> None:
    place = Path("/dev") / f"medscan-test-{os.getpid()}"
    try:
        place.mkdir()
    except OSError:
        pytest.skip("nothing may be stored there")
    try:
        (place / "threat").write_bytes(MARKER)
        told = scan(msgspec.structs.replace(job(place), skip_virtual=True))
        assert [finding.chain for finding in told.findings] == [(raw(place / "threat"),)]
    finally:
        (place / "threat").unlink()
        place.rmdir()


@pytest.mark.parametrize(
    "size", [limits.LARGE_FILE - 1, limits.LARGE_FILE, limits.LARGE_FILE + 1, 3 * limits.LARGE_FILE]
)
def test_the_last_bytes_of_read_and_of_mapped_files_are_scanned(tmp_path: Path, size: int) -> None:
    place = tmp_path / "large"
    with place.open("wb") as stream:
        stream.seek(size - len(MARKER))
        stream.write(MARKER)
    told = scan(job(tmp_path))
    assert [(finding.rule, finding.size) for finding in told.findings] == [("Marker", size)]
    assert len(told.findings[0].sha256) == 64


@pytest.mark.skipif(sys.platform != "linux", reason="memory as Linux counts it")
def test_a_large_file_is_scanned_in_little_memory(tmp_path: Path) -> None:
    import psutil

    size = 1 << 30
    with (tmp_path / "sparse").open("wb") as stream:
        stream.seek(size - len(MARKER))
        stream.write(MARKER)
    peak = 0

    def react(_supervisor: Supervisor, _event: object) -> None:
        nonlocal peak
        children = psutil.Process().children()
        peak = max([peak, *(child.memory_info().rss for child in children if child.is_running())])

    told = scan(job(tmp_path), react=react)
    assert [finding.rule for finding in told.findings] == ["Marker"]
    assert 0 < peak < 600 << 20


def test_a_folder_of_very_many_files(tmp_path: Path) -> None:
    """Thirty thousand; `bench/engine_vs_others.py --extremes` scans a directory of a million."""
    many = 30_000
    for number in range(many):
        os.close(os.open(tmp_path / str(number), os.O_CREAT | os.O_WRONLY))
    (tmp_path / str(many - 1)).write_bytes(MARKER)
    told = scan(job(tmp_path, workers=2))
    assert told.outcomes == {(Outcome.EMPTY, Cause.NONE): many - 1, (Outcome.SCANNED, Cause.NONE): 1}
    assert len(told.findings) == 1


def test_rules_may_ask_for_the_name(tmp_path: Path) -> None:
    rule = 'rule Named { condition: filename == "a.b.exe" and extension == ".exe" and filepath endswith filename }'
    (tmp_path / "a.b.exe").write_bytes(b"x")
    (tmp_path / "a.b.ex").write_bytes(b"x")
    told = scan(job(tmp_path, bundle=make_bundle(rule)))
    assert [finding.chain for finding in told.findings] == [(raw(tmp_path / "a.b.exe"),)]


def test_many_rules_on_one_file_are_bounded(tmp_path: Path) -> None:
    rules = [f"rule R{number} {{ condition: filesize == 3 }}" for number in range(limits.FINDINGS_PER_ITEM + 50)]
    (tmp_path / "f").write_bytes(b"abc")
    told = scan(job(tmp_path, bundle=make_bundle(*rules)))
    assert told.stop is Stop.COMPLETED
    assert len(told.findings) == limits.FINDINGS_PER_ITEM
    assert told.ended.restarts == 0


def test_nothing_is_left_on_the_target(tmp_path: Path) -> None:
    fill(tmp_path, 50)
    (tmp_path / "empty folder").mkdir()
    places = [tmp_path, *tmp_path.rglob("*")]
    for path in places:
        os.utime(path, (1_000_000_000, 1_000_000_000))  # so long ago that the next reading would be noted
    before = {path: path.stat() for path in places}
    scan(job(tmp_path))
    after = {path: path.stat() for path in places}
    assert [after[path].st_mtime_ns for path in places] == [before[path].st_mtime_ns for path in places]
    if sys.platform == "linux":  # where we may ask for it, the access time stays too, of folders and the target itself
        assert {path for path in places if after[path].st_atime_ns != before[path].st_atime_ns} == set()
    assert set(tmp_path.rglob("*")) | {tmp_path} == set(places)


def test_processes_have_told_who_they_are(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    told = scan(job(tmp_path))
    assert {event.role for event in told.started} == set(Role)
    assert all(event.program_version for event in told.started)
    assert [event.yara_version for event in told.started if event.role is Role.SCAN] == ["4.5.4"]


def test_what_lies_on_another_computer_is_left_out_and_said(tmp_path: Path) -> None:
    (tmp_path / "marker").write_bytes(MARKER)
    only = msgspec.structs.replace(job(tmp_path), network=(tmp_path.stat().st_dev,))
    told = scan(only)
    assert told.findings == []
    assert told.total(Outcome.SKIPPED_BY_POLICY, Cause.NETWORK_PLACE) == 1
