"""Office documents in one XML file: binary parts are written into it as base64 (ECMA-376-2, flat packages)."""

import re
from collections.abc import Iterator

from medscan_gui.engine.unpack import text_codes
from medscan_gui.engine.unpack.base import Member, Unpacking
from medscan_gui.engine.unpack.metered import MeteredSource
from medscan_gui.engine.unpack.searching import places
from medscan_gui.engine.unpack.source import Source

#: Flat OPC, Word 2003 XML, flat ODF; under any prefix.
_TAG = re.compile(rb"<(?:[\w.-]{1,64}:)?(?:binaryData|binData|binary-data)\b[^<>]{0,500}>", re.IGNORECASE)
_TAG_BYTES = 700
_MARKS = (b"binaryData", b"binData", b"binary-data")
_NAME = re.compile(rb"name\s*=\s*[\"']([^\"'<>]{1,300})[\"']")
#: A part's name stands so near in front of its content.
_BEFORE = 600


def open_flat(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield the binary parts of a document in one XML file. See `base.Opener`."""
    source = MeteredSource(source, unpacking.budget)
    end = 0
    for number, place in enumerate(places(source, _TAG, 0, source.size, length=_TAG_BYTES, budget=unpacking.budget), 1):
        before = max(end, place - _BEFORE)
        text = source.read_at(before, place - before + _TAG_BYTES)
        tag = _TAG.match(text, place - before)
        if tag is None:
            continue
        names = _NAME.findall(text, 0, tag.end())
        start = before + tag.end()
        closing = source.find(b"<", start)
        end = source.size if closing < 0 else closing
        name = re.split(rb"[/\\]", names[-1])[-1] if names else b""
        yield Member(name or b"[binary data %d]" % number, text_codes.base64(source.chunks(start, end)))


def is_flat(source: Source) -> bool:
    """Say whether a file in XML has binary parts."""
    return any(source.find(mark, 0) >= 0 for mark in _MARKS)
