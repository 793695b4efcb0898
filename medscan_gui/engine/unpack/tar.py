"""Tar archives: ustar, pax, GNU's and the old ones without a mark, read forward once."""

from collections.abc import Generator, Iterator

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack.base import Format, Member, Unpacking, cut_short, damaged
from medscan_gui.engine.unpack.source import Source
from medscan_gui.engine.unpack.tar_headers import (
    BLOCK,
    CONTINUED,
    DEVICES,
    FOLDER,
    LINKS,
    LONG_LINK,
    LONG_NAME,
    PAX,
    PAX_GLOBAL,
    PAX_SUN,
    SPARSE,
    VOLUME,
    Extended,
    Header,
    header_of,
    is_zero,
    read_long_name,
    read_pax,
)
from medscan_gui.engine.unpack.tar_sparse import Sparse, old_sparse, pax_sparse, sparse_chunks

#: Zero blocks are read over in pieces of this size.
_PIECE = 1 << 20
#: Types that should have no content.
_EMPTY = LINKS | DEVICES | {FOLDER, VOLUME}


def open_tar(source: Source, unpacking: Unpacking) -> Iterator[Member]:
    """Yield the members that have content. Raises UnpackError for what is missing or cannot be followed."""
    yield from _Archive(source, unpacking).members()


class _Archive:
    def __init__(self, source: Source, unpacking: Unpacking) -> None:
        self._source = source
        self._budget = unpacking.budget
        self._extended = Extended()
        self._lost = False

    def members(self) -> Iterator[Member]:
        at, ended = 0, False
        while at < self._source.size:
            self._budget.check()
            block = self._source.read_at(at, BLOCK)
            header = header_of(block, at + BLOCK)
            if header is not None and not is_zero(block):
                ended = False
                at = yield from self._member(header)
            elif is_zero(block):
                at, ended = self._next_not_zero(at), True
            elif ended:
                yield Member(b"[overlay]", self._source.chunks(at))
                break
            else:
                at = self._after_loss(at)
        if self._lost:
            raise damaged("tar header")
        if not ended:
            raise cut_short("no end of the archive")

    def _next_not_zero(self, at: int) -> int:
        """Return the block of the next byte that is not zero: another archive may follow the end of the first."""
        start = at
        for part in self._source.chunks(at):
            self._budget.check()
            if rest := part.lstrip(b"\0"):
                found = at + len(part) - len(rest)
                return found - (found - start) % BLOCK
            at += len(part)
        return self._source.size

    def _after_loss(self, at: int) -> int:
        """Return the next block that is a header."""
        self._lost = True
        self._extended = Extended()
        at += BLOCK
        while at < self._source.size:
            self._budget.check()
            part = self._source.read_at(at, _PIECE)
            for place in range(0, len(part), BLOCK):
                block = part[place : place + BLOCK]
                if is_zero(block) or header_of(block, 0) is not None:
                    return at + place
            at += len(part)
        return at

    def _member(self, header: Header) -> Generator[Member, None, int]:
        """Yield what a header leads to; returns where the next header is."""
        if header.kind in {PAX, PAX_GLOBAL, PAX_SUN, LONG_NAME, LONG_LINK}:
            self._extend(header)
            return _behind(header.data, header.size)
        extended, self._extended = self._extended, Extended()
        size = header.size if extended.size < 0 else extended.size
        name = extended.name or header.name
        if header.kind in _EMPTY:
            if not size or self._has_no_content(header):
                return header.data
        elif header.kind == CONTINUED:
            self._lost = True  # its beginning is in another volume
        sparse = self._sparse(header, extended)
        if sparse is not None:
            yield Member(name, sparse_chunks(self._source, sparse), size=sparse.size)
            return _behind(sparse.data, size - (sparse.data - header.data if header.kind != SPARSE else 0))
        yield Member(name, self._content(header.data, size), size=size)
        return _behind(header.data, size)

    def _has_no_content(self, header: Header) -> bool:
        """Say whether a link or folder with a size has no content all the same: programs disagree about that."""
        block = self._source.read_at(header.data, BLOCK)
        return not block or is_zero(block) or header_of(block, 0) is not None

    def _extend(self, header: Header) -> None:
        if header.data + header.size > self._source.size:
            self._lost = True
        if header.kind == LONG_NAME:
            self._extended.name = read_long_name(self._source, header)
        elif header.kind in {PAX, PAX_SUN} and not read_pax(self._source, header, self._extended):
            self._lost = True

    def _sparse(self, header: Header, extended: Extended) -> Sparse | None:
        """Return how a member is stored that has holes; None if it has none."""
        if header.kind == SPARSE:
            sparse = old_sparse(self._source, header)
        elif extended.records:
            try:
                sparse = pax_sparse(self._source, header, extended)
            except ValueError:
                return None
        else:
            return None
        # A broken map: the content is given as it is stored.
        self._lost = self._lost or sparse is None
        return sparse

    def _content(self, data: int, size: int) -> Iterator[bytes]:
        yield from self._source.chunks(data, data + size)
        if data + size > self._source.size:
            raise cut_short()


def _behind(data: int, size: int) -> int:
    return data + size + -size % BLOCK


FORMATS: tuple[Format, ...] = (
    Format(
        name="tar",
        kinds=(FileType.TAR,),
        opener=open_tar,
        library="own",
        read="ustar, pax, GNU and old archives; files with holes; archives that follow one another, "
        "and what follows the last",
        not_read="parts of a file that are in another volume",
        samples=("ustar.tar", "pax.tar", "gnu.tar", "v7.tar", "gnu-sparse.tar", "pax-sparse.tar"),
    ),
)
