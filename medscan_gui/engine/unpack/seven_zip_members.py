"""From a listing and one long output of 7-Zip to members.

7-Zip writes the contents of all entries in the order of its listing, one behind the other. They are told apart by the
sizes of the listing, and by the CRC where the format has one. Where that does not add up, each entry that is left is
asked for by its name: slower, and bounded.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from zlib import crc32

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.unpack.base import Member, UnpackError, cut_short, damaged, locked
from medscan_gui.engine.unpack.seven_zip_child import Archive, Child, End
from medscan_gui.engine.unpack.seven_zip_listing import Entry, Listing
from medscan_gui.engine.unpack.source import Source

#: Names that are asked for one by one, at most: each costs a start of the program, and in solid archives all before it.
ONE_BY_ONE = 300
#: The shortest entry of the archives that are chains (a header of LHA, level 0).
LEAST_ENTRY = 22
#: In a solid NSIS installer each content has its length in front of it, as 32 bits.
_LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What is particular about a format."""

    #: CRCs of the listing are CRC-32 of the content.
    crc32: bool = False
    #: How the only content of an archive is called if the archive gives it no name.
    only: bytes = b""
    #: What lies behind the end is a content too.
    tail: bool = True
    #: Entries are a chain: where one is broken, 7-Zip takes it for the end, and all later ones for what lies behind.
    chain: bool = False
    #: Entries that are no contents. If a name is there twice, one of them is somebody's file, and both are given.
    leave_out: frozenset[bytes] = frozenset()


@dataclass(slots=True)
class Contents:
    """The entries of one archive, and how far they can be believed."""

    archive: Archive
    source: Source
    ways: Ways
    entries: list[Entry] = field(default_factory=list)
    #: What is wrong with the archive as a whole, told after its members.
    problem: UnpackError | None = None
    listing: Listing = field(default_factory=Listing)

    def members(self) -> Iterator[Member]:
        """List it and give what is inside. Raises UnpackError."""
        self._list()
        self._leave_out()
        self.entries = _with_solid_sizes([entry for entry in self.entries if not entry.folder or entry.size > 0])
        secret = [entry for entry in self.entries if entry.encrypted]
        if secret and not self._find_password(secret):
            yield from (Member(entry.name, problem=locked().ending, size=entry.size) for entry in secret)
            yield from self._one_by_one([entry for entry in self.entries if not entry.encrypted])
        elif any(entry.size < 0 for entry in self.entries[:-1]):
            yield from self._one_by_one(self.entries)
        else:
            yield from self._split_all(self.entries)
        yield from self._behind()
        if self.problem is not None:
            raise self.problem

    def _leave_out(self) -> None:
        names = Counter(entry.name for entry in self.entries if entry.name in self.ways.leave_out)
        once = {name for name, times in names.items() if times == 1}
        self.entries = [entry for entry in self.entries if entry.name not in once]
        switches = tuple(f"-x!{name.decode()}" for name in sorted(once))
        self.archive = replace(self.archive, switches=(*self.archive.switches, *switches))

    def _behind(self) -> Iterator[Member]:
        """Give what lies behind the end of the archive, if it is more than zeros."""
        start = self.source.size - self.listing.tail
        if not self.ways.tail or not 0 < start < self.source.size:
            return
        if all(part.count(0) == len(part) for part in self.source.chunks(start)):
            return
        yield Member(b"[after the end]", self.source.chunks(start), size=self.listing.tail)
        if self.ways.chain and self.listing.tail >= LEAST_ENTRY and self.problem is None:
            self.problem = damaged("data after the end")

    def _list(self) -> None:
        passwords = self.archive.unpacking.passwords
        end = self._list_with(None)
        for password in passwords:
            if self.entries or not end.asked_for_password:
                break
            end = self._list_with(password)
        if end.clean:
            return
        if not self.entries:
            raise end.error()
        self.problem = end.error()

    def _list_with(self, password: str | None) -> End:
        self.archive = replace(self.archive, password=password)
        budget = self.archive.unpacking.budget
        most = budget.members_left
        self.entries, self.listing = [], Listing()
        with self.archive.listing() as child:
            for entry in self.listing.entries(child.lines()):
                self.entries.append(entry)
                if len(self.entries) > most:
                    return End(0, b"")  # whoever takes the members will stop long before the last
                if not len(self.entries) % 1024:
                    budget.check()
            end = child.end()
            return replace(end, errors=end.errors + self.listing.errors)

    def _find_password(self, secret: list[Entry]) -> bool:
        """Settle on the password that opens the smallest of `secret`."""
        smallest = min(secret, key=lambda entry: (entry.size <= 0, entry.size))
        passwords = dict.fromkeys((self.archive.password, *self.archive.unpacking.passwords))
        for password in passwords:
            if password is None:
                continue
            candidate = replace(self.archive, password=password)
            with candidate.extraction(smallest.name) as child:
                while child.read(1 << 20):
                    pass
                if child.end().clean:
                    self.archive = candidate
                    return True
        return False

    def _split_all(self, entries: list[Entry]) -> Iterator[Member]:
        rest = yield from self._split(entries, self.archive.extraction)
        yield from self._one_by_one(rest)

    def _one_by_one(self, entries: list[Entry]) -> Iterator[Member]:
        """Give entries by their names; those of one name come together and are told apart by their sizes."""
        groups: dict[bytes, list[Entry]] = {}
        for entry in entries:
            groups.setdefault(entry.name, []).append(entry)
        for name, group in list(groups.items())[:ONE_BY_ONE]:
            if any(entry.size < 0 for entry in group[:-1]):
                group = [Entry(name)]  # noqa: PLW2901  # all of them as one
            rest = yield from self._split(group, partial(self.archive.extraction, name or None))
            yield from (Member(entry.name, problem=damaged("7-Zip").ending) for entry in rest)
        if len(groups) > ONE_BY_ONE and self.problem is None:
            self.problem = UnpackError(Outcome.LIMIT_REACHED, Cause.TOO_MANY_MEMBERS, "entries of unknown size")

    def _split(self, entries: list[Entry], start: Callable[[], Child]) -> Generator[Member, None, list[Entry]]:
        """Give `entries` out of one run; returns those that have to be asked for again."""
        if not entries:
            return []
        with start() as child:
            for number, entry in enumerate(entries):
                part = _Part(child, entry, check=self.ways.crc32)
                yield Member(self.ways.only or entry.name, part.chunks(), size=entry.size)
                part.skip_rest()
                if part.wrong:
                    return self._after_misfit(entries, number, child)
            if child.read(1):
                self.problem = damaged("more than the listing says")
                return [replace(entry, size=-1) for entry in entries]
            end = child.end()
            if not end.clean:
                self.problem = end.error()  # says more than the listing did
            return []

    def _after_misfit(self, entries: list[Entry], number: int, child: Child) -> list[Entry]:
        """Return what is to be asked for by name after entry `number` was not what the listing says."""
        if self.ways.crc32 and entries[number].crc >= 0:
            return entries[number + 1 :]  # all before it are verified
        while child.read(1 << 20):
            pass
        end = child.end()
        if not end.clean:
            self.problem = end.error()
        failed = (at for at, entry in enumerate(entries[:number]) if end.failed(entry.name))
        first = next(failed, None if end.failed(entries[number].name) else 0)
        return entries[number + 1 :] if first is None or len(entries) == 1 else entries[first:]


