"""DICOM: documents inside, programs in values, pictures that are none, and what lies behind the data set.

Names and details here are tags and numbers, never a value: values are patients' data.
"""

import zlib
from collections.abc import Iterator

from medscan_gui.core.words import Severity
from medscan_gui.engine.beginnings import PREAMBLE_PROGRAM, hides_program
from medscan_gui.engine.file_type import HEAD_BYTES, TAIL_BYTES, FileType, types_of
from medscan_gui.engine.match.base import RuleMatch
from medscan_gui.engine.protocol import MatchEngine
from medscan_gui.engine.unpack.base import Format, Member, Unpacking, cut_short, damaged
from medscan_gui.engine.unpack.dicom_elements import PIXEL_DATA, Element, Elements, Stop
from medscan_gui.engine.unpack.source import Source

_DICM_AT = 128
_TRANSFER_SYNTAX = 0x00020010
_DOCUMENT = 0x00420011
_PADDING = 0xFFFCFFFC
#: Of a picture: samples, frames, rows, columns, bits (PS3.3, C.7.6.3).
_SAMPLES, _PHOTOMETRIC, _FRAMES, _ROWS, _COLUMNS, _BITS = (
    *(0x00280002, 0x00280004, 0x00280008),
    *(0x00280010, 0x00280011, 0x00280100),
)
_PICTURE = frozenset((_SAMPLES, _FRAMES, _ROWS, _COLUMNS, _BITS))

