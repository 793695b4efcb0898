"""Whatever fails, and whenever: the original or the quarantine's copy is whole, the journal holds, GREEN is true.

Each run takes one disk with threats, lets one clean-up or restore meet one fault, starts MedScan again and looks.
Faults are real: the kernel's answers are replaced by strace (one system call, at its n-th time, fails or kills the
process), the process is killed at a random instant, or the file is swapped for another one meanwhile.

`MEDSCAN_FAULTS=1000 MEDSCAN_FAULTS_SEED=7 pytest tests/test_clean_up_faults.py` runs more of them, and the same ones
again. A failure names its run: `MEDSCAN_FAULTS_ONLY=17` repeats that one alone.
"""

import os
import random
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from medscan_gui.core.events import Finished
from medscan_gui.core.names import path_of
from medscan_gui.core.quarantine import EntryState, VaultEntry
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Light
from medscan_gui.response.quarantine import Done, Quarantine
from medscan_gui.response.recovery import open_recovered
from medscan_gui.services import Services, device_for, open_services
from medscan_gui.session import ScanRequest, ScanSession
from medscan_gui.system.paths import find_paths
from medscan_gui.system.volumes import target_for_path
from tests.response.conftest import allow
from tests.samples import eicar

RUNS = int(os.environ.get("MEDSCAN_FAULTS", "24"))
SEED = int(os.environ.get("MEDSCAN_FAULTS_SEED", "20261121"))
ONLY = os.environ.get("MEDSCAN_FAULTS_ONLY")

#: System calls that a clean-up and a restore rest on.
CALLS = (
    *("openat", "write", "pwrite64", "read", "pread64", "fsync", "fdatasync", "rename", "renameat", "renameat2"),
    *("unlink", "unlinkat", "linkat", "link", "mkdir", "ftruncate", "utimensat", "fchmod", "flock", "newfstatat"),
)
ERRORS = ("ENOSPC", "EACCES", "EROFS", "EIO")
PRECIOUS = b"the file that somebody put there meanwhile\n" * 50

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="faults are injected by strace")


def _can_inject() -> bool:
    strace = shutil.which("strace")
    if strace is None:
        return False
    line = [strace, "-f", "-qq", "-o", os.devnull, "-e", "inject=mkdir:error=ENOSPC", "mkdir", "/tmp"]
    result = subprocess.run(line, capture_output=True, text=True, check=False, timeout=30)
    return "No space left" in result.stderr


@dataclass(frozen=True)
class Fault:
    """What goes wrong: an injection of strace, a kill after so many seconds, or a swap after so many."""

    mode: str
    inject: str = ""
    kill_after: float | None = None
    swap_after: float | None = None


@dataclass
class Stage:
    """A disk with threats whose scan is in a journal, as it was before each run."""

    disk: Path
    template: Path
    cleaned: Path
    record: ScanRecord
    threats: dict[Path, bytes] = field(default_factory=dict)
    harmless: dict[Path, bytes] = field(default_factory=dict)


def _write(files: dict[Path, bytes]) -> None:
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o640)
        os.utime(path, ns=(1_600_000_000_123_456_789, 1_500_000_000_987_654_321))


def _reset_disk(stage: Stage, files: dict[Path, bytes]) -> None:
    """Leave exactly these files, in all the folders there were."""
    for entry in stage.disk.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    for path in stage.threats:
        path.parent.mkdir(parents=True, exist_ok=True)
    _write(files)


def _driver(mode: str, data: Path, scan_id: str) -> list[str]:
    return [sys.executable, "-m", "tests.fault_driver", mode, str(data), scan_id]


