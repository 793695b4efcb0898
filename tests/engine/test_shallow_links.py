"""The check after a clean-up looks at the folders that were scanned: a link in place of one is not followed."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from medscan_gui.core.words import Cause, Outcome, Stop
from medscan_gui.engine import orders, reaching
from medscan_gui.engine.crew import Command
from medscan_gui.engine.events import Lost, Role
from medscan_gui.engine.identity import FileSystems
from medscan_gui.engine.supervisor import ScanJob
from tests.engine.scanning import MARKER, Told, fakes, job, once_counted, raw, scan
from tests.engine.test_swapped_places import on_type

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")

SCANNED = (Outcome.SCANNED, Cause.NONE)
REPLACED = (Outcome.UNREADABLE, Cause.REPLACED)
VANISHED = (Outcome.VANISHED, Cause.NONE)

both_kinds = pytest.mark.parametrize("command", [orders.engine_command, on_type("vfat"), on_type("cifs")])


def shallow(*paths: Path | bytes, below: tuple[Path | bytes, ...] = ()) -> ScanJob:
    roots = tuple(root if isinstance(root, bytes) else raw(root) for root in below)
    return msgspec.structs.replace(job(*paths), shallow=True, shallow_below=roots)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A target with a threat in mid/leaf, and a clean copy of all that elsewhere."""
    for top, content in (("target", MARKER), ("clean", b"harmless")):
        leaf = tmp_path / top / "mid" / "leaf"
        leaf.mkdir(parents=True)
        (leaf / "f").write_bytes(content)
    return tmp_path / "target"


def put_link(at: Path, to: Path) -> None:
    at.rename(at.with_name("hidden"))
    at.symlink_to(to)


def assert_replaced(told: Told, place: Path) -> None:
    assert (told.stop, told.outcomes, told.findings) == (Stop.COMPLETED, {REPLACED: 1}, [])
    assert told.problems[0].chain == (raw(place),)
    assert told.ended.walk_complete
    assert told.ended.restarts == 0


@both_kinds
def test_places_are_read_where_they_were(target: Path, command: Command) -> None:
    leaf = target / "mid" / "leaf"
    told = scan(shallow(leaf, target / "mid", leaf / "f", below=(target,)), command=command)
    assert told.outcomes == {SCANNED: 1}
    assert [finding.chain for finding in told.findings] == [(raw(leaf / "f"),)]


@both_kinds
@pytest.mark.parametrize("part", ["target", "target/mid", "target/mid/leaf"])
def test_no_part_of_a_place_may_be_a_link(target: Path, part: str, command: Command) -> None:
    leaf = target / "mid" / "leaf"
    put_link(target.parent / part, target.parent / part.replace("target", "clean"))
    assert_replaced(scan(shallow(leaf, below=(target,)), command=command), leaf)


def test_what_leads_to_the_root_may_be_no_link_either(target: Path) -> None:
    leaf = target / "mid" / "leaf"
    put_link(target / "mid", target.parent / "clean" / "mid")
    assert_replaced(scan(shallow(leaf, below=(leaf,))), leaf)


def test_a_link_to_the_hidden_folder_itself_is_not_followed(target: Path) -> None:
    leaf = target / "mid" / "leaf"
    put_link(target / "mid", target / "hidden")
    assert_replaced(scan(shallow(leaf, below=(target,))), leaf)


@both_kinds
def test_a_link_that_leads_nowhere_is_no_folder_that_has_gone(target: Path, command: Command) -> None:
    leaf = target / "mid" / "leaf"
    put_link(target / "mid", target / "nothing")
    assert_replaced(scan(shallow(leaf, below=(target,)), command=command), leaf)


def test_a_file_in_place_of_a_folder(target: Path) -> None:
    leaf = target / "mid" / "leaf"
    (target / "mid").rename(target / "hidden")
    (target / "mid").write_bytes(b"")
    assert_replaced(scan(shallow(leaf, below=(target,))), leaf)


def test_a_folder_that_has_gone_has_vanished(target: Path) -> None:
    (target / "mid").rename(target / "hidden")
    told = scan(shallow(target / "mid" / "leaf", below=(target,)))
    assert (told.stop, told.outcomes) == (Stop.COMPLETED, {VANISHED: 1})


def test_a_target_that_has_gone_is_gone(target: Path) -> None:
    target.rename(target.with_name("unplugged"))
    told = scan(shallow(target / "mid" / "leaf", below=(target,)))
    assert told.stop is Stop.TARGET_GONE
    assert told.total(*SCANNED) == 0


@pytest.mark.parametrize("below", ["clean", "target/mid/leaf", "target/mid/leaf/f/g", "tar", "target/mi"])
def test_a_place_outside_of_the_target(target: Path, below: str) -> None:
    """A part of a name is no folder; nor is a folder above the root of the target part of it."""
    if below in {"tar", "target/mi"}:
        (target.parent / below).mkdir()
    told = scan(shallow(target / "mid", below=(target.parent / below, target.parent / "clean")))
    assert_replaced(told, target / "mid")


@pytest.mark.parametrize("place", ["/../clean/mid/leaf", "/./mid/leaf", "//mid/leaf", "/mid/../../clean/mid"])
def test_a_path_that_is_not_real(target: Path, place: str) -> None:
    told = scan(shallow(raw(target) + place.encode(), below=(target,)))
    assert (told.stop, told.outcomes) == (Stop.COMPLETED, {REPLACED: 1})


