"""Directories and files that are swapped for clean ones between listing and reading: nothing may be called scanned."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from medscan_gui.core.words import Cause, Outcome, Stop
from medscan_gui.engine import identity, orders, places
from medscan_gui.engine.crew import Command
from medscan_gui.engine.pending import PendingStack
from medscan_gui.engine.protocol import Done, Entries, Folders, PassedOver, PendingFolders, Trouble, Walk, WalkerMessage
from medscan_gui.engine.walk import Walker
from medscan_gui.engine.walker_link import _decoder
from tests.engine.scanning import MARKER, Told, job, once_counted, raw, scan

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="an open directory is protected there")

REPLACED = (Outcome.UNREADABLE, Cause.REPLACED)

#: Starts a real engine process for which every file system is of that type.
ON_TYPE = """
import sys
from medscan_gui.engine import identity
identity.FileSystems.type_of = lambda self, device: sys.argv[1]
from medscan_gui.engine.child import main
main(sys.argv[2:])
"""


def on_type(kind: str) -> Command:
    """Engine processes that take every file system for one of type `kind`."""
    return lambda role: (sys.executable, "-c", ON_TYPE, kind, role.value)


LASTING: Command = orders.engine_command
NOT_LASTING = on_type("vfat")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A target with twenty threats in mid/leaf, and clean files of the same names elsewhere."""
    for top, content in (("target/mid", MARKER), ("clean", b"harmless")):
        leaf = tmp_path / top / "leaf"
        leaf.mkdir(parents=True)
        for number in range(20):
            (leaf / str(number)).write_bytes(content)
    return tmp_path / "target"


def link_put_there(target: Path) -> None:
    (target / "mid").rename(target.parent / "hidden")
    (target / "mid").symlink_to(target.parent / "clean")


def copy_put_there(target: Path) -> None:
    (target / "mid").rename(target.parent / "hidden")
    (target.parent / "clean").rename(target / "mid")


def leaf_put_there(target: Path) -> None:
    (target / "mid" / "leaf").rename(target.parent / "hidden")
    (target.parent / "clean" / "leaf").rename(target / "mid" / "leaf")


def swapped(target: Path, act: Callable[[Path], None], command: Command) -> Told:
    told = scan(job(target), command=command, react=once_counted(lambda: act(target)), paused=True)
    assert told.stop is Stop.COMPLETED
    assert told.findings == []
    return told


@pytest.mark.parametrize("act", [link_put_there, copy_put_there, leaf_put_there])
def test_a_directory_swapped_after_it_was_listed(target: Path, act: Callable[[Path], None]) -> None:
    assert swapped(target, act, LASTING).outcomes == {REPLACED: 20}


def test_a_link_on_the_way_is_seen_where_inode_numbers_do_not_last(target: Path) -> None:
    assert swapped(target, link_put_there, NOT_LASTING).outcomes == {REPLACED: 20}


def test_nothing_is_suspected_where_inode_numbers_do_not_last(target: Path) -> None:
    told = scan(job(target), command=NOT_LASTING)
    assert told.outcomes == {(Outcome.SCANNED, Cause.NONE): 20}
    assert len(told.findings) == 20


@pytest.mark.parametrize("kind", ["nfs4", "autofs", "fuseblk", "9p"])
def test_file_systems_of_all_kinds_are_read(target: Path, kind: str) -> None:
    assert len(scan(job(target), command=on_type(kind)).findings) == 20


def test_a_file_swapped_for_a_clean_one_is_not_called_scanned(target: Path) -> None:
    leaf = target / "mid" / "leaf"

    def act() -> None:
        (leaf / "7").rename(leaf / "7 hidden")
        (leaf / "7").write_bytes(b"harmless")

    told = scan(job(target), react=once_counted(act), paused=True)
    assert told.outcomes == {REPLACED: 1, (Outcome.SCANNED, Cause.NONE): 19}
    assert told.problems[0].chain == (raw(leaf / "7"),)


