"""The real ClamAV: its service and its program, with signatures of our own."""

import contextlib
import io
import os
import shutil
import signal
import socket
import threading
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import psutil
import pytest

from medscan_gui.core.opinion import EngineStatus, SelfTest
from medscan_gui.core.words import Cause, Outcome, Severity
from medscan_gui.engine.places import identity_of
from medscan_gui.engine.second.base import SecondJob
from medscan_gui.engine.second.runner import SecondOpinion
from medscan_gui.engine.second.samples import nested
from medscan_gui.engine.second.words import Told
from tests.engine.scanning import raw
from tests.engine.second.asking import Asked, job_of, walk_of
from tests.engine.second.conftest import MARKER, TELLING, UNOFFICIAL, Service, dated, needed
from tests.samples import eicar, fill

Start = Callable[..., Service]
#: Makes a job for one way of asking ClamAV.
Job = Callable[..., SecondJob]


@pytest.fixture(params=["clamd", "clamscan"])
def job(request: pytest.FixtureRequest, tmp_path: Path) -> Job:
    """Jobs for the service, and jobs for the program beside MedScan."""
    if request.param == "clamd":
        running: Service = request.getfixturevalue("service")(*TELLING)

        def for_service(walk: object, **fields: object) -> SecondJob:
            return job_of(tmp_path, walk, services=(running.config,), **fields)  # type: ignore[arg-type]

        return for_service
    folder: Path = request.getfixturevalue("beside")

    def for_program(walk: object, **fields: object) -> SecondJob:
        return job_of(tmp_path, walk, beside=folder, **fields)  # type: ignore[arg-type]

    return for_program


#: Names that would be taken for answers, or for other files, by anyone who reads them as text.
HOSTILE = [
    b"a: OK",
    b"b: Eicar-Tests FOUND",
    b"c\nd: Eicar-Tests FOUND",
    b"e\r",
    b"-r",
    b"--remove=yes",
    b"f\xff\xfe",
    b" g ",
    b"1: fd[9]: Eicar-Tests FOUND",
    "\u202egnp.exe".encode(),
]


def test_threats_are_found_in_files_of_any_name_and_others_are_not(job: Job, stick: Path) -> None:
    folder = raw(stick)
    for name in HOSTILE:
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(b"harmless " + name)
        bad = os.fsdecode(folder + b"/bad " + name)
        Path(bad).write_bytes(MARKER + name)
    asked = Asked(job(walk_of(stick)))
    assert asked.found == {folder + b"/bad " + name: "Tests.Marker" + UNOFFICIAL for name in HOSTILE}
    assert asked.opinion.complete
    assert asked.opinion.analysed == 2 * len(HOSTILE) + 1
    assert asked.opinion.not_analysed == 0
    assert asked.opinion.self_test is SelfTest.PASSED
    assert asked.opinion.version


def test_a_finding_has_content_identity_and_severity_so_that_it_can_be_cleaned(job: Job, stick: Path) -> None:
    bad = stick / "bad.com"
    bad.write_bytes(eicar())
    asked = Asked(job(walk_of(stick)))
    (found,) = asked.findings
    assert found.chain == (raw(bad),)
    assert found.rule == "Eicar-Tests" + UNOFFICIAL
    assert found.engine == "clamav"
    assert found.severity is Severity.HIGH
    assert found.author == "ClamAV"
    assert found.sha256 == found.content == sha256(eicar()).hexdigest()
    assert found.size == len(eicar())
    assert found.identity is not None
    assert found.identity.modified_ns == bad.stat().st_mtime_ns


def locked_zip() -> bytes:
    """An archive that says of its member that it is encrypted."""
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("locked.txt", b"harmless " * 20)
    data = bytearray(plain.getvalue())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def test_what_it_left_out_is_not_analysed_never_clean_and_no_threat(job: Job, stick: Path) -> None:
    (stick / "deep.gz").write_bytes(nested())
    (stick / "locked.zip").write_bytes(locked_zip())
    with (stick / "huge").open("wb") as stream:
        stream.truncate(2100 << 20)
    asked = Asked(job(walk_of(stick)))
    assert asked.findings == []
    assert asked.opinion.complete
    endings = {problem.chain[0].rpartition(b"/")[2]: problem.outcome for problem in asked.problems}
    assert endings == {b"deep.gz": Outcome.TOO_DEEP, b"locked.zip": Outcome.ENCRYPTED, b"huge": Outcome.TOO_LARGE}
    assert asked.opinion.not_analysed == 3
    assert "second.not_analysed" in asked.doubts