@both_kinds
def test_the_folder_of_a_target_that_is_a_single_file(target: Path, command: Command) -> None:
    """The file was removed, or was not; what lies beside it is read as well."""
    leaf = target / "mid" / "leaf"
    (leaf / "other").write_bytes(b"harmless")
    assert scan(shallow(leaf, below=(leaf / "f",)), command=command).outcomes == {SCANNED: 2}
    (leaf / "f").unlink()
    put_link(target / "mid", target.parent / "clean" / "mid")
    assert_replaced(scan(shallow(leaf, below=(leaf / "f", leaf)), command=command), leaf)


def test_one_of_several_roots(target: Path) -> None:
    folders = [target / "mid" / "leaf", target.parent / "clean" / "mid" / "leaf"]
    told = scan(shallow(*folders, below=(target, target.parent / "clean")))
    assert told.outcomes == {SCANNED: 2}
    put_link(target / "mid", target.parent / "clean" / "mid")
    told = scan(shallow(*folders, below=(target, target.parent / "clean")))
    assert told.outcomes == {SCANNED: 1, REPLACED: 1}


@both_kinds
@pytest.mark.parametrize("below", [True, False])
def test_a_link_in_place_of_a_single_file(target: Path, command: Command, below: bool) -> None:
    file = target / "mid" / "leaf" / "f"
    put_link(file, target.parent / "clean" / "mid" / "leaf" / "f")
    told = scan(shallow(file, below=(target,) if below else ()), command=command)
    assert_replaced(told, file)


@both_kinds
@pytest.mark.parametrize("end", [b"", b"/"])
def test_without_roots_the_last_part_is_not_followed(target: Path, command: Command, end: bytes) -> None:
    leaf = target / "mid" / "leaf"
    put_link(leaf, target.parent / "clean" / "mid" / "leaf")
    told = scan(shallow(raw(leaf) + end), command=command)
    assert (told.stop, told.outcomes) == (Stop.COMPLETED, {REPLACED: 1})


@both_kinds
def test_without_roots_links_on_the_way_are_followed(target: Path, command: Command) -> None:
    put_link(target / "mid", target.parent / "clean" / "mid")
    told = scan(shallow(target / "mid" / "leaf"), command=command)
    assert (told.outcomes, told.findings) == ({SCANNED: 1}, [])


@both_kinds
@pytest.mark.parametrize("part", ["mid", "mid/leaf"])
def test_a_link_that_comes_after_the_walk(target: Path, command: Command, part: str) -> None:
    swap: Callable[[], None] = lambda: put_link(target / part, target.parent / "clean" / part)  # noqa: E731
    told = scan(
        shallow(target / "mid" / "leaf", below=(target,)), react=once_counted(swap), paused=True, command=command
    )
    assert (told.outcomes, told.findings) == ({REPLACED: 1}, [])


def test_folders_on_the_way_need_not_be_readable(target: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (target / "mid").chmod(0o311)
    try:
        told = scan(shallow(target / "mid" / "leaf", below=(target,)))
    finally:
        (target / "mid").chmod(0o755)
    assert told.outcomes == {SCANNED: 1}


def test_a_very_deep_place(target: Path) -> None:
    """Deeper than one path of the kernel may be long."""
    here = os.open(target, os.O_RDONLY)
    place = raw(target)
    for _ in range(25):
        os.mkdir(b"d" * 200, dir_fd=here)
        deeper = os.open(b"d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here, place = deeper, place + b"/" + b"d" * 200
    os.close(os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    told = scan(shallow(place, below=(target,)))
    assert told.outcomes == {(Outcome.EMPTY, Cause.NONE): 1}


def test_a_walker_that_says_that_a_place_is_another(target: Path) -> None:
    command = fakes("walker: lies elsewhere", role=Role.WALK)
    told = scan(shallow(target / "mid" / "leaf", below=(target,)), command=command)
    assert [event.lost for event in told.restarted] == [Lost.PROTOCOL]
    assert not any(b"etc" in problem.chain[0] for problem in told.problems)


def test_the_way_of_windows(target: Path) -> None:
    """By path, part by part, from the root on; run here, where links are easily made."""
    leaf = target / "mid" / "leaf"
    reach = reaching._reach_on_windows
    assert reach(raw(leaf), raw(target)).status.st_ino == leaf.stat().st_ino
    assert reach(raw(leaf / "f"), raw(leaf)).above.st_ino == leaf.stat().st_ino
    assert reach(raw(target), raw(target)).status.st_ino == target.stat().st_ino
    put_link(target / "mid", target.parent / "clean" / "mid")
    for place in (leaf, leaf / "f", target / "mid"):
        with pytest.raises(OSError, match="link"):
            reach(raw(place), raw(target))
    with pytest.raises(FileNotFoundError):
        reach(raw(target / "gone" / "leaf"), raw(target))
    assert reaching._joined([b"C:"]) == b"C:" + os.sep.encode()


def test_a_root_is_known_by_any_capitals_where_the_system_takes_them(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What scans tell is how the system spells a folder."""
    monkeypatch.setattr(reaching, "canonical", lambda path, mark: path.replace(b"TARGET", b"target"))
    monkeypatch.setattr(os, "lstat", lambda path: os.stat(target))
    roots = reaching.Roots((raw(target).replace(b"target", b"TARGET"),), FileSystems())
    assert roots.reach(raw(target / "mid")).status.st_ino == (target / "mid").stat().st_ino
