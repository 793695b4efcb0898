"""What holds for every test: nothing is left behind, and a logged warning is a failure."""

import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

# Windows appear only where a test asks for a real one.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

#: Seconds that something may take to end by itself after the test.
PATIENCE = 5.0


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def _no_warning_is_logged(request: pytest.FixtureRequest) -> Iterator[None]:
    """A logged warning fails the test, unless it asks for `caplog` and so looks at the log itself."""
    collector = _Collector()
    root = logging.getLogger()
    root.addHandler(collector)
    yield
    root.removeHandler(collector)
    if "caplog" not in request.fixturenames:
        said = [f"{record.levelname} {record.name}: {record.getMessage()}" for record in collector.records]
        assert not said, "logged during the test:\n" + "\n".join(said)


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    """Threads of Python that a test started are over when it ends."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + PATIENCE
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        if not isinstance(thread, threading._DummyThread):  # a QThread that has run Python code
            thread.join(max(0.0, deadline - time.monotonic()))
    alive = [thread.name for thread in left if thread.is_alive() and not isinstance(thread, threading._DummyThread)]
    assert not alive, f"threads left behind: {alive}"


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    """Child processes that a test started are over when it ends."""
    me = psutil.Process()
    before = set(me.children(recursive=True))
    yield
    left = [child for child in me.children(recursive=True) if child not in before]
    _gone, alive = psutil.wait_procs(left, timeout=PATIENCE)
    running = [child for child in alive if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    for child in running:
        child.kill()
    assert not running, f"processes left behind: {running}"


#: Places that are often another volume than the temporary folder; each is used only if it is.
_OTHER_VOLUMES = ("/dev/shm", "/run/shm", "/var/tmp", str(Path.home()))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return an empty folder on another volume than `tmp_path`: a device's disk, on which no quarantine lies."""
    here = tmp_path.stat().st_dev
    for place in _OTHER_VOLUMES:
        if os.access(place, os.W_OK) and Path(place).stat().st_dev != here:
            folder = Path(tempfile.mkdtemp(prefix="medscan-disk-", dir=place))
            yield folder
            shutil.rmtree(folder, ignore_errors=True)
            return
    pytest.skip("there is no second volume that can be written")
