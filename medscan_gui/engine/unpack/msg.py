"""Outlook messages ([MS-OXMSG]): attachments under their own names, and bodies as text.

Every property of variable length is a stream of its own, so that all of them are scanned in any case; here they get
the names that people know, and those that are packed or in UTF-16 are given once more as what they mean.
"""

from collections.abc import Iterator

from medscan_gui.engine.unpack.base import Member
from medscan_gui.engine.unpack.compound import STREAM, CompoundFile, Entry
from medscan_gui.engine.unpack.compressed_rtf import rtf_of
from medscan_gui.engine.unpack.wide_text import utf8, utf8_of

_PROPERTIES = b"__properties_version1.0"
_ATTACHMENT = b"__attach_version1.0_#"
_STREAM_NAME = b"__substg1.0_"
# Tags of properties ([MS-OXPROPS]), as stream names spell them.
_DATA = b"37010102"
_NAMES = (b"3707001f", b"3707001e", b"3704001f", b"3704001e", b"3001001f", b"3001001e")
_BODY = b"1000001f"
_RTF = b"10090102"
_UNICODE = b"001f"
_NAME_BYTES = 1024
#: The longest compressed body that is unpacked: it is read into memory.
_BODY_BYTES = 24 << 20


def is_message(compound: CompoundFile) -> bool:
    """Say whether a compound file is a message."""
    return compound.at_root(_PROPERTIES) is not None


def attachment_names(compound: CompoundFile) -> dict[int, bytes]:
    """Return the names of attachments by the index of the stream that holds their bytes."""
    names = {}
    for storage in compound.entries:
        if storage.name.lower().startswith(_ATTACHMENT) and storage.reached:
            streams = compound.inside(storage.index)
            data = streams.get(_STREAM_NAME + _DATA)
            if data is not None and (name := _name_of(compound, streams)):
                names[data.index] = name
    return names


def _name_of(compound: CompoundFile, streams: dict[bytes, Entry]) -> bytes:
    for tag in _NAMES:
        entry = streams.get(_STREAM_NAME + tag)
        if entry is not None:
            name = compound.read(entry, _NAME_BYTES)
            if name := utf8(name) if tag.endswith(_UNICODE) else name:
                return name
    return b""


def bodies(compound: CompoundFile) -> Iterator[Member]:
    """Yield the bodies of a message, and of the messages within it, that are packed or in UTF-16."""
    for entry in compound.streams():
        name = entry.name.lower()
        if entry.kind != STREAM or not name.startswith(_STREAM_NAME):
            continue
        tag = name[len(_STREAM_NAME) :]
        if tag == _RTF:
            yield Member(b"[body.rtf]", rtf_of(compound.read(entry, _BODY_BYTES)))
        elif tag == _BODY:
            yield Member(b"[body]", utf8_of(compound.chunks(entry)))