def _with_solid_sizes(entries: list[Entry]) -> list[Entry]:
    """Add the sizes that the places in a solid stream tell: all but the last."""
    places = sorted({entry.solid_at for entry in entries if entry.solid_at >= 0})
    sizes = {place: after - place - _LENGTH_BYTES for place, after in pairwise(places)}
    return [
        replace(entry, size=sizes[entry.solid_at]) if entry.size < 0 <= sizes.get(entry.solid_at, -1) else entry
        for entry in entries
    ]


class _Part:
    """The content of one entry within a longer output."""

    def __init__(self, child: Child, entry: Entry, *, check: bool) -> None:
        self._child = child
        self._left = entry.size
        self._crc = entry.crc if check else -1
        self._sum = 0
        self._ended = False
        #: It was shorter than the listing says, or has another CRC.
        self.wrong = False

    def chunks(self) -> Iterator[bytes]:
        """Yield it. Raises UnpackError if it is not what the listing says."""
        while self._left and (part := self._read()):
            yield part
        if self._left > 0:
            self.wrong = True
            raise self._error()
        if 0 <= self._crc != self._sum:
            self.wrong = True
            raise damaged("CRC")

    def skip_rest(self) -> None:
        """Read over what nobody took."""
        while self._left and self._read():
            pass
        self.wrong = self.wrong or self._left > 0

    def _read(self) -> bytes:
        if self._ended:
            return b""
        part = self._child.read(self._left if self._left > 0 else 1 << 20)
        self._ended = not part
        if self._left > 0:
            self._left -= len(part)
        if self._crc >= 0:
            self._sum = crc32(part, self._sum)
        return part

    def _error(self) -> UnpackError:
        """What ended the output early."""
        end = self._child.end()
        return cut_short("7-Zip") if end.clean else end.error()
