"""Locked archives: read once more with passwords; the light is on both scans together."""

import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import pyzipper

from medscan_gui.core.coverage import Coverage, CoverageLine
from medscan_gui.core.device import Target
from medscan_gui.core.events import Finished, Progress, ScanEvent
from medscan_gui.core.names import raw_bytes
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Cause, Light, Outcome, TargetKind
from medscan_gui.follow_up import doubt_of_unlocking, unlocking
from medscan_gui.response.unlocking import UnlockingRefusedError, locked_files, passwords_of, unlock
from medscan_gui.services import Services
from medscan_gui.session import ScanRequest, ScanSession, device_for
from tests.samples import eicar


def _locked(name: str, content: bytes, password: bytes) -> bytes:
    stream = io.BytesIO()
    with pyzipper.AESZipFile(stream, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password)
        archive.writestr(name, content)
    return stream.getvalue()


def _record(session: ScanSession) -> ScanRecord:
    *_, last = session.events()
    assert isinstance(last, Finished)
    assert last.committed
    return last.record


def _scan(services: Services, folder: Path) -> ScanRecord:
    target = Target(kind=TargetKind.FOLDER, paths=(raw_bytes(str(folder)),))
    return _record(ScanSession(services, ScanRequest(target, device_for(services, target))))


def test_what_was_locked_is_read_and_the_light_is_on_both(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "device"
    folder.mkdir()
    (folder / "plain.txt").write_text("harmless")
    (folder / "locked.zip").write_bytes(_locked("inner.txt", b"harmless as well", b"secret"))
    first = _scan(services, folder)
    assert first.light is Light.AMBER
    assert locked_files(first) == (raw_bytes(str(folder / "locked.zip")),)

    second = _record(unlock(services, first, ("wrong", "secret"), "Ana"))
    assert second.light is Light.BLUE, second.verdict
    assert (second.follows, second.action) == (first.id, "")
    assert second.evidence.earlier_items_read == first.coverage.items_read


def test_a_threat_behind_a_password_is_red_with_its_chain(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "device"
    folder.mkdir()
    (folder / "locked.zip").write_bytes(_locked("inner.com", eicar(), b"secret"))
    first = _scan(services, folder)
    second = _record(unlock(services, first, ("secret",), ""))
    assert second.light is Light.RED
    assert [found.chain[1:] for found in second.findings] == [(b"inner.com",)]
    assert "secret" not in repr(second)


def test_a_wrong_password_stays_amber(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "device"
    folder.mkdir()
    (folder / "locked.zip").write_bytes(_locked("inner.txt", b"harmless", b"secret"))
    (folder / "other.txt").write_text("harmless")
    second = _record(unlock(services, _scan(services, folder), ("wrong",), ""))
    assert second.light is Light.AMBER
    assert second.coverage.total(Outcome.ENCRYPTED) == 1
    # And once more, with the right one, from the newer result.
    assert _record(unlock(services, second, ("secret",), "")).light is Light.BLUE


def _gone(locked: Path) -> None:
    locked.unlink()


def _replaced(locked: Path) -> None:
    locked.unlink()
    locked.write_text("harmless")


def _moved_aside(locked: Path) -> None:
    locked.rename(locked.with_name("z.zip"))
    locked.write_text("harmless")


def _emptied(locked: Path) -> None:
    locked.write_bytes(b"")


def _made_a_folder(locked: Path) -> None:
    locked.rename(locked.with_name("z.zip"))
    locked.mkdir()


def _made_a_link(locked: Path) -> None:
    locked.rename(locked.with_name("z.zip"))
    locked.symlink_to(locked.with_name("other.txt"))


def _overwritten_with_its_old_times(locked: Path) -> None:
    status = locked.stat()
    with locked.open("r+b") as stream:
        stream.write(b"harmless".ljust(status.st_size))
    os.utime(locked, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A locked archive, in a folder with another file."""
    folder = tmp_path / "device"
    folder.mkdir()
    (folder / "locked.zip").write_bytes(_locked("inner.txt", b"harmless", b"secret"))
    (folder / "other.txt").write_text("harmless")
    return folder / "locked.zip"


@pytest.mark.parametrize(
    "change", [_gone, _replaced, _moved_aside, _emptied, _made_a_folder, _made_a_link, _overwritten_with_its_old_times]
)
def test_another_file_in_its_place_takes_no_doubt_away(
    change: Callable[[Path], None], services: Services, locked: Path
) -> None:
    (locked.with_name("second.zip")).write_bytes(_locked("inner.txt", b"harmless", b"secret"))
    first = _scan(services, locked.parent)
    change(locked)
    # The other locked file is read again; what was in this one stays a doubt.
    assert _record(unlock(services, first, ("secret",), "")).light is Light.AMBER


def test_if_all_have_changed_nothing_is_read(services: Services, locked: Path) -> None:
    first = _scan(services, locked.parent)
    _moved_aside(locked)
    with pytest.raises(UnlockingRefusedError) as refused:
        unlock(services, first, ("secret",), "")
    assert refused.value.message.code == "unlock.other_files_now"


def test_a_record_that_does_not_tell_which_file_was_locked(services: Services, locked: Path) -> None:
    first = _scan(services, locked.parent)
    problems = tuple(msgspec.structs.replace(problem, identity=None, size=0) for problem in first.problems)
    with pytest.raises(UnlockingRefusedError) as refused:
        unlock(services, msgspec.structs.replace(first, problems=problems), ("secret",), "")
    assert refused.value.message.code == "unlock.other_files_now"


@pytest.mark.parametrize("change", [_gone, _moved_aside, _made_a_folder, _made_a_link, _overwritten_with_its_old_times])
def test_what_is_changed_while_it_is_read_again_is_a_doubt(
    change: Callable[[Path], None], services: Services, locked: Path
) -> None:
    session = unlock(services, _scan(services, locked.parent), ("secret",), "")
    change(locked)
    record = _record(session)
    assert record.light is Light.AMBER
    assert "unlock.changed_meanwhile" in [trouble.code for trouble in record.evidence.troubles]


def test_what_is_put_back_before_the_end_is_a_doubt(services: Services, locked: Path) -> None:
    session = unlock(services, _scan(services, locked.parent), ("secret",), "")
    _made_a_folder(locked)
    (locked / "one").write_text("harmless")
    *_, last = _putting_back(session.events(), locked)
    assert isinstance(last, Finished)
    assert last.record.light is Light.AMBER


def _putting_back(events: Iterator[ScanEvent], locked: Path) -> Iterator[ScanEvent]:
    for event in events:
        if isinstance(event, Progress) and locked.is_dir() and event.total_final:
            shutil.rmtree(locked)
            locked.with_name("z.zip").rename(locked)
        yield event


def test_each_file_must_have_been_read(services: Services, locked: Path) -> None:
    follow_up = unlocking(_scan(services, locked.parent))
    read = CoverageLine(Outcome.SCANNED, Cause.NONE, 1)
    passed_over = CoverageLine(Outcome.SKIPPED_BY_POLICY, Cause.FOLDER_OF_CARD, 1)
    assert doubt_of_unlocking(follow_up, Coverage(lines=(read,), items_counted=1)) is None
    for coverage in (Coverage(), Coverage(lines=(passed_over,), items_counted=1)):
        doubt = doubt_of_unlocking(follow_up, coverage)
        assert doubt is not None
        assert doubt.code == "unlock.not_all_read"


def test_only_the_newest_result_is_unlocked(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "device"
    folder.mkdir()
    (folder / "locked.zip").write_bytes(_locked("inner.txt", b"harmless", b"secret"))
    first = _scan(services, folder)
    _scan(services, folder)
    with pytest.raises(UnlockingRefusedError):
        unlock(services, first, ("secret",), "")


def test_passwords_are_bounded() -> None:
    assert passwords_of(" a \r\nb\n\n a \r\n") == (" a ", "b")
    for text in ("", "\n \n", "\n".join(map(str, range(500))), "x" * 1000):
        with pytest.raises(UnlockingRefusedError):
            passwords_of(text)
