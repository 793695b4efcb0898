"""Memory of real processes: found and named, own ones left out, ended ones told."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.words import Cause, Outcome, Place, Stop
from medscan_gui.engine.live.listing import Listed
from medscan_gui.engine.live.processes import Process, own_processes, processes, shown_as
from medscan_gui.engine.match.yara_matcher import YaraMatcher
from medscan_gui.engine.pipeline import ItemMatch, ItemResult, Patience
from medscan_gui.engine.protocol import OfProcess
from tests.engine.scanning import job, make_bundle, scan

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

if sys.platform == "linux":
    from medscan_gui.engine.live.processes_linux import parent_and_start
    from medscan_gui.engine.live.readers import LiveReaders

#: Put together only inside of the child: no other process holds it in one piece.
_HALVES = ("resident-of-", "a-test-process")
RULE = (
    'rule Resident { meta: severity = "high" '
    'strings: $a = "resident-of-" $b = /resident-of-a-test-process-\\d+/ condition: $a and $b }'
)

_CHILD = """
import sys
import mmap
held = bytearray(("".join(sys.argv[1:3]) + "-" + "1234").encode())
{more}
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.read()
"""


@contextmanager
def holding(more: str = "") -> Iterator["subprocess.Popen[bytes]"]:
    """A real process that holds the marker in its memory until the block ends."""
    command = [sys.executable, "-c", _CHILD.format(more=more), *_HALVES]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == b"ready\n"
        try:
            yield child
        finally:
            child.stdin.close()


def of_pid(pid: int) -> OfProcess:
    """What a walker would list of a process."""
    with open(f"/proc/{pid}/stat", "rb") as stat:
        return OfProcess(pid, parent_and_start(stat.read())[1])


def look(thing: OfProcess) -> tuple[ItemResult, list[ItemMatch]]:
    matches: list[ItemMatch] = []
    matcher = YaraMatcher({"own.yar": RULE.encode()})
    readers = LiveReaders(matcher, Patience(item_seconds=60, item_seconds_per_mb=1), lambda: None)
    return readers.scan(b"a process", thing, 0, matches.append), matches


@linux
def test_a_process_that_holds_a_marker_is_found_and_named(tmp_path: Path) -> None:
    with holding() as child:
        told = scan(msgspec.structs.replace(job(tmp_path, workers=2, bundle=make_bundle(RULE)), live=(Place.MEMORY,)))
    assert told.stop is Stop.COMPLETED
    mine = [found for found in told.findings if found.rule == "Resident" and b"(pid %d)" % child.pid in found.chain[0]]
    assert len(mine) == 1
    found = mine[0]
    assert (found.place, found.identity, found.content) == (Place.MEMORY, None, "")
    program = os.path.realpath(sys.executable)
    assert len(found.chain) == 1
    assert found.chain[0].endswith(b" (pid %d) %s" % (child.pid, program.encode()))
    assert found.where.startswith("Memory of ")
    assert not any(b"(pid %d)" % os.getpid() in one.chain[0] for one in told.findings)
    # The supervisor, the walker and the worker.
    assert told.total(Outcome.SKIPPED_BY_POLICY, Cause.OWN_PROGRAM) >= 3


@linux
def test_nothing_is_held_where_nothing_is() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        result, matches = look(of_pid(child.pid))
        assert child.stdin is not None
        child.stdin.close()
    assert result.ending == (Outcome.SCANNED, Cause.NONE, "")
    assert matches == []


@linux
@pytest.mark.parametrize(
    "more",
    [
        "area = mmap.mmap(-1, 4096); area[:len(held)] = held; held = None",
        "area = mmap.mmap(-1, 300 << 20); area[250 << 20:][:0]; area.seek(250 << 20); area.write(held); held = None",
        "area = mmap.mmap(-1, 1 << 40, flags=0x4022); area.seek(1 << 37); area.write(held)",
        "import os; f = os.memfd_create('x'); os.write(f, held); area = mmap.mmap(f, 0); held = area[0]",
        "f = open(sys.executable); area = mmap.mmap(f.fileno(), 99, access=mmap.ACCESS_COPY); area[:len(held)] = held",
    ],
    ids=[
        "anonymous",
        "deep in a region",
        "in a huge region",
        "in a file of memory alone",
        "in a changed page of a file",
    ],
)
def test_every_kind_of_memory_is_read(more: str) -> None:
    with holding(more) as child:
        result, matches = look(of_pid(child.pid))
    assert result.ending == (Outcome.SCANNED, Cause.NONE, "")
    assert [match.rule for found in matches for match in found.matches] == ["Resident"]
    assert matches[0].identity is None
    assert matches[0].sha256 == ""


@linux
def test_reading_makes_no_page_in_the_process() -> None:
    with holding("area = mmap.mmap(-1, 64 << 20)") as child:
        before = resident(child.pid)
        look(of_pid(child.pid))
        assert resident(child.pid) - before < 1 << 20


def resident(pid: int) -> int:
    with open(f"/proc/{pid}/statm", "rb") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")


@linux
def test_another_process_with_the_same_number_is_not_read() -> None:
    with holding() as child:
        thing = of_pid(child.pid)
        other = OfProcess(thing.pid, thing.started + 1)
        result, matches = look(other)
    assert (result.ending, matches) == ((Outcome.VANISHED, Cause.PROCESS_ENDED, ""), [])


@linux
def test_a_process_that_has_ended() -> None:
    with holding() as child:
        thing = of_pid(child.pid)
    result, matches = look(thing)
    assert (result.ending, matches) == ((Outcome.VANISHED, Cause.PROCESS_ENDED, ""), [])


@linux
def test_a_process_that_became_a_zombie_holds_nothing() -> None:
    with holding() as child:
        thing = of_pid(child.pid)
        assert child.stdin is not None
        child.stdin.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        result, _matches = look(thing)
    assert result.ending[0] in {Outcome.EMPTY, Outcome.VANISHED}


@linux
def test_a_thread_of_the_kernel_has_no_memory() -> None:
    names = {one.name for one in processes(0) if isinstance(one, Listed)}
    if b"kthreadd (pid 2)" not in names:
        pytest.skip("no thread of the kernel is seen here")
    result, _matches = look(of_pid(2))
    assert result.ending[0] in ({Outcome.EMPTY} if os.geteuid() == 0 else {Outcome.EMPTY, Outcome.UNREADABLE})


@linux
def test_without_the_right_it_is_said() -> None:
    with holding() as child:
        code = (
            "import sys; sys.path.insert(0, '.');"
            "from tests.engine.live.test_memory import look, of_pid; import os;"
            "(os.geteuid() == 0) and (os.setgroups([]), os.setgid(65534), os.setuid(65534));"
            f"print(look(of_pid({1 if os.geteuid() else child.pid}))[0].ending)"
        )
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str((Outcome.UNREADABLE, Cause.NO_PERMISSION, ""))


def test_what_the_engine_started_is_its_own_and_nothing_else() -> None:
    def one(pid: int, parent: int, *arguments: bytes) -> Process:
        return Process(pid, parent, 0, b"x", b"/x", 0, arguments)

    found = [
        one(10, 1),
        one(11, 10, b"--engine", b"walk"),
        one(12, 10, b"--engine", b"scan"),
        one(13, 12, b"7zz", b"x"),
        one(14, 13),
        one(15, 10, b"viewer", b"report.pdf"),
        one(16, 1, b"--engine", b"scan"),  # it only calls itself so
        one(17, 15, b"--engine", b"scan"),
    ]
    assert own_processes(found, 10) == {10, 11, 12, 13, 14}


def test_processes_that_claim_to_be_each_others_parent() -> None:
    loop = [Process(2, 3, 0, b"", b"", 0, ()), Process(3, 2, 0, b"", b"", 0, ())]
    assert own_processes(loop, 3) == {3}


def test_hostile_names_of_processes() -> None:
    assert shown_as(Process(7, 1, 0, b"a) (b\n\xff", b"", 0, ())) == b"a) (b\n\xff (pid 7)"
    assert shown_as(Process(7, 1, 0, b"", b"/x y", 0, ())) == b"? (pid 7) /x y"


@linux
def test_a_name_with_brackets_does_not_move_the_fields() -> None:
    with open("/proc/self/stat", "rb") as stat:
        line = stat.read()
    parent, started = parent_and_start(line)
    assert parent == os.getppid()
    start, end = line.index(b"("), line.rindex(b")")
    assert parent_and_start(line[: start + 1] + b"a) S 1 2 (b" + line[end:]) == (parent, started)
