"""A scan that only detects leaves no trace on what it scans: no writing call, no time stamp, no writable medium needed.

The whole program runs, from the command line to the journal; its data lie elsewhere.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.events import Finished
from medscan_gui.core.policy import PolicyCard, StoredCard
from medscan_gui.core.words import Cause
from medscan_gui.session import ScanRequest, ScanSession, device_for, open_services
from medscan_gui.store.journal import Journal
from medscan_gui.system.paths import find_paths
from medscan_gui.system.volumes import target_for_path
from tests.samples import eicar, fill

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs the tools of Linux")

#: No other path has this in it, so that whatever names it, directly or by a descriptor, is about the target.
NAME = "what-is-scanned-here"
ROOT = Path(__file__).resolve().parents[1]
#: Long ago (nanoseconds): where access times are kept at all, one look is enough to change such a one.
OLD = 1_000_000_000 * 10**9


def populate(target: Path) -> None:
    """Fill a target with a threat and with everything that is read in a way of its own."""
    fill(target, 60, per_folder=20)
    (target / "threat.com").write_bytes(eicar())
    (target / "large").write_bytes(b"harmless" * (3 << 20))  # read through a mapping
    (target / "empty").touch()
    (target / "link").symlink_to("0000")
    (target / "hard link").hardlink_to(target / "large")
    os.mkfifo(target / "channel")
    images = target / "Images" / "deep"
    images.mkdir(parents=True)
    (images / "a.dcm").write_bytes(bytes(128) + b"DICM" + bytes(5000))
    (images / "b.dcm").write_bytes(b"MZ" + bytes(126) + b"DICM" + bytes(5000))
    Path(os.fsdecode(os.fsencode(target) + b"/n\xff\xfe")).write_bytes(b"harmless")
    (target / "closed").mkdir(mode=0)
    for place in [*target.rglob("*"), target]:
        os.utime(place, ns=(OLD, OLD), follow_symlinks=False)


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / NAME
    folder.mkdir()
    populate(folder)
    yield folder
    (folder / "closed").chmod(0o700)


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A small target, for those who do write on it."""
    folder = tmp_path / NAME
    (folder / "empty").mkdir(parents=True)
    (folder / "file").write_bytes(b"harmless")
    return folder


def scanning(data: Path, target: Path) -> list[str]:
    """The command line of a scan, data elsewhere."""
    assert target not in data.parents
    return [sys.executable, "-m", "medscan_gui", "--data-dir", str(data), "scan", str(target), "--json"]


def found_threat(done: "subprocess.CompletedProcess[str]") -> None:
    """The scan did what it is for: what changed nothing did not look at nothing."""
    assert done.returncode == 1, done.stderr
    assert "threat.com" in done.stdout


# (a) System calls --------------------------------------------------------------------------------------

#: What may be asked of the target, in any way: none of these calls can change anything.
HARMLESS = frozenset(
    {
        *("stat", "lstat", "fstat", "newfstatat", "fstatat64", "statx", "statfs", "fstatfs"),
        *("access", "faccessat", "faccessat2", "readlink", "readlinkat", "getdents", "getdents64"),
        *("read", "pread64", "readv", "preadv", "preadv2", "lseek", "fadvise64", "close", "dup", "dup2", "dup3"),
        *("getxattr", "lgetxattr", "fgetxattr", "listxattr", "llistxattr", "flistxattr"),
        *("poll", "select", "inotify_add_watch", "epoll_wait", "epoll_ctl"),
    }
)
OPENING = re.compile(r"O_(?!RDONLY\b|NONBLOCK\b|NOFOLLOW\b|NOATIME\b|CLOEXEC\b|DIRECTORY\b|LARGEFILE\b|PATH\b)[A-Z]+")
WHOLE = re.compile(r"^ *(\d+) +(?P<call>\w+)\(")
UNFINISHED = re.compile(r"^ *(\d+) +(\w+\(.*) <unfinished \.\.\.>$")
RESUMED = re.compile(r"^ *(\d+) +<\.\.\. \w+ resumed>(.*)$")


def calls(trace: str) -> Iterator[str]:
    """Give each traced call as one line; the two halves of those that were interrupted are put together."""
    halves: dict[str, str] = {}
    for line in trace.splitlines():
        if begun := UNFINISHED.match(line):
            halves[begun[1]] = begun[2]
        elif resumed := RESUMED.match(line):
            yield f"{resumed[1]} {halves.pop(resumed[1], '')}{resumed[2]}"
        else:
            yield line
    yield from (f"{process} {half}" for process, half in halves.items())