def test_the_same_is_left_out_as_of_the_scan(job: Job, stick: Path, tmp_path: Path) -> None:
    own = stick / "rules.yar"
    own.write_bytes(MARKER)
    (stick / "card").mkdir()
    (stick / "card" / "image.dcm").write_bytes(MARKER)
    outside = tmp_path / "outside"
    outside.write_bytes(MARKER)
    (stick / "link").symlink_to(outside)
    os.mkfifo(stick / "fifo")
    (stick / "empty").touch()
    identity = identity_of(own)
    assert identity is not None
    walk = walk_of(stick, exclude=(identity,), exclude_names=(b"rules.yar",), headers_only=(b"card",))
    asked = Asked(job(walk))
    assert asked.findings == []
    assert asked.total(Outcome.SKIPPED_BY_POLICY, Cause.OWN_PROGRAM) == 1
    assert asked.total(Outcome.SKIPPED_BY_POLICY, Cause.FOLDER_OF_CARD) == 1
    assert asked.total(Outcome.SKIPPED_BY_POLICY, Cause.LINK) == 1
    assert asked.total(Outcome.EMPTY) == 1
    assert asked.opinion.not_analysed == 0


def test_nothing_on_the_target_is_touched(job: Job, stick: Path) -> None:
    bad = stick / "bad.com"
    bad.write_bytes(eicar())
    os.utime(bad, ns=(1_000_000_000, 2_000_000_000))
    before = {path: path.stat() for path in (stick, bad, stick / "note.txt")}
    asked = Asked(job(walk_of(stick)))
    assert asked.findings
    for path, status in before.items():
        now = path.stat()
        assert (now.st_atime_ns, now.st_mtime_ns, now.st_ctime_ns) == (
            status.st_atime_ns, status.st_mtime_ns, status.st_ctime_ns,
        )  # fmt: skip
    assert {path.name for path in stick.iterdir()} == {"bad.com", "note.txt"}


def test_a_gentle_scan_asks_as_well(job: Job, stick: Path) -> None:
    (stick / "bad.com").write_bytes(eicar())
    asked = Asked(job(walk_of(stick), share=0.5))
    assert len(asked.findings) == 1
    assert asked.opinion.complete


def test_a_target_that_is_gone_is_not_clean(job: Job, stick: Path) -> None:
    shutil.rmtree(stick)
    asked = Asked(job(walk_of(stick)))
    assert asked.total(Outcome.VANISHED) == 1
    assert "second.not_analysed" in asked.doubts


def test_cancelling_ends_it_at_once_with_all_that_it_started(job: Job, stick: Path) -> None:
    fill(stick / "more", 3000)
    children: set[psutil.Process] = set()

    def cancel(runner: SecondOpinion, told: Told) -> None:
        if told.begun:
            children.update(psutil.Process().children(recursive=True))
            runner.cancel()

    mine = set(psutil.Process().children(recursive=True))
    asked = Asked(job(walk_of(stick)), cancel)
    assert not asked.opinion.complete
    assert asked.doubts & {"second.cancelled"}
    _gone, alive = psutil.wait_procs(children - mine, timeout=5)
    assert alive == []


def test_a_pause_holds_and_then_it_goes_on(job: Job, stick: Path) -> None:
    fill(stick / "more", 300)
    (stick / "zz.com").write_bytes(eicar())
    resumed: list[threading.Timer] = []

    def pause(runner: SecondOpinion, told: Told) -> None:
        if told.begun and not resumed:
            runner.pause()
            resumed.append(threading.Timer(0.5, runner.resume))
            resumed[0].start()

    asked = Asked(job(walk_of(stick)), pause)
    resumed[0].join()
    assert asked.opinion.complete
    assert asked.opinion.analysed == 302
    assert len(asked.findings) == 1


# --- the service -----------------------------------------------------------------------------------


def test_a_service_that_hides_its_limits_is_not_believed(service: Start, stick: Path, tmp_path: Path) -> None:
    asked = Asked(job_of(tmp_path, walk_of(stick), services=(service().config,)))
    assert asked.opinion.status is EngineStatus.UNUSABLE
    assert asked.doubts == {"second.hides_limits"}


def test_a_service_that_hides_its_limits_makes_way_for_the_program(
    service: Start, stick: Path, tmp_path: Path, beside: Path
) -> None:
    (stick / "bad").write_bytes(MARKER)
    with_signatures = tmp_path / "opt"
    with_signatures.mkdir()
    program = with_signatures / "clamscan"
    real, database = needed("clamscan"), beside / "clamav" / "database"
    program.write_text(f'#!/bin/sh\nexec {real} --database={database} "$@"\n')
    program.chmod(0o755)
    job = job_of(tmp_path, walk_of(stick), services=(service().config,), folders=(str(with_signatures),))
    asked = Asked(job)
    assert asked.opinion.tool == "clamscan"
    assert len(asked.findings) == 1


def test_a_service_without_the_test_sample_is_not_believed(
    service: Start, database: Path, stick: Path, tmp_path: Path
) -> None:
    (database / "tests.hdb").unlink()
    asked = Asked(job_of(tmp_path, walk_of(stick), services=(service(*TELLING).config,)))
    assert asked.doubts == {"second.self_test_failed"}


def test_a_service_that_takes_everything_for_a_threat_is_not_believed(
    service: Start, database: Path, stick: Path, tmp_path: Path
) -> None:
    (database / "all.ndb").write_text(f"Tests.All:0:*:{b'harmless'.hex()}\n")
    asked = Asked(job_of(tmp_path, walk_of(stick), services=(service(*TELLING).config,)))
    assert asked.doubts == {"second.self_test_failed"}
    assert asked.findings == []


