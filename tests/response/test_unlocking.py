"""Locked archives: read once more with passwords; the light is on both scans together."""

import io
from pathlib import Path

import pytest
import pyzipper

from medscan_gui.core.device import Target
from medscan_gui.core.events import Finished
from medscan_gui.core.names import raw_bytes
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.words import Light, Outcome, TargetKind
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


def test_a_file_that_is_gone_is_no_blue(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "device"
    folder.mkdir()
    (folder / "locked.zip").write_bytes(_locked("inner.txt", b"harmless", b"secret"))
    (folder / "other.txt").write_text("harmless")
    first = _scan(services, folder)
    (folder / "locked.zip").unlink()
    assert _record(unlock(services, first, ("secret",), "")).light is Light.AMBER


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