_DEFLATED = b"1.2.840.10008.1.2.1.99"
_EXPLICIT = b"1.2.840.10008.1.2.1\0"
_RLE = b"1.2.840.10008.1.2.5"
_JPEG = b"\xff\xd8\xff"
_JPEG_2000 = (b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  ")
#: How a picture begins, by the last parts of its transfer syntax's identifier (PS3.6, table A-1).
_BEGINNINGS: dict[bytes, tuple[bytes, ...]] = {
    **dict.fromkeys((b"%d" % number for number in (*range(50, 67), 70, 80, 81)), (_JPEG,)),
    **dict.fromkeys((b"%d" % number for number in (*range(90, 94), *range(201, 204))), _JPEG_2000),
    **dict.fromkeys((b"110", b"111", b"112"), (b"\xff\x0a", b"\0\0\0\x0cJXL ", _JPEG)),
}
_COMPRESSED = b"1.2.840.10008.1.2.4."
#: JPEG and JPEG 2000 end so; a byte to make the length even may follow.
_PICTURE_ENDS = b"\xff\xd9"

#: Values shorter than this hold nothing that runs.
_LEAST = 32
#: Kinds of values that hold anything; others are short, and are scanned with the file.
_HOLDS_ANYTHING = frozenset((b"", b"OB", b"OW", b"UN", b"UT", b"LT", b"OF", b"OD", b"OL", b"OV", b"UC", b"UR"))
#: What values rightly hold, and what cannot be told from the bytes of a picture.
_HARMLESS = frozenset(
    {FileType.UNKNOWN, FileType.TEXT, FileType.XML, FileType.DOS, FileType.LZMA, FileType.TAR, FileType.COMPRESS}
    | {FileType.JPEG, FileType.PNG, FileType.GIF, FileType.TIFF, FileType.BMP, FileType.SQLITE}
)
_PROGRAMS = frozenset({FileType.PE, FileType.ELF, FileType.MACHO, FileType.JAVA_CLASS, FileType.LNK})

#: What is told of a DICOM file in which a value is a program.
HIDDEN_PROGRAM = RuleMatch(
    rule="DICOM_Hidden_Program",
    rule_file="",
    severity=Severity.HIGH,
    family="DICOM carrier",
    author="MedScan",
    description="A value inside this DICOM file is a program. Images and documents have no use for that.",
    reference="DICOM PS3.5, 7; PS3.10, 7.5",
    engine=MatchEngine.DICOM,
)


def open_dicom(source: Source, unpacking: Unpacking) -> Iterator[Member | RuleMatch]:
    """Yield what a DICOM file holds beside its pictures. See `base.Opener`."""
    if hides_program(source.read_at(0, _DICM_AT + 4)):
        yield PREAMBLE_PROGRAM
    yield from _File(source, unpacking).members()


class _File:
    def __init__(self, source: Source, unpacking: Unpacking) -> None:
        self._source = source
        self._budget = unpacking.budget
        self._syntax = b""
        self._numbers: dict[int, int] = {}
        self._half_colour = False
        self._has_pixels = False
        #: The last piece of a picture ended as pictures do.
        self._picture_ended = True

    def members(self) -> Iterator[Member | RuleMatch]:
        """Yield everything; raises UnpackError if the data set does not end as it says."""
        start = self._header()
        if self._syntax == _DEFLATED:
            yield Member(b"[deflated data set]", self._inflated(start))
            return
        elements = Elements(self._source, self._budget, start)
        for one in elements:
            yield from self._element(one, elements)
        if elements.stop is Stop.CUT_SHORT:
            raise cut_short()
        if elements.stop is Stop.OTHER_DATA:
            if self._is_more_than_zeros(elements.place):
                yield Member(b"[behind the data set]", self._source.chunks(elements.place))
            if not self._has_pixels and elements.place == start:
                raise damaged("no elements")

    def _header(self) -> int:
        """Read the file meta information (PS3.10, 7.1); returns where the data set begins."""
        start = _DICM_AT + 4 if self._source.read_at(_DICM_AT, 4) == b"DICM" else 0
        elements = Elements(self._source, self._budget, start)
        if self._source.read_at(start, 2) != b"\x02\0":
            return start
        for one in elements:
            if one.tag >> 16 != 2:
                break
            if one.tag == _TRANSFER_SYNTAX:
                self._syntax = self._source.read_at(one.start, min(one.size, 64)).rstrip(b" \0")
            start = elements.place
            if self._source.read_at(start, 2) != b"\x02\0":
                break
        return start

    def _element(self, one: Element, elements: Elements) -> Iterator[Member | RuleMatch]:
        if one.outermost:
            self._learn(one, elements)
        if one.piece:
            yield from self._piece(one)
        elif one.tag == _DOCUMENT:
            yield from self._given(one, b"[tag 0042,0011]")
        elif one.tag == _PADDING:
            if self._is_more_than_zeros(one.start):
                yield Member(b"[padding]", self._source.chunks(one.start, one.start + one.size))
        elif one.tag == PIXEL_DATA and one.outermost:
            yield from self._pixels(one)
        elif one.size >= _LEAST and one.kind in _HOLDS_ANYTHING and self._is_other(one):
            yield from self._given(one, _name(one))

    def _learn(self, one: Element, elements: Elements) -> None:
        """Remember how large the picture is."""
        if one.tag in _PICTURE:
            self._numbers[one.tag] = elements.number(one)
        elif one.tag == _PHOTOMETRIC:
            self._half_colour = b"422" in self._source.read_at(one.start, min(one.size, 16))

    def _pixels(self, one: Element) -> Iterator[Member | RuleMatch]:
        """Look at a picture that is not compressed: does it hold more than the picture has?"""
        self._has_pixels = True
        frames = self._numbers.get(_FRAMES, 1) or 1
        numbers = (self._numbers.get(tag, 0) for tag in (_ROWS, _COLUMNS, _BITS))
        bits = frames * (self._numbers.get(_SAMPLES, 1) or 1)
        for number in numbers:
            bits *= number
        size = (bits * 2 // 3 if self._half_colour else bits) // 8
        if self._is_other(one):
            yield from self._given(one, _name(one))
        if size > 0 and size + 1 < one.size:
            yield Member(b"[behind the picture]", self._source.chunks(one.start + size, one.start + one.size))

    def _piece(self, one: Element) -> Iterator[Member | RuleMatch]:
        """Look at a piece of a compressed picture: it is one, or the rest of the one before it."""
        if one.tag == PIXEL_DATA and one.outermost:
            self._has_pixels = True
        if one.piece == 1 or not one.size:  # the first one is a table of places
            if one.size >= _LEAST and self._is_other(one):
                yield from self._given(one, b"[piece 1]")
            return
        head = self._source.read_at(one.start, 12)
        begins, known = self._begins_as_claimed(head)
        # Each piece of RLE is a whole frame (PS3.5, A.4.2); others may be cut anywhere.
        continues = self._syntax != _RLE and (not self._picture_ended or not known)
        self._picture_ended = _PICTURE_ENDS in self._source.read_at(one.start + max(0, one.size - 3), 3)
        if (not begins and not continues) or (not begins and self._is_other(one)):
            yield from self._given(one, b"[piece %d]" % one.piece)

    def _begins_as_claimed(self, head: bytes) -> tuple[bool, bool]:
        """Say whether a piece begins like the pictures of the transfer syntax, and whether that is known at all."""
        if self._syntax == _RLE:
            return 1 <= int.from_bytes(head[:4], "little") <= 15, True
        marks = _BEGINNINGS.get(self._syntax.removeprefix(_COMPRESSED))
        return (False, False) if marks is None else (head.startswith(marks), True)

    def _is_other(self, one: Element) -> bool:
        return not _HARMLESS.issuperset(self._types(one))

    def _types(self, one: Element) -> tuple[FileType, ...]:
        size = min(one.size, self._source.size - one.start)
        tail = min(size, TAIL_BYTES)
        head = self._source.read_at(one.start, min(size, HEAD_BYTES))
        return types_of(head, lambda: self._source.read_at(one.start + size - tail, tail))

    def _given(self, one: Element, name: bytes) -> Iterator[Member | RuleMatch]:
        """Give a value as a member, and tell if it is a program."""
        types = self._types(one)
        runs = not _PROGRAMS.isdisjoint(types)
        if runs or (FileType.SCRIPT in types and self._source.read_at(one.start, 2) == b"#!"):
            yield HIDDEN_PROGRAM
        yield Member(name, self._source.chunks(one.start, one.start + one.size), size=one.size)

    def _is_more_than_zeros(self, start: int) -> bool:
        for chunk in self._source.chunks(start):
            self._budget.check()
            if chunk.count(0) != len(chunk):
                return True
        return False

    def _inflated(self, start: int) -> Iterator[bytes]:
        """Give a deflated data set (PS3.5, A.5) as a DICOM file of its own."""
        yield bytes(_DICM_AT) + b"DICM\x02\0\x10\0UI" + len(_EXPLICIT).to_bytes(2, "little") + _EXPLICIT
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        for chunk in self._source.chunks(start):
            data = chunk
            while data and not inflater.eof:
                yield inflater.decompress(data, 1 << 20)
                data = inflater.unconsumed_tail
        yield inflater.flush(1 << 20)
        if not inflater.eof:
            raise cut_short()


def _name(one: Element) -> bytes:
    return b"[tag %04X,%04X]" % (one.tag >> 16, one.tag & 0xFFFF)


FORMATS: tuple[Format, ...] = (
    Format(
        name="DICOM",
        kinds=(FileType.DICOM,),
        opener=open_dicom,
        library="own",
        read=(
            "the preamble; documents (PDF, CDA, STL), values that hold programs, archives or documents, at any depth; "
            "pieces of pictures that do not begin as pictures; more data than a picture has; data behind the data set; "
            "deflated data sets"
        ),
        not_read="pictures are not decoded",
        samples=("document.dcm", "private-tag.dcm", "deflated.dcm"),
    ),
)
