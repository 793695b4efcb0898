"""PDF: what all streams of all revisions hold, attached files by their names, and JavaScript.

Two passes over the file: the first one finds what the second one has to know (lengths, names of attached files,
which objects are scripts, the key), the second one gives. Nothing is kept of an object but that.
"""

import re
from collections.abc import Iterator

from medscan_gui.engine.file_type import HEAD_BYTES, TAIL_BYTES, FileType, types_of
from medscan_gui.engine.unpack.base import Format, Member, Unpacking, cut_short, damaged, locked
from medscan_gui.engine.unpack.pdf_crypt import Dictionary, Key, Locked
from medscan_gui.engine.unpack.pdf_filters import PICTURES, decoded
from medscan_gui.engine.unpack.pdf_objects import Objects, PdfObject
from medscan_gui.engine.unpack.pdf_syntax import Name, Ref, Value, dictionaries, parse, text_of
from medscan_gui.engine.unpack.source import Source

#: Object streams are read for names and scripts up to so many bytes each, and all together. Their content is
#: scanned in any case.
_OBJECT_STREAM = 8 << 20
_OBJECT_STREAMS = 64 << 20
#: Names and scripts that are remembered.
_REMEMBERED = 50_000
#: Places that may tell how a file is encrypted, and how far around one its identifier is looked for.
_ENCRYPT_PLACES = 16
_AROUND = 16 << 10
_TELLING = (b"/EF", b"/JS", b"#")

_INTEGER = re.compile(rb"[\0\t\n\f\r ]*(\d{1,12})[\0\t\n\f\r ]*\Z")
_ENCRYPT = re.compile(rb"/Encrypt[\0\t\n\f\r ]*(?:(\d{1,10})[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+R|(?=<<))")
_IDENTIFIER = re.compile(rb"/ID[\0\t\n\f\r ]*(?=\[)")
_LINEAR_LENGTH = re.compile(
    rb"/Linearized[^>]{0,400}?/L[\0\t\n\f\r ]+(\d{1,12})|/L[\0\t\n\f\r ]+(\d{1,12})[^>]{0,400}?/Linearized"
)
#: What begins right where a stream's content does, and is read where it stands.
_SEEN_IN_PLACE = frozenset({FileType.TEXT, FileType.XML, FileType.JPEG})


