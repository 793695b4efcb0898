"""What Windows says of its drives, as far as it can be told without Windows; on Windows, the real drives."""

import sys

import pytest

from medscan_gui.system.windows_volumes import DRIVE_CDROM, DRIVE_FIXED, DRIVE_REMOTE, DRIVE_REMOVABLE, Drive, letters


def test_letters() -> None:
    assert letters(0b1101) == ("A:\\", "C:\\", "D:\\")
    assert letters(1 << 25 | 1 << 31) == ("Z:\\",)
    assert letters(0) == ()


@pytest.mark.parametrize(
    ("kind", "plugged", "expected"),
    [
        (DRIVE_REMOVABLE, False, True),
        (DRIVE_CDROM, False, True),
        (DRIVE_FIXED, False, False),
        (DRIVE_FIXED, True, True),
        (DRIVE_REMOTE, False, False),
    ],
)
def test_removable(kind: int, plugged: bool, expected: bool) -> None:
    assert Drive(root="E:\\", kind=kind, plugged=plugged).removable is expected


def test_volume_id_is_what_windows_shows() -> None:
    assert Drive(root="E:\\", kind=DRIVE_REMOVABLE, serial=0x1A2B3C4D).volume_id == "1A2B-3C4D"
    assert Drive(root="E:\\", kind=DRIVE_REMOVABLE, serial=0x0000000F).volume_id == "0000-000F"
    assert Drive(root="E:\\", kind=DRIVE_REMOVABLE).volume_id == ""


if sys.platform == "win32":
    from medscan_gui.system.windows_volumes import drive, drive_roots, system_root

    def test_system_drive_is_there() -> None:
        found = drive(system_root())
        assert found.root in drive_roots()
        assert found.ready
        assert found.size > found.free > 0
        assert found.volume_id
        assert found.file_system == "NTFS"
