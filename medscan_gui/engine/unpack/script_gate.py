"""Whether a text is worth a look for scripts that are written in another way: asked for every text of a scan.

Ordinary texts have a blank every few characters; what is encoded has none for hundreds. So the text is not read but
probed: from the end of each stretch of 512 characters backwards to the nearest blank, which is mostly a few steps.
Only what stays is looked at, and only what is started as a script, or has come out of one, is looked at as a whole.
"""

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.named_kinds import SCRIPT_NAMES, ending_of
from medscan_gui.engine.unpack.script_encoder import START
from medscan_gui.engine.unpack.source import Source

#: A stretch without a blank.
_STRETCH = 512
_STEP = 1 << 20
_RUN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-\r\n"
#: What else stands between the pieces of a run that is put together.
_JOINS = _RUN + b"\"'`+&_,;\\x%u0"
_NUMBERS = b"0123456789,\r\n"
#: Line ends that a stretch of base64 has at most, and quotes that one put together has.
_LINES, _QUOTES = 14, 24
#: What comes often in a stretch of characters written as numbers.
_ESCAPES = ((b"\\x", 64), (b"%", 96), (b"&#", 48), (b"hr(", 24), (b"CHR(", 24), (b"0x", 48), (b"\\u00", 48))

#: Contents that are opened in their own way: what is in them comes back as a text of its own.
_OPENED_OTHERWISE = frozenset({FileType.EMAIL, FileType.MBOX, FileType.RTF, FileType.PDF, FileType.DICOM})
_MARKS = (b"\xff\xfe", b"\xfe\xff")
#: So much shows whether a text is UTF-16.
_WIDE_BYTES = 256
#: What openers call texts that run, or that came out of one that does.
_OUT_OF_SCRIPTS = (
    *(b"[javascript", b"[macro", b"[script", b"[encoded script", b"[command line", b"[text]", b"[data "),
    *(b"[base64", b"[hex", b"[deflate", b"[percent", b"[octal", b"[characters", b"[numbers", b"[entities"),
    b"[content]",
)


def is_worth(source: Source) -> bool:
    """Say whether a text may hold something encoded."""
    if is_script(source):
        return True
    if not _OPENED_OTHERWISE.isdisjoint(source.types):
        return False
    place = 0
    while place < source.size:
        text = source.read_at(place, _STEP + _STRETCH)
        if is_wide(text):
            if not place:
                return True  # UTF-16: a text of its own, once it is written in the usual way
            place += _STEP
            continue
        if FileType.HTML in source.types and START in text:
            return True
        if has_stretch(text):
            return True
        place += _STEP
    return False


def is_wide(text: bytes) -> bool:
    """Say whether a text says that it is UTF-16, or looks like it: most of every other byte are NUL."""
    if text.startswith(_MARKS):
        return True
    return b"\0" in text[:16] and has_zeros(text)


def has_zeros(text: bytes) -> bool:
    """Say whether the beginning of a text is written with two bytes for each character."""
    start = text[: min(_WIDE_BYTES, len(text) & ~1)]
    return any(turn.count(0) * 4 >= len(turn) * 3 > 0 for turn in (start[::2], start[1::2]))


def is_script(source: Source) -> bool:
    """Say whether a text is started as a script, or has come out of one, by its name or its beginning."""
    name = source.name
    if ending_of(name) in SCRIPT_NAMES or (name[:1] == b"[" and name.startswith(_OUT_OF_SCRIPTS)):
        return True
    return source.read_at(0, 4) == START


def has_stretch(text: bytes) -> bool:
    """Say whether a text has a stretch without a blank that may be encoded."""
    place, last = 0, len(text) - _STRETCH
    rfind = text.rfind
    while place <= last:
        blank = rfind(b" ", place, place + _STRETCH)
        if blank >= 0:
            place = blank + 1
            continue
        stretch = text[place : place + _STRETCH]
        if stretch.count(b"\n") > _LINES:  # a list of short lines
            place += _STRETCH // 2
            continue
        rest = len(stretch.rstrip(_RUN))
        if not rest or _is_escaped(stretch):
            return True
        place += max(rest, 32)
    return False


def _is_escaped(stretch: bytes) -> bool:
    for mark, least in _ESCAPES:
        if stretch.count(mark) >= least:
            return True
    if not stretch.translate(None, _NUMBERS):
        return stretch.count(b",") >= _STRETCH // 5
    return not stretch.translate(None, _JOINS) and stretch.count(b'"') + stretch.count(b"'") <= _QUOTES
