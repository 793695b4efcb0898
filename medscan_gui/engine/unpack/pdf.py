"""PDF: what all streams of all revisions hold, attached files by their names, and JavaScript.

Two passes over the file: the first one finds what the second one has to know (lengths, names of attached files,
which objects are scripts, the key), the second one gives. Nothing is kept of an object but that. Where filters or
what opens the file are objects of their own, these are looked for in between.
"""

import re
from collections.abc import Iterator

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_type import HEAD_BYTES, TAIL_BYTES, FileType, types_of
from medscan_gui.engine.unpack.base import Format, Member, UnpackError, Unpacking, cut_short, damaged, locked
from medscan_gui.engine.unpack.pdf_crypt import Dictionary, Key, Locked
from medscan_gui.engine.unpack.pdf_filters import PICTURES, decoded
from medscan_gui.engine.unpack.pdf_objects import Objects, PdfObject
from medscan_gui.engine.unpack.pdf_refs import Filters, Values
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
#: Passes over the file for what is pointed to, and from there to something else.
_LOOKS = 3
_TELLING = (b"/EF", b"/JS", b"#")
_USUAL: Filters = [(b"FlateDecode", {})]

_FILTER_KEYS = (b"Filter", b"F", b"DecodeParms", b"DP")
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
        self._values = Values()
        self._limited = False
        self._key: Key | None = None
        self._locked = False
        #: By the number of the stream: the object that names it, and the name as stored.
        self._files: dict[int, tuple[Ref | None, bytes]] = {}
        self._scripts: set[int] = set()
        self._left = _OBJECT_STREAMS

    def members(self) -> Iterator[Member]:
        """Yield everything; raises UnpackError for what the file as a whole is."""
        object_streams, last, cut = self._first_pass()
        places = list(self._encryptions())
        self._look_up()
        self._unlock(places)
        for one in object_streams:
            yield from self._look_into_object_stream(one)
        for one in self._objects:
            yield from self._object(one)
        yield from self._behind_end()
        if self._locked:
            raise locked()
        if self._limited or self._values.limited or self._objects.limited:
            raise UnpackError(Outcome.LIMIT_REACHED, Cause.TOO_MANY_BYTES, "objects")
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
            else:
                self._values.ask([one.stream.get(key) for key in _FILTER_KEYS])
                if one.stream.get(b"Type") == b"ObjStm":
                    object_streams.append(one)
                    self._limited |= len(object_streams) > _REMEMBERED
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

    def _look_up(self) -> None:
        """Find what is asked for by number."""
        for _ in range(_LOOKS):
            if not self._values.waiting():
                return
            for one in self._objects:
                if one.stream is None and self._values.wants(one.ref.number):
                    self._values.take(one.ref.number, parse(one.text)[0])

    def _unlock(self, places: list[tuple[Value, bytes]]) -> None:
        candidates = [
            (encrypt, identifier)
            for value, identifier in places
            for encrypt in (self._values.all_of(value.number) if isinstance(value, Ref) else [value])
            if isinstance(encrypt, dict)
        ]
        for encrypt, identifier in reversed(candidates):
            try:
                self._key = Key(encrypt, identifier, self._unpacking.passwords)
            except Locked:
                continue
            return
        self._locked = bool(candidates)

    def _encryptions(self) -> Iterator[tuple[Value, bytes]]:
        """Yield what says how the file is encrypted, or points to it, each with the file's identifier."""
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
            encrypt = parse(text, found.end())[0] if found[1] is None else Ref(int(found[1]), int(found[2]))
            self._values.ask(encrypt)
            around = self._source.read_at(max(0, place - _AROUND), 2 * _AROUND)
            yield encrypt, _identifier(around)

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
        for filters in self._values.filters(stream):
            yield from self._stream_by(one, stream, filters)

    def _stream_by(self, one: PdfObject, stream: Dictionary, known: Filters | None) -> Iterator[Member]:
        # Filters that are nowhere: if it is the usual one, its content shows.
        filters = _USUAL if known is None else known
        missing = known is None and not self._is_usual(one)
        filters = [] if missing else filters
        if self._locked and not self._reads_unlocked(one, filters):
            return
        attached = one.ref.number in self._files
        encrypted = self._is_encrypted(stream, filters)
        if not encrypted and not attached and not missing and self._is_seen_in_place(one, filters):
            return
        rows = attached or stream.get(b"Subtype") != b"Image"
        chunks = self._chunks(one, filters, rows=rows, encrypted=encrypted)
        if missing:
            chunks = _ending(chunks, damaged("filter not found"))
        yield Member(self._name(one), _ending(chunks, cut_short()) if one.cut else chunks)

    def _is_usual(self, one: PdfObject) -> bool:
        """Say whether a stream's content, decrypted, begins as the usual filter writes it."""
        encrypted = self._is_encrypted(one.stream or {}, [])
        head = PdfObject(ref=one.ref, text=b"", start=one.start, end=min(one.end, one.start + 1024))
        return _inflates(self._chunks(head, _USUAL, rows=False, encrypted=encrypted))

    def _chunks(self, one: PdfObject, filters: Filters, *, rows: bool, encrypted: bool) -> Iterator[bytes]:
        chunks: Iterator[bytes] = self._source.chunks(one.start, one.end)
        if encrypted and self._key is not None:
            chunks = self._key.stream(one.ref, chunks)
        return decoded(chunks, filters, rows=rows)

    def _is_encrypted(self, stream: Dictionary, filters: Filters) -> bool:
        if self._key is None or stream.get(b"Type") == b"XRef":
            return False
        return not (filters and filters[0][0] == b"Crypt" and filters[0][1].get(b"Name", b"Identity") == b"Identity")

    def _reads_unlocked(self, one: PdfObject, filters: Filters) -> bool:
        """Say whether a stream of a locked file is none that is encrypted: readers may not care, or it is a lie."""
        if not filters or filters[0][0] not in {b"FlateDecode", b"Fl"}:
            return False
        return _inflates(decoded(self._source.chunks(one.start, one.start + 1024), filters[:1], rows=False))

    def _is_seen_in_place(self, one: PdfObject, filters: Filters) -> bool:
        """Say whether scanning the file has seen this content as what it is."""
        if filters and filters[0][0] not in PICTURES:
            return False
        size = one.end - one.start
        head = self._source.read_at(one.start, min(HEAD_BYTES, size))
        tail = min(TAIL_BYTES, size)
        kinds = types_of(head, lambda: self._source.read_at(one.end - tail, tail))
        if filters or FileType.PDF not in kinds:
            return _SEEN_IN_PLACE.issuperset(kinds)
        # The objects of a PDF within this one are found where they stand, unless they have a key of their own.
        mine = _SEEN_IN_PLACE.union({FileType.PDF}).issuperset(kinds)
        return mine and self._source.find(b"/Encrypt", one.start, one.end) < 0

    def _name(self, one: PdfObject) -> bytes:
        number = one.ref.number
        if number in self._files:
            ref, name = self._files[number]
            return text_of(self._key.string(ref, name) if ref is not None and self._key is not None else name)
        return b"[javascript %d]" % number if number in self._scripts else b"[stream %d]" % number

    def _look_into_object_stream(self, one: PdfObject) -> Iterator[Member]:
        """Learn from the objects in an object stream, and yield the scripts that are strings there."""
        stream = one.stream or {}
        for filters in self._values.filters(stream):
            text = self._object_stream(one, stream, _USUAL if filters is None else filters)
            wanted = self._values.waiting()
            if not wanted and not any(mark in text for mark in _TELLING):
                continue
            work = 2 * len(text) + _OBJECT_STREAM // 8
            for number, value, size in _objects_in(text, stream):
                work -= size
                if work < 0:
                    self._limited = True
                    break
                self._values.take(number, value)
                self._learn(value, None)
                yield from self._scripts_in(value, Ref(number, 0), encrypted=False)

    def _object_stream(self, one: PdfObject, stream: Dictionary, filters: Filters) -> bytes:
        """Return the text of an object stream, as far as it can be had and may be read."""
        text = bytearray()
        most = min(_OBJECT_STREAM, self._left)
        try:
            for chunk in self._chunks(one, filters, rows=True, encrypted=self._is_encrypted(stream, filters)):
                text += chunk
                if len(text) > most:
                    self._limited = True
                    break
        except Exception:  # noqa: BLE001, S110  # told when it is given as a member
            pass
        self._left -= min(len(text), most)
        return bytes(text[:most])

    def _behind_end(self) -> Iterator[Member]:
        """Yield what was put behind the file's last end mark."""
        end = self._last(b"%%EOF")
        rest = self._source.size - end - 5
        if end < 0 or rest < 16:
            return
        head = self._source.read_at(end + 5, HEAD_BYTES).lstrip()
        tail = min(TAIL_BYTES, rest)
        if {FileType.TEXT}.issuperset(types_of(head, lambda: self._source.read_at(self._source.size - tail, tail))):
            return
        start = self._source.find(head[:16], end + 5)
        yield Member(b"[behind the end]", self._source.chunks(start))

    def _last(self, mark: bytes) -> int:
        """Return where a mark stands last; -1 if it does not."""
        top = self._source.size
        while top > 0:
            self._unpacking.budget.check()
            base = max(0, top - (1 << 20))
            found = self._source.read_at(base, top - base + len(mark) - 1).rfind(mark)
            if found >= 0:
                return base + found
            top = base
        return -1

    def _shorter_than_it_says(self) -> bool:
        found = _LINEAR_LENGTH.search(self._source.read_at(0, 2048))
        return found is not None and int(found[1] or found[2]) > self._source.size


def _inflates(chunks: Iterator[bytes]) -> bool:
    try:
        return any(chunks)
    except Exception:  # noqa: BLE001  # noise, as expected
        return False


def _identifier(text: bytes) -> bytes:
    for found in _IDENTIFIER.finditer(text):
        value = parse(text, found.end())[0]
        if isinstance(value, list) and value and isinstance(value[0], bytes):
            return bytes(value[0])
    return b""


def _objects_in(text: bytes, stream: Dictionary) -> Iterator[tuple[int, Value, int]]:
    """Yield number, value and length of the objects in an object stream (7.5.7)."""
    first = stream.get(b"First")
    if not isinstance(first, int) or not 0 <= first <= len(text):
        return
    numbers = [int(word) for word in text[:first].split()[: 2 * _REMEMBERED] if word.isdigit() and len(word) < 12]
    for number, offset in zip(numbers[::2], numbers[1::2], strict=False):
        value, end = parse(text, first + offset)
        yield number, value, end - first - offset


def _ending(chunks: Iterator[bytes], error: UnpackError) -> Iterator[bytes]:
    yield from chunks
    raise error


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
