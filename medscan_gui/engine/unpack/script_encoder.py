"""Scripts as Microsoft's Script Encoder writes them (VBScript.Encode, JScript.Encode): scrambled, not encrypted.

``#@~^``, eight characters of length, the text, eight of checksum, ``^#~@``. What a character stands for depends on
its place in a row of 64; five characters are written with an ``@``. The tables are the encoder's; each is a
permutation of the characters that take part.
"""

import re
from collections.abc import Iterator

from medscan_gui.engine.unpack.budget import Budget
from medscan_gui.engine.unpack.runs import Start, runs
from medscan_gui.engine.unpack.searching import places
from medscan_gui.engine.unpack.source import Source

START, END = b"#@~^", b"^#~@"
_START = re.compile(re.escape(START))
_LENGTH, _CHECKSUM = 8, 8
#: Longer texts are read up to here: no script is longer.
_MOST = 16 << 20
_PIECE = 256 << 10

#: Which of the three tables, by the place of a character.
_TURNS = bytes(int(turn) for turn in "0120121221210212021200122102122100212120200120210212001220012021")
#: The characters that take part, in this order: tabulator, then blank to DEL, less those written with an "@".
_WRITTEN = bytes([9, *(code for code in range(32, 128) if code not in b"<>@")])
_MEANINGS = (
    "572e477a56426a2f26494134325b7672433839704568714f09624423757e5e774a615d224b6f4e3b4c50672a7d74542b2d2c306e6b66352521"
    "644d52633f7b7829287359337f6d55537c3a5f65465831696c5a48275c3d24793760512036",
    "6e2d755260715e495c627d2936207c7a7f6b63332b68516676316454433a7e452c2a7427374479592f6f26726a397b3f387767534734785d30"
    "235a5b6c485570692e4c21244e5009567335614b583b57226d4d2528464a32413d5f4f4265",
    "7b323021295b38333d583a3565395c5673664e456b6259785e7d4a6d716053422748727531374d5222546a47642d207f2e4c5d7e6c6f797443"
    "267625242b28234134092a443f773b55696163506751494f46687c36706e7a2f5f4b5a2c57",
)
_TABLES = tuple(bytes.maketrans(_WRITTEN, bytes.fromhex(meaning)) for meaning in _MEANINGS)
_ESCAPES = ((b"@&", b"\n"), (b"@#", b"\r"), (b"@*", b">"), (b"@!", b"<"), (b"@$", b"@"))


def encoded_scripts(source: Source, budget: Budget) -> Iterator[Iterator[bytes]]:
    """Yield each encoded script in a text, decoded."""
    starts = (
        Start(place, place + len(START) + _LENGTH, b"")
        for place in places(source, _START, 0, source.size, length=len(START), budget=budget)
    )
    for start, end in runs(source, starts, END, source.size):
        stop = end - _CHECKSUM if source.read_at(end, len(END)) == END else end
        if start.body < stop:
            yield _decoded(source, start.body, min(stop, start.body + _MOST))


def _decoded(source: Source, start: int, end: int) -> Iterator[bytes]:
    turn, left = 0, b""
    for chunk in source.chunks(start, end):
        for at in range(0, len(chunk), _PIECE):
            text = left + chunk[at : at + _PIECE]
            left = text[-1:] if text.endswith(b"@") else b""  # half an escape
            out, turn = decode(text[: len(text) - len(left)], turn)
            yield out
    yield left


def decode(text: bytes, turn: int = 0) -> tuple[bytes, int]:
    """Return what an encoded text stands for, and the turn of what follows it; `turn` is that of its first character.

    Characters beyond ASCII stand for themselves and do not count.
    """
    for written, meant in _ESCAPES:
        text = text.replace(written, meant)
    if text.isascii():
        out = bytearray(text)
        for place in range(64):
            table = _TABLES[_TURNS[(turn + place) % 64]]
            out[place::64] = out[place::64].translate(table)
        return bytes(out), (turn + len(text)) % 64
    slow = bytearray()
    for code in text:
        slow.append(_TABLES[_TURNS[turn % 64]][code] if code < 128 else code)
        turn += code < 128
    return bytes(slow), turn % 64
