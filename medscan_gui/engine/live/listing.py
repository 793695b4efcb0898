"""The walker's side of the places beside files: list what is there, in batches, and open nothing of it."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

from medscan_gui.core.words import Place
from medscan_gui.engine import limits
from medscan_gui.engine.protocol import (
    EnterPlace,
    Entries,
    LivePlaces,
    LiveThing,
    OfAutostart,
    OfDisk,
    PassedOver,
    Trouble,
)
from medscan_gui.engine.troubles import ending_of

#: Bytes of an item that a name or a batch is charged with beside its paths.
_OVERHEAD = 32


class Listed(NamedTuple):
    """One item of a place: what technicians call it, how much of it there is to read (bytes), and where it is."""

    name: bytes
    size: int
    thing: LiveThing


Seen = Listed | PassedOver | Trouble
"""What listing a place gives."""


def unlisted(name: bytes, error: OSError) -> Trouble:
    """Return the trouble of something in a place that could not be listed."""
    return Trouble(clean_name(name), *ending_of(error))


def clean_name(name: bytes) -> bytes:
    """Return a name as it may travel: bounded, without NUL, never empty."""
    name = name.replace(b"\0", b" ").strip()
    if len(name) > limits.NAME_BYTES:
        half = limits.NAME_BYTES // 2 - 2
        name = name[:half] + b"..." + name[-half:]
    return name or b"?"


class LiveLister:
    """Tells what lies in the places of a walk. Keeps count, as `telling.FileBatch` does for files."""

    def __init__(self, live: LivePlaces, first_id: int, tell: Callable[[msgspec.Struct], None]) -> None:
        self._live = live
        self._tell = tell
        self.next_id = first_id
        self.items = 0
        self.bytes = 0
        self._names: list[bytes] = []
        self._sizes: list[int] = []
        self._things: list[LiveThing] = []
        self._travelling = 0
        self._content = 0

    def run(self, flush: Callable[[], None]) -> None:
        """List all places; `flush` is called before each, so that the supervisor knows which one is at hand."""
        for place in self._live.places:
            self._tell(EnterPlace(place))
            flush()
            self._list(place, seen_in(place, self._live))
            flush()

    def _list(self, place: Place, seen: Iterable[Seen]) -> None:
        try:
            for count, one in enumerate(seen):
                if count >= limits.ENTRIES_OF_PLACE:
                    raise OSError("too many to list")  # noqa: TRY301  # told like everything else that hinders
                self._take(place, one)
        except OSError as error:
            self._other(unlisted(b"all", error), 1)
        self._close(place)

    def _take(self, place: Place, one: Seen) -> None:
        if isinstance(one, Listed):
            self._add(place, one)
        else:
            self._other(one, one.items if isinstance(one, PassedOver) else 1)

    def _other(self, message: PassedOver | Trouble, items: int) -> None:
        self.items += items
        self._tell(message)

    def _add(self, place: Place, one: Listed) -> None:
        name = clean_name(one.name)
        if self._sizes and one.size > limits.LARGE_FILE:
            self._close(place)
        self._names.append(name)
        self._sizes.append(one.size)
        self._things.append(one.thing)
        self._travelling += len(name) + _path_bytes(one.thing) + _OVERHEAD
        self._content += one.size
        if (
            len(self._sizes) >= limits.BATCH_ITEMS
            or self._content > limits.BATCH_CONTENT
            or self._travelling > limits.BATCH_NAMES
        ):
            self._close(place)

    def _close(self, place: Place) -> None:
        if not self._sizes:
            return
        names, things = b"\0".join(self._names), tuple(self._things)
        self._tell(Entries(self.next_id, b"", names, self._sizes, place=place, things=things))
        self.next_id += len(self._sizes)
        self.items += len(self._sizes)
        self.bytes += self._content
        self._names, self._sizes, self._things = [], [], []
        self._travelling = self._content = 0


def _path_bytes(thing: LiveThing) -> int:
    match thing:
        case OfAutostart():
            return len(thing.path) + len(thing.value) + len(thing.root) + len(thing.home)
        case OfDisk():
            return len(thing.disk)
        case _:
            return 0


def seen_in(place: Place, live: LivePlaces) -> Iterator[Seen]:
    """List one place. Raises OSError if it cannot be listed at all."""
    if place is Place.MEMORY:
        from medscan_gui.engine.live.processes import processes

        return processes(live.supervisor)
    if place is Place.AUTOSTART:
        from medscan_gui.engine.live.autostart.listing import entries

        return entries(live.root)
    if place is Place.BOOT:
        from medscan_gui.engine.live.disks import stretches

        return stretches(live.disks_of)
    return iter(())
