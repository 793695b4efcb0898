"""A real ClamAV with a database of our own, made at run time; its service started and ended by the tests."""

import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.samples import eicar

MARKER = b"inert marker of the second engine's tests"
#: What ClamAV adds to the names of signatures that are not its own.
UNOFFICIAL = ".UNOFFICIAL"

_SERVICE_SECONDS = 30.0


def needed(program: str) -> Path:
    """Return an installed program of ClamAV, or skip."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if sys.platform != "linux" or found is None:
        pytest.skip(f"{program} is not installed (Debian: clamav clamav-daemon)")
    return Path(found)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A folder of signatures: the test file of the industry, and our inert marker."""
    folder = tmp_path / "database"
    folder.mkdir()
    sample = eicar()
    digest = hashlib.md5(sample, usedforsecurity=False).hexdigest()
    (folder / "tests.hdb").write_text(f"{digest}:{len(sample)}:Eicar-Tests\n")
    (folder / "tests.ndb").write_text(f"Tests.Marker:0:*:{MARKER.hex()}\n")
    return folder


class Service:
    """A running clamd."""

    def __init__(self, folder: Path, database: Path, *options: str) -> None:
        folder.mkdir()
        self.socket = folder / "clamd.sock"
        self.config = folder / "clamd.conf"
        lines = (
            f"LocalSocket {self.socket}",
            f"DatabaseDirectory {database}",
            f"TemporaryDirectory {folder}",
            "Foreground yes",
            "SelfCheck 100000",
            *options,
        )
        self.config.write_text("\n".join(lines) + "\n")
        self.process = subprocess.Popen(
            [str(needed("clamd")), "-c", str(self.config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + _SERVICE_SECONDS
        while not self.socket.exists():
            assert self.process.poll() is None, "clamd did not start"
            assert time.monotonic() < until, "clamd does not listen"
            time.sleep(0.05)  # there is nothing to wait on: the socket appears or it does not

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def service(tmp_path: Path, database: Path) -> Iterator[Callable[..., Service]]:
    """Starts services with options of their own."""
    started: list[Service] = []

    def start(*options: str) -> Service:
        started.append(Service(tmp_path / f"clamd-{len(started)}", database, *options))
        return started[-1]

    yield start
    for one in started:
        one.stop()


TELLING = ("AlertExceedsMax yes", "AlertEncrypted yes")


@pytest.fixture
def beside(tmp_path: Path, database: Path) -> Path:
    """A folder that has ClamAV's program and our signatures beside it, as a MedScan key would."""
    program = needed("clamscan")
    folder = tmp_path / "key"
    (folder / "clamav").mkdir(parents=True)
    (folder / "clamav" / "clamscan").symlink_to(program)
    (folder / "clamav" / "database").symlink_to(database)
    return folder


def dated(beside: Path, days: int) -> None:
    """Make ClamAV's program tell of official signatures of that age.

    Only official databases have versions, and they are signed. So the question for the version goes to the real
    program with a folder that holds the head of one; every scan goes to it with the signatures of the tests.
    """
    made = datetime.now(UTC) - timedelta(days=days)
    head = f"ClamAV-VDB:{made:%d %b %Y %H-%M} +0000:28001:2:90:{'0' * 32}:X:tests:{int(made.timestamp())}"
    folder = beside / "heads"
    folder.mkdir(exist_ok=True)
    (folder / "daily.cld").write_bytes(head.encode().ljust(512))
    real = needed("clamscan")
    program = beside / "clamav" / "clamscan"
    program.unlink()
    program.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && exec {real} --version --database={folder}\nexec {real} "$@"\n'
    )
    program.chmod(0o755)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A target."""
    folder = tmp_path / "stick"
    folder.mkdir()
    (folder / "note.txt").write_text("harmless")
    return folder