def test_a_service_that_dies_leaves_an_incomplete_opinion(service: Start, stick: Path, tmp_path: Path) -> None:
    fill(stick / "more", 2000)
    running = service(*TELLING)

    def kill(runner: SecondOpinion, told: Told) -> None:
        if told.begun and running.process.poll() is None:
            os.kill(running.process.pid, signal.SIGKILL)

    asked = Asked(job_of(tmp_path, walk_of(stick), services=(running.config,)), kill)
    assert not asked.opinion.complete
    assert "second.not_complete" in asked.doubts
    assert asked.opinion.coverage.total() == asked.opinion.coverage.items_counted


def test_a_false_service_is_found_out(stick: Path, tmp_path: Path) -> None:
    """Whoever answers "OK" to everything does not find the test sample."""
    place = tmp_path / "false"
    place.mkdir()
    config = place / "clamd.conf"
    config.write_text(f"LocalSocket {place}/socket\n")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(place / "socket"))
    listening.listen()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = listening.accept()
                with connection:
                    number = 0
                    while data := connection.recv(4096):
                        if data.startswith(b"zVERSION"):
                            connection.sendall(b"ClamAV 1.4.6/28001/Thu Nov 19 03:10:07 2026\0")
                            break
                        if b"FILDES" in data:
                            number += 1
                            connection.sendall(b"%d: fd[9]: OK\0" % number)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        asked = Asked(job_of(tmp_path, walk_of(stick), services=(config,)))
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
    assert asked.doubts == {"second.self_test_failed"}


# --- the program -----------------------------------------------------------------------------------


def test_versions_and_age_of_the_signatures(beside: Path, stick: Path, tmp_path: Path) -> None:
    def asked() -> Asked:
        return Asked(job_of(tmp_path, walk_of(stick), beside=beside))

    unknown = asked()
    assert (unknown.opinion.database_version, unknown.opinion.database_age_days) == ("", None)
    assert unknown.doubts == {"second.age_unknown"}
    dated(beside, days=3)
    fresh = asked()
    assert (fresh.opinion.database_version, fresh.opinion.database_age_days) == ("28001", 3)
    assert fresh.opinion.database_date[:10] == f"{datetime.now(UTC) - timedelta(days=3):%Y-%m-%d}"
    assert fresh.opinion.status is EngineStatus.READY
    assert fresh.doubts == set()
    dated(beside, days=91)
    stale = asked()
    assert stale.opinion.status is EngineStatus.STALE
    assert stale.doubts == {"second.stale"}
    dated(beside, days=-30)
    assert asked().doubts == {"second.age_unknown"}


def test_other_signatures_have_another_fingerprint(beside: Path, database: Path, stick: Path, tmp_path: Path) -> None:
    first = Asked(job_of(tmp_path, walk_of(stick), beside=beside)).opinion.database_digest
    (database / "more.ndb").write_text("Tests.More:0:*:aabbccddeeff00112233\n")
    second = Asked(job_of(tmp_path, walk_of(stick), beside=beside)).opinion.database_digest
    assert len(first) == len(second) == 64
    assert first != second


def test_a_program_that_dies_is_started_again_and_every_file_is_answered(
    beside: Path, stick: Path, tmp_path: Path
) -> None:
    fill(stick / "more", 1500)
    (stick / "zz.com").write_bytes(eicar())
    killed: list[int] = []

    def kill(runner: SecondOpinion, told: Told) -> None:
        if told.begun and told.opinion.analysed > 10 and not killed:
            for child in psutil.Process().children(recursive=True):
                if child.name() == "clamscan":
                    killed.append(child.pid)
                    child.kill()

    asked = Asked(job_of(tmp_path, walk_of(stick), beside=beside), kill)
    assert killed
    assert asked.opinion.complete
    assert asked.opinion.analysed == 1502
    assert len(asked.findings) == 1


def test_a_program_that_others_may_change_is_not_started(beside: Path, stick: Path, tmp_path: Path) -> None:
    program = beside / "clamav" / "clamscan"
    real = program.resolve()
    program.unlink()
    shutil.copyfile(real, program)
    program.chmod(0o777)
    asked = Asked(job_of(tmp_path, walk_of(stick), beside=beside))
    assert asked.opinion.status is EngineStatus.UNUSABLE
    assert asked.doubts == {"second.unsafe"}


def test_a_program_without_signatures_is_not_clean(beside: Path, database: Path, stick: Path, tmp_path: Path) -> None:
    for file in database.iterdir():
        file.unlink()
    asked = Asked(job_of(tmp_path, walk_of(stick), beside=beside))
    assert asked.doubts == {"second.no_database"}
    (database / "broken.ndb").write_text("this is no signature\n")
    asked = Asked(job_of(tmp_path, walk_of(stick), beside=beside))
    assert asked.doubts == {"second.no_database"}


def test_nothing_found_is_absent(stick: Path, tmp_path: Path) -> None:
    asked = Asked(job_of(tmp_path, walk_of(stick)))
    assert asked.opinion.status is EngineStatus.ABSENT
    assert asked.doubts == {"second.absent"}
