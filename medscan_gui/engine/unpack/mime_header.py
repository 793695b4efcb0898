"""Headers of MIME parts: the few fields that say how a part is written, however badly they are written themselves."""

import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

import msgspec

from medscan_gui.engine.unpack.source import Source

#: So much is read of a header: its beginning, and its end if it is longer than both.
_HEADER = 256 << 10
_USUAL = 4096
_HEADER_END = 64 << 10
#: Values that one header may give for the same thing: readers differ in which one they take.
_SAME = 8
_NAME_BYTES = 4096

_END = re.compile(rb"\r?\n[ \t]*\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_FIELDS = re.compile(
    rb"^(content-type|content-transfer-encoding|content-disposition|content-location)[ \t]*:[ \t]*([^\r\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_PARAMETER = re.compile(rb"[;\s]([A-Za-z*0-9-]{1,64})\s*=\s*(\"(?:[^\"\\]|\\.)*\"?|[^;\s]*)")
_QUOTED_PAIR = re.compile(rb"\\([\"\\])")
_ENCODED_WORD = re.compile(rb"=\?([^?\s]{1,64})\?([bBqQ])\?([^?\s]*)\?=\s*")


class Header(msgspec.Struct, kw_only=True):
    """What the header of one part says; `body` is where its content begins."""

    body: int
    #: In lower case; "text/plain" if nothing is said.
    kind: bytes = b"text/plain"
    #: All transfer encodings that it names, in lower case.
    encodings: tuple[bytes, ...] = ()
    boundaries: tuple[bytes, ...] = ()
    #: Raw name, decoded if it is written in one of MIME's ways; b"" if there is none.
    name: bytes = b""
    #: Parameters of the type, by their names in lower case.
    parameters: dict[bytes, bytes] = msgspec.field(default_factory=dict)


def read_header(source: Source, start: int, end: int) -> Header:
    """Read the header that begins at `start` of a part that lies before `end`."""
    start = _first_line(source, start, end)
    text = source.read_at(start, min(_USUAL, end - start))
    if _END.search(text) is None and len(text) < end - start:
        text = source.read_at(start, min(_HEADER, end - start))
    if text.startswith((b"\n", b"\r\n")):
        return Header(body=start + text.index(b"\n") + 1)
    if found := _END.search(text):
        return _parsed(text[: found.start()], start + found.end())
    if len(text) == end - start:
        return _parsed(text, end)
    body = _blank_line(source, start + len(text) - 4, end)
    last = max(start + len(text), body - _HEADER_END)
    return _parsed(text + b"\n" + source.read_at(last, body - last), body)


def _first_line(source: Source, start: int, end: int) -> int:
    """Pass over a byte order mark, and at the very beginning over blank lines."""
    text = source.read_at(start, min(_USUAL if start else _HEADER_END, end - start))
    marked = start + 3 if text.startswith(b"\xef\xbb\xbf") else start
    return marked if start else marked + len(text[marked:]) - len(text[marked:].lstrip())


def _blank_line(source: Source, start: int, end: int) -> int:
    """Return what follows the next blank line, or `end`."""
    bare = source.find(b"\n\n", start, end)
    full = source.find(b"\n\r\n", start, bare + 3 if bare >= 0 else end)
    if full >= 0:
        return full + 3
    return bare + 2 if bare >= 0 else end


def _parsed(text: bytes, body: int) -> Header:
    fields: dict[bytes, list[bytes]] = {}
    for field in _FIELDS.finditer(_FOLD.sub(b" ", text)):
        values = fields.setdefault(field[1].lower(), [])
        if len(values) < _SAME:
            values.append(field[2].strip())
    types = fields.get(b"content-type", [])
    parameters: dict[bytes, bytes] = {}
    boundaries = []
    for value in types:
        for name, parameter in _parameters(value):
            parameters.setdefault(name, parameter)
            if name == b"boundary" and (edge := parameter.rstrip()):
                boundaries.append(edge)
    return Header(
        body=body,
        kind=_kind(types),
        encodings=tuple(
            dict.fromkeys(value.lower() for value in fields.get(b"content-transfer-encoding", []) if value)
        ),
        boundaries=tuple(dict.fromkeys(boundaries)),
        name=_name(fields, parameters),
        parameters=parameters,
    )


def _kind(types: list[bytes]) -> bytes:
    kinds = [re.split(rb"[;\s]", value, maxsplit=1)[0].strip(b"\"'").lower() for value in types]
    # One that has parts hides more than one that has none.
    return next((kind for kind in kinds if kind.startswith(b"multipart/")), kinds[0] if kinds else b"text/plain")


def _parameters(value: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield parameters with their values; those in pieces or with a character set (RFC 2231) put together."""
    pieces: dict[bytes, list[bytes]] = {}
    for name, text in _PARAMETER.findall(value):
        key, star, rest = name.lower().partition(b"*")
        plain: bytes = _QUOTED_PAIR.sub(rb"\1", text.strip(b'"')) if text.startswith(b'"') else text
        if not star:
            yield key, plain
            continue
        if rest in {b"", b"0*"} and plain.count(b"'") >= 2:
            plain = plain.split(b"'", 2)[2]
        pieces.setdefault(key, []).append(unquote_to_bytes(plain) if name.endswith(b"*") else plain)
    for key, parts in pieces.items():
        yield key, b"".join(parts)


def _name(fields: dict[bytes, list[bytes]], parameters: dict[bytes, bytes]) -> bytes:
    for value in fields.get(b"content-disposition", []):
        for key, parameter in _parameters(b";" + value):
            if key == b"filename" and parameter:
                return _decoded(parameter[:_NAME_BYTES])
    if name := parameters.get(b"name"):
        return _decoded(name[:_NAME_BYTES])
    return next(iter(fields.get(b"content-location", [])), b"")[:_NAME_BYTES]


def _decoded(name: bytes) -> bytes:
    """Return a name with its encoded words (RFC 2047) decoded to UTF-8; as it stands where that fails."""
    try:
        return _ENCODED_WORD.sub(_word, name)
    except (LookupError, ValueError):
        return name


def _word(found: re.Match[bytes]) -> bytes:
    charset, way, text = found[1], found[2], found[3]
    base64 = way in b"bB"
    raw = binascii.a2b_base64(text + b"=" * (-len(text) % 4)) if base64 else binascii.a2b_qp(text, header=True)
    return raw.decode(charset.decode("ascii").partition("*")[0]).encode()
