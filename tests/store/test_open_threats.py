"""When a later scan may say that earlier threats are gone."""

import pytest

from medscan_gui.core.device import Target
from medscan_gui.core.words import TargetKind
from medscan_gui.store.open_threats import covers


def folder(*paths: bytes, **facts: object) -> Target:
    return Target(kind=TargetKind.FOLDER, paths=paths, **facts)  # type: ignore[arg-type]


def volume(path: bytes, volume_id: str) -> Target:
    return Target(kind=TargetKind.VOLUME, paths=(path,), volume_id=volume_id, removable=True)


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        (folder(b"/a"), folder(b"/a"), True),
        (folder(b"/"), folder(b"/a/b"), True),
        (folder(b"/a"), folder(b"/a/b"), True),
        (folder(b"/a/b"), folder(b"/a"), False),
        (folder(b"/a"), folder(b"/ab"), False),
        (folder(b"/a", b"/b"), folder(b"/b/c", b"/a/d"), True),
        (folder(b"/a"), folder(b"/a/x", b"/b"), False),
        (folder(b"C:\\"), folder(b"C:\\Users"), True),
        (folder(b"C:\\Use"), folder(b"C:\\Users"), False),
        (volume(b"/media/a", "1A2B-3C4D"), volume(b"/media/b", "1A2B-3C4D"), True),
        (volume(b"/media/a", "1A2B-3C4D"), volume(b"/media/a", "FFFF-0000"), False),
        (volume(b"/media/a", "1A2B-3C4D"), folder(b"/media/a/x", volume_id="1A2B-3C4D", removable=True), True),
        (folder(b"/"), volume(b"/media/a", "1A2B-3C4D"), False),
    ],
)
def test_covers(wide: Target, narrow: Target, expected: bool) -> None:
    assert covers(wide, narrow) is expected
