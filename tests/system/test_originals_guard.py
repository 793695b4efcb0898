"""What is asked right before an original goes for good: who refuses gets the file back under its name."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from medscan_gui.core.finding import FileIdentity
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.quarantine import FileFacts
from medscan_gui.system.originals import OriginalError, Place, aside_name, open_original, settle
from tests.system.originals_places import child_command, child_environment

if sys.platform == "win32":
    pytest.skip("POSIX files", allow_module_level=True)

ID = "0123456789abcdef"
THREAT = b"a threat"


class RefusedError(MedScanError):
    """Not one of those that files raise."""


def raw(path: Path) -> bytes:
    return os.fsencode(path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "target" / "threat"
    path.parent.mkdir()
    path.write_bytes(THREAT)
    return path


def aside_of(file: Path) -> Path:
    return file.with_name(os.fsdecode(aside_name(ID)))


class Guard:
    """Takes down what lies there when it is entered and left; does as it is told on entering."""

    def __init__(self, file: Path, then: Callable[[], object] = int) -> None:
        self.folder = file.parent
        self.then = then
        self.seen: list[list[str]] = []

    def __enter__(self) -> None:
        self.seen.append(os.listdir(self.folder))
        self.then()

    def __exit__(self, *_error: object) -> None:
        self.seen.append(os.listdir(self.folder))


def test_it_is_held_around_the_removal(file: Path) -> None:
    guard = Guard(file)
    with open_original((raw(file.parent),), raw(file)) as original:
        list(original.read())
        original.remove(ID, guard=guard)
    assert guard.seen == [[aside_of(file).name], []]


@pytest.mark.parametrize("error", [RefusedError(Message("vault.changed")), OSError(5, "the key is gone"), KeyError()])
def test_its_refusal_puts_the_file_back_and_passes_through(file: Path, error: Exception) -> None:
    before = file.stat()

    def refuse() -> None:
        assert aside_of(file).read_bytes() == THREAT
        raise error

    with open_original((raw(file.parent),), raw(file)) as original:
        list(original.read())
        with pytest.raises(type(error)) as caught:
            original.remove(ID, guard=Guard(file, refuse))
        assert caught.value is error
        assert settle((raw(file.parent),), raw(file), ID, original.facts) is Place.IN_PLACE
        assert os.listdir(file.parent) == ["threat"]
        assert os.path.samestat(before, file.stat())
        assert file.read_bytes() == THREAT
        original.remove(ID)  # nothing stands in the way of another attempt
    assert not os.listdir(file.parent)


def test_a_refusal_over_a_name_that_is_taken_again_overwrites_nothing(file: Path) -> None:
    def refuse() -> None:
        file.write_bytes(b"somebody else's")
        raise RefusedError(Message("vault.changed"))

    with open_original((raw(file.parent),), raw(file)) as original:
        list(original.read())
        with pytest.raises(OriginalError) as caught:
            original.remove(ID, guard=Guard(file, refuse))
    assert (caught.value.message.code, caught.value.place) == ("files.left_aside", Place.OTHER)
    assert (file.read_bytes(), aside_of(file).read_bytes()) == (b"somebody else's", THREAT)


@pytest.mark.parametrize("swapped", [True, False])
def test_what_changes_while_it_waits_is_left(file: Path, swapped: bool) -> None:
    def wait() -> None:
        if swapped:
            aside_of(file).rename(file.with_name("moved"))
        aside_of(file).write_bytes(b"written meanwhile")

    with open_original((raw(file.parent),), raw(file)) as original:
        list(original.read())
        with pytest.raises(OriginalError) as caught:
            original.remove(ID, guard=Guard(file, wait))
    assert caught.value.message.code == "files.changed"
    assert file.read_bytes() == b"written meanwhile"
    assert not aside_of(file).exists()
    if swapped:
        assert file.with_name("moved").read_bytes() == THREAT


def test_killed_while_it_waits(file: Path) -> None:
    with open_original((raw(file.parent),), raw(file)) as original:
        list(original.read())
        facts: FileFacts = original.facts
    command = child_command("wait_in_guard", file.parent, file, ID)
    with subprocess.Popen(command, env=child_environment(), stdout=subprocess.PIPE, stdin=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"inside\n"
        assert os.listdir(file.parent) == [aside_of(file).name]
        child.kill()
    assert settle((raw(file.parent),), raw(file), ID, facts) is Place.IN_PLACE
    assert (os.listdir(file.parent), file.read_bytes()) == (["threat"], THREAT)


def test_its_error_on_leaving_passes_through(file: Path) -> None:
    @contextmanager
    def failing() -> Iterator[None]:
        yield
        raise RefusedError(Message("vault.gone"))

    with open_original((raw(file.parent),), raw(file)) as original:
        list(original.read())
        with pytest.raises(RefusedError):
            original.remove(ID, guard=failing())
        assert settle((raw(file.parent),), raw(file), ID, original.facts) is Place.GONE


def test_which_file_it_is(file: Path) -> None:
    os.link(file, file.with_name("second"))
    status = file.stat()
    with open_original((raw(file.parent),), raw(file)) as original:
        file.unlink()
        assert original.file_identity == FileIdentity(
            device=status.st_dev,
            inode=status.st_ino,
            modified_ns=status.st_mtime_ns,
            changed_ns=status.st_ctime_ns,
            links=2,
        )