def open_pdf(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield what a PDF holds. See `base.Opener`."""
    yield from _Document(source, unpacking).members()


class _Document:
    def __init__(self, source: Source, unpacking: Unpacking) -> None:
        self._source = source
        self._unpacking = unpacking
        self._objects = Objects(source, unpacking.budget)
        self._key: Key | None = None
        self._locked = False
        #: By the number of the stream: the object that names it, and the name as stored.
        self._files: dict[int, tuple[Ref | None, bytes]] = {}
        self._scripts: set[int] = set()
        self._left = _OBJECT_STREAMS

    def members(self) -> Iterator[Member]:
        """Yield everything; raises UnpackError for what the file as a whole is."""
        object_streams, last, cut = self._first_pass()
        self._unlock()
        for one in object_streams:
            yield from self._look_into_object_stream(one)
        for one in self._objects:
            yield from self._object(one)
        yield from self._behind_end()
        if self._locked:
            raise locked()
        if last < 0:
            raise damaged("no objects")
        if cut or self._source.find(b"startxref", last) < 0 or self._shorter_than_it_says():
            raise cut_short()

    def _first_pass(self) -> tuple[list[PdfObject], int, bool]:
        """Learn from all objects. Returns the object streams, the place of the last object, and whether it is cut."""
        object_streams, last, cut = [], -1, False
        for one in self._objects:
            last, cut = max(last, one.end, 0), one.cut
            if one.stream is None:
                if (found := _INTEGER.match(one.text)) and len(self._objects.lengths) < _REMEMBERED:
                    self._objects.lengths[one.ref.number] = int(found[1])
            elif one.stream.get(b"Type") == b"ObjStm":
                object_streams.append(one)
                del object_streams[_REMEMBERED:]
            if any(mark in one.text for mark in _TELLING):
                self._learn(parse(one.text)[0], one.ref)
        return object_streams, last, cut

    def _learn(self, value: Value, ref: Ref | None) -> None:
        """Remember the names of attached files, and which objects are scripts."""
        for one in dictionaries(value):
            script = one.get(b"JS")
            if isinstance(script, Ref) and len(self._scripts) < _REMEMBERED:
                self._scripts.add(script.number)
            attached = one.get(b"EF")
            name = one.get(b"UF", one.get(b"F"))
            if isinstance(attached, dict):
                for stream in attached.values():
                    if isinstance(stream, Ref) and isinstance(name, bytes) and len(self._files) < _REMEMBERED:
                        self._files[stream.number] = (ref, name)

    # --- encryption

    def _unlock(self) -> None:
        candidates = list(self._encryptions())
        for encrypt, identifier in reversed(candidates):
            try:
                self._key = Key(encrypt, identifier, self._unpacking.passwords)
            except Locked:
                continue
            return
        self._locked = bool(candidates)

    def _encryptions(self) -> Iterator[tuple[Dictionary, bytes]]:
        """Yield the dictionaries that say how the file is encrypted, each with the file's identifier."""
        place = 0
        for _ in range(_ENCRYPT_PLACES):
            place = self._source.find(b"/Encrypt", place)
            if place < 0:
                return
            text = self._source.read_at(place, _AROUND)
            place += 8
            found = _ENCRYPT.match(text)
            if found is None:
                continue
            encrypt = parse(text, found.end())[0] if found[1] is None else self._dictionary(int(found[1]))
            if isinstance(encrypt, dict):
                around = self._source.read_at(max(0, place - _AROUND), 2 * _AROUND)
                yield encrypt, _identifier(around)

    def _dictionary(self, number: int) -> Value:
        return next((parse(one.text)[0] for one in self._objects if one.ref.number == number), None)

    # --- what is given

    def _object(self, one: PdfObject) -> Iterator[Member]:
        if one.stream is not None:
            yield from self._stream(one, one.stream)
        elif one.ref.number in self._scripts:
            value = parse(one.text)[0]
            if isinstance(value, bytes) and not isinstance(value, Name):
                yield self._script(one.ref, value, encrypted=True)
        if b"/JS" in one.text or b"#" in one.text:
            yield from self._scripts_in(parse(one.text)[0], one.ref, encrypted=True)

    def _scripts_in(self, value: Value, ref: Ref, *, encrypted: bool) -> Iterator[Member]:
        for one in dictionaries(value):
            script = one.get(b"JS")
            if isinstance(script, bytes):
                yield self._script(ref, script, encrypted=encrypted)

    def _script(self, ref: Ref, text: bytes, *, encrypted: bool) -> Member:
        if encrypted and self._key is not None:
            text = self._key.string(ref, text)
        return Member(b"[javascript %d]" % ref.number, [text_of(text)])

    def _stream(self, one: PdfObject, stream: Dictionary) -> Iterator[Member]:
        filters = _filters(stream)
        if self._locked and not self._reads_unlocked(one, filters):
            return
        attached = one.ref.number in self._files
        encrypted = self._is_encrypted(stream, filters)
        if not encrypted and not attached and self._is_seen_in_place(one, filters):
            return
        rows = attached or stream.get(b"Subtype") != b"Image"
        chunks = self._chunks(one, filters, rows=rows, encrypted=encrypted)
        yield Member(self._name(one), _ending_short(chunks) if one.cut else chunks)

    def _chunks(
        self, one: PdfObject, filters: list[tuple[bytes, Dictionary]], *, rows: bool, encrypted: bool
    ) -> Iterator[bytes]:
        chunks: Iterator[bytes] = self._source.chunks(one.start, one.end)
        if encrypted and self._key is not None:
            chunks = self._key.stream(one.ref, chunks)
        return decoded(chunks, filters, rows=rows)

    def _is_encrypted(self, stream: Dictionary, filters: list[tuple[bytes, Dictionary]]) -> bool:
        if self._key is None or stream.get(b"Type") == b"XRef":
            return False
        return not (filters and filters[0][0] == b"Crypt" and filters[0][1].get(b"Name", b"Identity") == b"Identity")

    def _reads_unlocked(self, one: PdfObject, filters: list[tuple[bytes, Dictionary]]) -> bool:
        """Say whether a stream of a locked file is none that is encrypted: readers may not care, or it is a lie."""
        if not filters or filters[0][0] not in {b"FlateDecode", b"Fl"}:
            return False
        try:
            return any(decoded(self._source.chunks(one.start, one.start + 1024), filters[:1], rows=False))
        except Exception:  # noqa: BLE001  # noise, as expected
            return False

    def _is_seen_in_place(self, one: PdfObject, filters: list[tuple[bytes, Dictionary]]) -> bool:
        """Say whether scanning the file has seen this content as what it is."""
        if filters and filters[0][0] not in PICTURES:
            return False
        size = one.end - one.start
        head = self._source.read_at(one.start, min(HEAD_BYTES, size))
        tail = min(TAIL_BYTES, size)
        return _SEEN_IN_PLACE.issuperset(types_of(head, lambda: self._source.read_at(one.end - tail, tail)))

    def _name(self, one: PdfObject) -> bytes:
        number = one.ref.number
        if number in self._files:
            ref, name = self._files[number]
            return text_of(self._key.string(ref, name) if ref is not None and self._key is not None else name)
        return b"[javascript %d]" % number if number in self._scripts else b"[stream %d]" % number

    def _look_into_object_stream(self, one: PdfObject) -> Iterator[Member]:
        """Learn from the objects in an object stream, and yield the scripts that are strings there."""
        text = bytearray()
        stream = one.stream or {}
        filters = _filters(stream)
        try:
            for chunk in self._chunks(one, filters, rows=True, encrypted=self._is_encrypted(stream, filters)):
                text += chunk
                if len(text) > min(_OBJECT_STREAM, self._left):
                    return
        except Exception:  # noqa: BLE001  # told when it is given as a member
            if not text:
                return
        self._left -= len(text)
        if not any(mark in text for mark in _TELLING):
            return
        for number, value in _objects_in(bytes(text), stream):
            self._learn(value, None)
            yield from self._scripts_in(value, Ref(number, 0), encrypted=False)

    def _behind_end(self) -> Iterator[Member]:
        """Yield what was put behind the file's last end mark."""
        end = -1
        while (found := self._source.find(b"%%EOF", end + 1)) >= 0:
            self._unpacking.budget.check()
            end = found
        rest = self._source.size - end - 5
        if end < 0 or rest < 16:
            return
        head = self._source.read_at(end + 5, HEAD_BYTES).lstrip()
        tail = min(TAIL_BYTES, rest)
        if {FileType.TEXT}.issuperset(types_of(head, lambda: self._source.read_at(self._source.size - tail, tail))):
            return
        start = self._source.find(head[:16], end + 5)
        yield Member(b"[behind the end]", self._source.chunks(start))

    def _shorter_than_it_says(self) -> bool:
        found = _LINEAR_LENGTH.search(self._source.read_at(0, 2048))
        return found is not None and int(found[1] or found[2]) > self._source.size


def _filters(stream: Dictionary) -> list[tuple[bytes, Dictionary]]:
    """Return the filters of a stream, each with its parameters."""
    names = stream.get(b"Filter", stream.get(b"F"))
    parameters = stream.get(b"DecodeParms", stream.get(b"DP"))
    names = names if isinstance(names, list) else [names]
    parameters = parameters if isinstance(parameters, list) else [parameters]
    found: list[tuple[bytes, Dictionary]] = []
    for place, name in enumerate(names):
        if isinstance(name, Name):
            own = parameters[place] if place < len(parameters) else None
            found.append((bytes(name), own if isinstance(own, dict) else {}))
    return found


def _identifier(text: bytes) -> bytes:
    for found in _IDENTIFIER.finditer(text):
        value = parse(text, found.end())[0]
        if isinstance(value, list) and value and isinstance(value[0], bytes):
            return bytes(value[0])
    return b""


def _objects_in(text: bytes, stream: Dictionary) -> Iterator[tuple[int, Value]]:
    """Yield number and value of the objects in an object stream (7.5.7)."""
    first = stream.get(b"First")
    if not isinstance(first, int) or not 0 <= first <= len(text):
        return
    numbers = [int(word) for word in text[:first].split()[: 2 * _REMEMBERED] if word.isdigit() and len(word) < 12]
    for number, offset in zip(numbers[::2], numbers[1::2], strict=False):
        yield number, parse(text, first + offset)[0]


def _ending_short(chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield from chunks
    raise cut_short()


FORMATS: tuple[Format, ...] = (
    Format(
        name="PDF",
        kinds=(FileType.PDF,),
        opener=open_pdf,
        library="own (AES and RC4: pycryptodomex)",
        read=(
            "streams of all objects of all revisions, object streams, attached files by name, JavaScript; Flate, LZW, "
            "ASCIIHex, ASCII85, RunLength in any order; encryption, revisions 2 to 6, with passwords; what is behind "
            "the end"
        ),
        not_read=(
            "pictures are not decoded (JPEG, JPEG 2000, CCITT, JBIG2; row predictors of others); encryption for "
            "certificates"
        ),
        samples=("attachment.pdf", "object-streams.pdf", "javascript.pdf", "encrypted-empty.pdf"),
    ),
)
