"""RTF bodies of Outlook's messages, compressed with LZFu ([MS-OXRTFCP])."""

import struct
from collections.abc import Iterator

from medscan_gui.engine.unpack.base import cut_short, damaged

_HEADER = struct.Struct("<LL4s4x")
#: What the dictionary holds at the beginning ([MS-OXRTFCP] 2.1.2.1).
_FIRST = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS "
    b"Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b"
    b"\\i\\u\\tab\\tx"
)
_RING = 4096
_PIECE = 64 << 10


def rtf_of(packed: bytes) -> Iterator[bytes]:
    """Yield the RTF piece by piece. Raises UnpackError where it breaks off."""
    if len(packed) < _HEADER.size:
        raise cut_short("compressed RTF")
    size, _raw_size, kind = _HEADER.unpack_from(packed)
    end = size + 4
    if kind == b"MELA":
        yield packed[_HEADER.size :]
    elif kind == b"LZFu":
        yield from _unpacked(packed[_HEADER.size : end])
    else:
        raise damaged("compressed RTF")
    if end > len(packed):
        raise cut_short("compressed RTF")


def _unpacked(packed: bytes) -> Iterator[bytes]:
    ring = bytearray(_RING)
    ring[: len(_FIRST)] = _FIRST
    place, out, at = len(_FIRST), bytearray(), 0
    while at < len(packed):
        flags = packed[at]
        at += 1
        for bit in range(8):
            if not flags >> bit & 1:
                part = packed[at : at + 1]
                at += 1
            else:
                token = int.from_bytes(packed[at : at + 2], "big")
                at += 2
                if token >> 4 == place or at > len(packed):  # the end: a reference to where it stands
                    yield bytes(out)
                    return
                part = _referenced(ring, token >> 4, (token & 0xF) + 2, place)
            for byte in part:
                ring[place] = byte
                place = (place + 1) % _RING
            out += part
        if len(out) >= _PIECE:
            yield bytes(out)
            out.clear()
    yield bytes(out)


def _referenced(ring: bytearray, start: int, length: int, place: int) -> bytes:
    """Return what a reference means; it may reach into what it writes itself."""
    part = bytearray()
    for number in range(length):
        at = (start + number) % _RING
        written = (at - place) % _RING
        part.append(part[written] if written < len(part) else ring[at])
    return bytes(part)
