"""docs/formats.md says what the registry says. MEDSCAN_WRITE_DOCS=1 writes it anew."""

import os
from pathlib import Path

from medscan_gui.engine.unpack.base import Format
from medscan_gui.engine.unpack.registry import FORMATS, NOT_OPENED

_FILE = Path(__file__).resolve().parents[3] / "docs" / "formats.md"

_HEAD = """# Formats that MedScan looks into

Every file is read and checked as it is, whatever it is. The formats below are also opened, and what is inside is
checked like a file, down to {depth} levels, within one budget of bytes, members, time and memory for each file. What
could not be opened is in the result with its chain of names and the reason: locked, damaged, ended too early, a limit
reached, or a format that is recognised but not opened. Such an item keeps the light from turning blue.

This page is written from the program's own list of formats by `tests/engine/unpack/test_formats_doc.py`
(`MEDSCAN_WRITE_DOCS=1`), which fails when the two differ. Each sample lies in `tests/formats` and was made by the tool
that the README there names.

| format | read with | sample | what is read | what is not |
| --- | --- | --- | --- | --- |
"""

_TAIL = """
Recognised and not opened (the item ends as "{not_opened}"): {kinds}.
"""


def _samples(one: Format) -> str:
    return ", ".join(f"`{name}`" for name in one.samples)


def _page() -> str:
    from medscan_gui.core.text import current
    from medscan_gui.engine.limits import UnpackLimits

    lines = [
        f"| {one.name} | {one.library} | {_samples(one)} | {one.read} | {one.not_read} |"
        for one in sorted(FORMATS, key=lambda one: one.name.lower())
    ]
    assert not any(text.count("|") != 6 for text in lines), "a bar in a cell would break the table"
    words = current().sentence_of("cause.format_not_opened")
    tail = _TAIL.format(not_opened=words, kinds=", ".join(sorted(kind.value for kind in NOT_OPENED)) or "none")
    return _HEAD.format(depth=UnpackLimits().depth) + "\n".join(lines) + "\n" + tail


def test_formats_page_is_of_today() -> None:
    if os.environ.get("MEDSCAN_WRITE_DOCS"):
        _FILE.write_text(_page(), encoding="utf-8")
    assert _FILE.read_text(encoding="utf-8") == _page()