@pytest.fixture
def stage(tmp_path: Path, disk: Path) -> Stage:
    threats = {
        disk / "eicar.com": eicar(),
        disk / "photos" / "holiday.jpg.com": eicar() + b"\r\n",
        disk / "deep" / "er" / "x.com": eicar(),
    }
    harmless = {disk / "note.txt": b"harmless\n" * 100, disk / "photos" / "real.jpg": os.urandom(5000)}
    data = tmp_path / "data"
    services = open_services(find_paths(data))
    try:
        _write(threats | harmless)
        allow(services, disk)
        target = target_for_path(str(disk))
        *_rest, last = ScanSession(services, ScanRequest(target, device_for(services, target))).events()
        assert isinstance(last, Finished)
        assert last.record.light is Light.RED
        assert last.record.evidence.threats_found == 3
    finally:
        services.close()
    template = tmp_path / "template"
    shutil.copytree(data, template)
    subprocess.run(_driver("clean_up", data, last.record.id), check=True, timeout=120, input=b"go\n")
    cleaned = tmp_path / "cleaned"
    shutil.copytree(data, cleaned)
    return Stage(disk, template, cleaned, last.record, threats, harmless)


def _fault(number: int, *, inject: bool) -> Fault:
    """Return the fault of a run: the same for the same seed and number."""
    dice = random.Random(f"{SEED}/{number}")  # repeatable, not secret
    mode = dice.choice(("clean_up", "clean_up", "restore"))
    kind = dice.choice(("error", "error", "kill at a call", "kill", "swap") if inject else ("kill", "swap"))
    if kind == "kill":
        return Fault(mode, kill_after=dice.uniform(0.0, 1.2))
    if kind == "swap":
        return Fault("clean_up", swap_after=dice.uniform(0.0, 0.3))
    call = dice.choice(CALLS)
    when = dice.choice((dice.randint(1, 12), dice.randint(1, 120)))
    every = dice.choice(("", "+")) if kind == "error" else ""
    what = f"error={dice.choice(ERRORS)}" if kind == "error" else "signal=KILL"
    return Fault(mode, inject=f"{call}:{what}:when={when}{every}")