def test_a_threat_put_in_a_file_s_place_is_told_all_the_same(target: Path) -> None:
    leaf = target.parent / "clean" / "leaf"

    def act() -> None:
        (leaf / "7").unlink()
        (leaf / "a").write_bytes(MARKER)
        (leaf / "a").rename(leaf / "7")

    (leaf / "held").touch()  # so that no other file is given the same number
    os.link(leaf / "7", target.parent / "kept")
    told = scan(job(leaf), react=once_counted(act), paused=True)
    assert [finding.chain for finding in told.findings] == [(raw(leaf / "7"),)]
    assert told.total(*REPLACED) == 1


# The walker by itself -------------------------------------------------------------------------


def walk(
    *pending: PendingFolders, between: Callable[[WalkerMessage], None] = lambda _message: None
) -> list[WalkerMessage]:
    """Let a walker of this process walk; `between` hears each message before the walk goes on."""
    told: list[WalkerMessage] = []

    def send(lines: bytes) -> None:
        for text in lines.splitlines():
            told.append(_decoder.decode(text))
            between(told[-1])

    Walker(Walk(0, pending, (), skip_virtual=False), send).run()
    assert isinstance(told[-1], Done)
    return told


def targets(*paths: Path) -> PendingFolders:
    return PendingFolders(b"", b"\0".join(map(raw, reversed(paths))))


def names(told: list[WalkerMessage]) -> list[bytes]:
    return sorted(name for message in told if isinstance(message, Entries) for name in message.names.split(b"\0"))


@pytest.mark.parametrize("act", [link_put_there, copy_put_there])
def test_a_pending_directory_swapped_before_it_is_opened(target: Path, act: Callable[[Path], None]) -> None:
    def between(message: WalkerMessage) -> None:
        if isinstance(message, Folders) and message.names == b"leaf":
            act(target)

    told = walk(targets(target), between=between)
    assert [message for message in told if isinstance(message, Trouble)] == [Trouble(b"", *REPLACED, "ESTALE")]
    assert names(told) == []


def test_pending_marks_are_handed_to_another_walker() -> None:
    stack = PendingStack()
    stack.push(b"/d", b"a\0b", b"A" * 16 + b"B" * 16)
    other = PendingStack(stack.groups())
    assert other.pop() == (False, b"/d/b", b"B" * 16)
    assert other.pop() == (False, b"/d/a", b"A" * 16)


@pytest.mark.parametrize("kind", ["vfat", "fuse.anything", "nfs"])
def test_directories_without_numbers_are_all_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(identity.FileSystems, "type_of", lambda _self, _device: kind)
    for name in "abc":
        (tmp_path / name / name).mkdir(parents=True)
        (tmp_path / name / name / f"file {name}").touch()
    told = walk(targets(tmp_path))
    assert names(told) == [b"file a", b"file b", b"file c"]
    again = walk(targets(tmp_path, tmp_path))
    assert names(again) == names(told), "by its path a directory is known again"
    assert [message for message in again if isinstance(message, PassedOver)] == [PassedOver(Cause.LINK, 1)]


def test_directories_with_the_inode_number_nought_are_all_walked(tmp_path: Path) -> None:
    """File systems without file ids tell 0 for every one of them."""
    nought = (
        "mark = identity.FileSystems.mark\n"
        "identity.FileSystems.mark = lambda self, status: mark(self, status)[:8] + bytes(8)\n"
        "from medscan_gui.engine.child"
    )
    script = ON_TYPE.replace("from medscan_gui.engine.child", nought)
    for name in "abc":
        (tmp_path / name).mkdir()
        (tmp_path / name / "threat").write_bytes(MARKER)
    told = scan(job(tmp_path), command=lambda role: (sys.executable, "-c", script, "", role.value))
    assert told.outcomes == {(Outcome.SCANNED, Cause.NONE): 3}
    assert len(told.findings) == 3


def test_a_removed_directory_is_no_more_where_it_was(tmp_path: Path) -> None:
    """A directory that is removed while it is open is no more where its path says."""
    gone = tmp_path / "gone"
    gone.mkdir()
    descriptor = places.open_directory(raw(gone))
    gone.rmdir()
    with pytest.raises(OSError, match="leads elsewhere"):
        identity.check_directory(os.fstat(descriptor), descriptor, raw(gone), identity.UNKNOWN)
    os.close(descriptor)