def is_harmless(call: str) -> bool:
    """Say whether a call that names the target changes nothing there."""
    parsed = WHOLE.match(call)
    if parsed is None:
        return False
    name = parsed["call"]
    if name in {"open", "openat", "openat2"}:
        return "O_RDONLY" in call and not OPENING.search(call)
    if name in {"mmap", "mmap2"}:
        return "PROT_WRITE" not in call or "MAP_PRIVATE" in call
    if name == "fcntl":
        return any(f", {command}" in call for command in ("F_DUPFD", "F_GETF", "F_SETFD"))
    return name in HARMLESS


def harmful(command: list[str], trace: Path) -> tuple[list[str], int, "subprocess.CompletedProcess[str]"]:
    """Run a command; return the calls that could change the target, how many named it at all, and its end."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    # -y: descriptors with their paths; -s 0: no contents, in which the target may be named; names are never cut.
    line = [strace, "-f", "-y", "-s", "0", "-o", str(trace), "-e", "trace=%file,%desc,execve,execveat", "--", *command]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)
    if not trace.exists() or "ptrace" in done.stderr:
        pytest.skip(f"nothing can be traced here: {done.stderr.strip()}")
    about = [call for call in calls(trace.read_text(errors="replace")) if NAME in call and "execve" not in call]
    return [call for call in about if not is_harmless(call)], len(about), done


def test_no_call_of_a_scan_writes_on_its_target(target: Path, tmp_path: Path) -> None:
    found, about, done = harmful(scanning(tmp_path / "data", target), tmp_path / "trace")
    found_threat(done)
    # Every file was opened, read and closed under our eyes.
    assert about > 60 * 3
    assert found == []


WRITERS = {
    "write": "open(t + '/file', 'r+b')",
    "append": "os.close(os.open(t + '/file', os.O_WRONLY | os.O_APPEND))",
    "create": "os.close(os.open('new', os.O_RDONLY | os.O_CREAT, dir_fd=os.open(t, os.O_RDONLY)))",
    "truncate": "os.truncate(t + '/file', 5)",
    "unlink": "os.unlink('file', dir_fd=os.open(t, os.O_RDONLY))",
    "rename": "os.rename('file', 'other', src_dir_fd=(d := os.open(t, os.O_RDONLY)), dst_dir_fd=d)",
    "rename away": "os.rename(t + '/file', t + '/../file')",
    "mkdir": "os.mkdir(t + '/new')",
    "rmdir": "os.rmdir(t + '/empty')",
    "chmod": "os.chmod(t + '/file', 0o600)",
    "fchmod": "os.fchmod(os.open(t + '/file', os.O_RDONLY), 0o600)",
    "chown": "os.chown(t + '/file', os.getuid(), os.getgid())",
    "utime": "os.utime(t + '/file')",
    "futimens": "os.utime(os.open(t + '/file', os.O_RDONLY))",
    "setxattr": "os.setxattr(t + '/file', 'user.a', b'b')",
    "link": "os.link(t + '/file', t + '/../elsewhere')",
    "symlink": "os.symlink('x', t + '/new')",
    "mknod": "os.mkfifo(t + '/new')",
    "work within": "os.chdir(t); os.unlink('file')",
    "lock": "fcntl.flock(os.open(t + '/file', os.O_RDONLY), fcntl.LOCK_EX)",
    "mapping": "mmap.mmap(os.open(t + '/file', os.O_RDWR), 5)",
    "in a child": "os.fork() or os.unlink(t + '/file')",
}


@pytest.mark.parametrize("how", WRITERS)
def test_the_eye_that_watches_sees(victim: Path, tmp_path: Path, how: str) -> None:
    """Each way of leaving a trace is seen for what it is, whether it succeeds or not."""
    program = (
        f"import contextlib, fcntl, mmap, os, sys\nt = sys.argv[1]\nwith contextlib.suppress(OSError): {WRITERS[how]}"
    )
    found, _about, _done = harmful([sys.executable, "-c", program, str(victim)], tmp_path / "trace")
    assert found


# (b) Every field that lstat tells -----------------------------------------------------------------------

Facts = dict[Path, tuple[int, ...]]

FIELDS = ("st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size", "st_blocks")
TIMES = ("st_atime_ns", "st_mtime_ns", "st_ctime_ns")


def facts(places: list[Path]) -> Facts:
    """What the system tells of each, without listing or opening any."""
    status = {place: place.lstat() for place in places}
    return {place: tuple(getattr(told, field) for field in FIELDS + TIMES) for place, told in status.items()}


def aged(target: Path) -> list[Path]:
    """Return the target and everything in it, with all times set back after that listing."""
    places = [target, *target.rglob("*")]
    for place in places:
        os.utime(place, ns=(OLD, OLD), follow_symlinks=False)
    return places


def require_access_times(target: Path) -> None:
    """Skip where the mount keeps no access times: nothing would be shown there."""
    witness = target.parent / "witness"
    witness.write_bytes(b"x")
    os.utime(witness, ns=(OLD, OLD))
    witness.read_bytes()
    if witness.stat().st_atime_ns == OLD:
        pytest.skip("access times are not kept on this mount")


def test_nothing_that_the_system_tells_of_the_target_changes(target: Path, tmp_path: Path) -> None:
    require_access_times(target)
    places = aged(target)
    before = facts(places)
    done = subprocess.run(scanning(tmp_path / "data", target), capture_output=True, text=True, check=False, cwd=ROOT)
    found_threat(done)
    assert facts(places) == before
    assert set(target.rglob("*")) == set(places[1:])


def test_a_single_file_keeps_its_times(target: Path, tmp_path: Path) -> None:
    require_access_times(target)
    places = aged(target)
    before = facts(places)
    threat = target / "threat.com"
    done = subprocess.run(scanning(tmp_path / "data", threat), capture_output=True, text=True, check=False, cwd=ROOT)
    found_threat(done)
    assert facts(places) == before


def test_a_gentle_scan_by_a_card_changes_nothing_either(target: Path, tmp_path: Path) -> None:
    """With folders of which only the beginning is read, at a bounded pace, and through a pause."""
    require_access_times(target)
    services = open_services(find_paths(tmp_path / "data"))
    try:
        scanned = target_for_path(str(target))
        device = device_for(services, scanned)
        assert isinstance(services.journal, Journal)
        card = PolicyCard(headers_only=("Images",), gentle=True, cpu_share=80)
        services.journal.save_card(StoredCard(device_id=device.id, card=card, saved="2026-11-21T00:00:00Z"))
        places = aged(target)
        before = facts(places)
        session = ScanSession(services, ScanRequest(scanned, device, "tester"))
        session.pause()
        session.resume()
        *_, last = session.events()
        assert facts(places) == before
    finally:
        services.close()
    assert isinstance(last, Finished)
    lines = last.record.evidence.coverage.lines
    assert [line.items for line in lines if line.cause is Cause.FOLDER_OF_CARD] == [1]
    assert "DICOM_Preamble_Program" in {finding.rule for finding in last.record.findings}


# (c) A medium that takes no writing -----------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can mount")
@pytest.mark.parametrize("options", ["ro,relatime", "ro,strictatime"])
def test_a_read_only_medium_is_scanned_like_any_other(tmp_path: Path, options: str) -> None:
    """The same words of the same scan, but for its times: writing was never needed."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no mount namespaces here")
    target = tmp_path / NAME
    target.mkdir()
    populate(target)
    for place in (*target.rglob("*"), target):
        os.utime(place, follow_symlinks=False)
    on = shlex.quote(str(target))
    setup = f"mount --bind {on} {on} && mount -o remount,bind,{options} {on} && ! touch {on}/new 2>&-"
    apart = [unshare, "--mount", "--propagation", "private", "sh", "-c"]
    tried = subprocess.run([*apart, setup], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {tried.stderr.strip()}")
    command = f"{setup} && exec {shlex.join(scanning(tmp_path / 'data', target))}"
    done = subprocess.run([*apart, command], capture_output=True, text=True, check=False, cwd=ROOT)
    found_threat(done)
    free = subprocess.run(scanning(tmp_path / "data", target), capture_output=True, text=True, check=False, cwd=ROOT)
    assert coverage(done.stdout) == coverage(free.stdout)


def coverage(output: str) -> object:
    """What a scan says became of its items."""
    return msgspec.json.decode(output)["evidence"]["coverage"]