def _run(fault: Fault, stage: Stage, data: Path) -> None:
    driver = subprocess.Popen(
        _driver(fault.mode, data, stage.record.id),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert driver.stdin is not None
    assert driver.stdout is not None
    tracer = None
    timers: list[threading.Timer] = []
    try:
        assert driver.stdout.readline() == b"ready\n"
        if fault.inject:
            tracer = _attached(fault.inject, driver.pid)
        if fault.kill_after is not None:
            timers.append(threading.Timer(fault.kill_after, driver.kill))
        if fault.swap_after is not None:
            timers.append(threading.Timer(fault.swap_after, _swap, (stage,)))
        for timer in timers:
            timer.start()
        driver.communicate(b"go\n", timeout=180)
    finally:
        driver.kill()
        driver.communicate()
        for timer in timers:
            timer.join()
        if tracer is not None:
            tracer.communicate(timeout=60)


def _attached(inject: str, pid: int) -> "subprocess.Popen[bytes]":
    """Return a strace that is attached to the process and will inject this."""
    call = inject.partition(":")[0]
    line = ["strace", "-f", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={inject}", "-p", str(pid)]
    tracer = subprocess.Popen(line, stderr=subprocess.PIPE)
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    assert b"attached" in said, said
    return tracer


def _swap(stage: Stage) -> None:
    for number, path in enumerate(stage.threats):
        precious = stage.disk.with_name(f"{stage.disk.name}-precious-{number}")
        precious.write_bytes(PRECIOUS)
        precious.rename(path)


def _held(services: Services) -> dict[Path, list[VaultEntry]]:
    held: dict[Path, list[VaultEntry]] = {}
    for entry in services.vault.entries():
        assert isinstance(entry, VaultEntry), entry
        if entry.held:
            held.setdefault(Path(path_of(entry.facts.path)), []).append(entry)
    return held


def _is_original(path: Path, content: bytes) -> bool:
    try:
        status = path.lstat()
        return (
            path.read_bytes() == content
            and status.st_mode & 0o777 == 0o640
            and status.st_mtime_ns == 1_500_000_000_987_654_321
        )
    except FileNotFoundError:
        return False


def _check_originals(stage: Stage, services: Services, fault: Fault) -> None:
    held = _held(services)
    for path, content in stage.threats.items():
        whole = [entry for entry in held.get(path, []) if b"".join(services.vault.read(entry)) == content]
        if fault.swap_after is not None and path.exists():
            assert path.read_bytes() in (PRECIOUS, content), path
            continue
        assert whole or _is_original(path, content), f"lost: {path}"
    for path, content in stage.harmless.items():
        assert _is_original(path, content), f"touched: {path}"


def _check_journal(stage: Stage, services: Services) -> None:
    assert services.journal.verify().ok
    assert services.journal.dead_actions() == ()
    for action in services.journal.actions():
        assert action.stop is not None, f"without end: {action}"
    green = [scan for scan in services.journal.scans() if scan.light is Light.GREEN]
    restored = any(action.kind == "restore" for action in services.journal.actions())
    for scan in green:
        record = services.journal.record(scan.id)
        for found in record.findings:
            assert found.entry
            place = Path(path_of(found.chain[0]))
            assert restored or not _is_original(place, stage.threats[place])
            assert services.vault.entry(found.entry).held


def _check_disk(stage: Stage) -> None:
    expected = set(stage.threats) | set(stage.harmless)
    files = {path for path in stage.disk.rglob("*") if not path.is_dir()}
    assert files <= expected, f"left on the disk: {files - expected}"


def _check_undo(stage: Stage, services: Services) -> None:
    """What is in the quarantine can still be put back where nothing stands in the way."""
    quarantine = Quarantine(services)
    held = {
        Path(path_of(entry.facts.path)): entry
        for entry in quarantine.entries()
        if isinstance(entry, VaultEntry) and entry.state is EntryState.QUARANTINED
    }
    free = {path: entry for path, entry in held.items() if not path.exists()}
    *_rest, done = quarantine.restore([entry.id for entry in free.values()], operator="tester").events()
    assert isinstance(done, Done)
    for path in free:
        assert _is_original(path, stage.threats[path]), f"not put back: {path}, {done}"


def _numbers() -> Iterator[int]:
    return iter([int(ONLY)] if ONLY else range(RUNS))


@pytest.mark.timeout(300 + 20 * RUNS)
def test_nothing_is_lost_whatever_fails(stage: Stage, tmp_path: Path) -> None:
    inject = _can_inject()
    seen: Counter[str] = Counter()
    if RUNS > 100:
        assert inject, "strace cannot inject faults here"
    for number in _numbers():
        fault = _fault(number, inject=inject)
        data = tmp_path / f"run-{number}"
        restoring = fault.mode == "restore"
        shutil.copytree(stage.cleaned if restoring else stage.template, data)
        _reset_disk(stage, stage.harmless if restoring else stage.threats | stage.harmless)
        _run(fault, stage, data)
        services = open_recovered(find_paths(data))
        try:
            _check_originals(stage, services, fault)
            _check_journal(stage, services)
            _check_disk(stage)
            seen.update(_outcomes(services))
            _check_undo(stage, services)
        except AssertionError as error:
            raise AssertionError(f"run {number} (seed {SEED}), {fault}: {error}") from error
        finally:
            services.close()
        shutil.rmtree(data)
    assert ONLY or seen["clean_up completed: done"] > RUNS // 8, seen  # faults of work that is not done prove nothing
    print(dict(sorted(seen.items())))  # noqa: T201  # shown by `pytest -s`, so that a run of all faults can be judged


def _outcomes(services: Services) -> Iterator[str]:
    """Yield how the last action of a run ended, and what became of its files."""
    actions = services.journal.actions()
    if not actions:
        yield "not begun"
        return
    action = actions[0]
    yield f"{action.kind} {action.stop}"
    for item in services.journal.action(action.id).items:
        yield f"{action.kind} {action.stop}: {item.result}"


def test_a_run_is_repeatable() -> None:
    first, second = ([_fault(number, inject=True) for number in range(50)] for _time in range(2))
    assert first == second
