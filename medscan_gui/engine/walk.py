"""Enumerate targets: every file once, no link followed, nothing opened but directories.

Depth first, one directory at a time; each is announced before it is opened, so that the supervisor can name
the one on a hung mount. Memory is bounded by the names of the directories still to be walked, never by files.
"""

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager

from medscan_gui.core.names import path_of, raw_bytes
from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine import limits, places, protocol
from medscan_gui.engine.card_folders import CardFolders
from medscan_gui.engine.gentle import Pace, lower_priority
from medscan_gui.engine.identity import UNKNOWN, FileSystems, canonical, check_directory, place_key
from medscan_gui.engine.live.listing import LiveLister
from medscan_gui.engine.pending import PendingStack
from medscan_gui.engine.protocol import Done, Enter, Folders, PassedOver, Resolved, Trouble, Walk
from medscan_gui.engine.reaching import Reached, Roots
from medscan_gui.engine.recent import RecentFolders
from medscan_gui.engine.telling import FileBatch, Send, Teller
from medscan_gui.engine.troubles import ending_of
from medscan_gui.engine.unchanged import NO_KEY, Unchanged, read_known

Entry = os.DirEntry[str]


class Walker:
    """One walk. `send` takes whole lines and blocks while the supervisor is busy."""

    def __init__(self, order: Walk, send: Send) -> None:
        self._own = OwnFiles(order.exclude, order.exclude_names)
        self._systems = FileSystems()
        self._unchanged = Unchanged(order.context, self._systems)
        self._known = read_known(order.known, order.context)
        #: Files known to be clean that are not told yet, and all of their bytes.
        self._known_files = 0
        self._known_bytes = 0
        self._known_bytes_told = 0
        self._skip_virtual = order.skip_virtual
        self._network = frozenset(order.network)
        self._shallow = order.shallow
        self._below = order.below
        self._files_only = order.files_only
        self._roots = Roots(order.below, self._systems)
        self._card = CardFolders(order.headers_only)
        self._pace: Pace | None = None
        if order.share > 0.0:
            lower_priority()
            self._pace = Pace(order.share)
        self._pending = PendingStack(order.pending, order.root)
        #: Every directory walked (`place_key`): a file system mounted twice, or into itself, is walked once. What
        #: was walked as a folder of the card is walked again where it is none.
        self._seen: set[bytes] = set()
        self._seen_by_card: set[bytes] = set()
        #: Targets that are single files, by the directory they lie in.
        self._single: set[tuple[bytes, bytes]] = set()
        self._place = b""
        self._teller = Teller(send)
        self._files = FileBatch(order.first_id, self._teller.tell)
        self._live = LiveLister(order.live, order.first_id, self._teller.tell)
        self._recent = RecentFolders(order.recent, order.since)
        self._folders: list[bytes] = []
        self._marks: list[bytes] = []
        self._folder_bytes = 0
        self._passed: dict[Cause, int] = {}
        #: Items that are not files to scan.
        self._others = 0

    def run(self) -> None:
        """Walk to the end and say so. Raises OSError only when the supervisor is gone."""
        self._live.run(self._teller.flush)
        self._files = FileBatch(self._live.next_id, self._teller.tell)
        while self._pending:
            self._rest_if_due()
            is_target, path, mark = self._pending.pop()
            self._teller.tell(Enter())
            self._teller.flush()
            try:
                if is_target:
                    self._walk_target(path)
                else:
                    self._walk_directory(path, mark)
            except OSError as error:
                self._trouble(b"", error)
            self._tell_gathered()
        items = self._live.items + self._files.items + self._others
        self._teller.tell(Done(items, self._live.bytes + self._files.bytes + self._known_bytes_told))
        self._teller.flush()

    def _walk_target(self, path: bytes) -> None:
        """Walk a target, which may be a single file: the links in its name are followed, unless the job is shallow."""
        real, status, above = self._roots.reach(path) if self._shallow else _followed(path)
        if stat.S_ISDIR(status.st_mode):
            if self._files_only:
                raise OSError(errno.ESTALE, "a folder is there now")
            mark = self._systems.mark(status)
            self._pending.root = real = self._spelled(real, mark)
            self._teller.tell(Resolved(real))
            self._walk_directory(real, mark)
            return
        directory, name = places.split(real)
        mark = self._systems.mark(above)
        self._pending.root = directory = self._spelled(directory, mark)
        self._teller.tell(Resolved(directory))
        self._files.enter(directory, mark, headers=self._by_card(directory, status.st_dev))
        self._take_single(directory, mark, name, status)

    def _spelled(self, directory: bytes, mark: bytes) -> bytes:
        """Return a target's path as the system tells it. One that was reached is as it was told, and must stay so."""
        return directory if self._below else canonical(directory, mark)

    def _by_card(self, directory: bytes, device: int) -> bool:
        if not self._card:
            return False
        return self._card.holds(directory, self._pending.root, any_case=self._systems.any_case(device))

    def _take_single(self, directory: bytes, mark: bytes, name: bytes, status: os.stat_result) -> None:
        """Take a target that is a file, unless it was given already, or with the folder that it lies in."""
        place = place_key(mark, directory)
        if place in self._seen or (place, name) in self._single:
            return
        self._single.add((place, name))
        if stat.S_ISREG(status.st_mode):
            self._take_file(name, status)
        else:
            self._pass_over(Cause.SPECIAL_FILE)

    def _walk_directory(self, path: bytes, listed_mark: bytes) -> None:
        self._files.enter(path, listed_mark)
        with _opened(path) as (status, descriptor, listed):
            check_directory(status, descriptor, path, listed_mark)
            mark = self._systems.mark(status)
            self._place = place_key(mark, path)
            headers = self._by_card(path, status.st_dev)
            if cause := self._left_out(status, headers=headers):
                self._pass_over(cause)
                return
            self._files.enter(path, mark, headers=headers)
            with os.scandir(listed) as entries:
                for entry in entries:
                    self._take(entry)
                    if self._teller.late:
                        self._tell_gathered()
                    if self._pace is not None:
                        self._rest_if_due()

    def _rest_if_due(self) -> None:
        if self._pace is not None and (seconds := self._pace.due()):
            self._tell_gathered()
            time.sleep(seconds)  # whoever wants us to end kills us
            self._pace.rested()

    def _left_out(self, status: os.stat_result, *, headers: bool) -> Cause | None:
        """Say why a directory is not walked. One that was walked already is as good as a link to itself."""
        if self._skip_virtual and self._systems.is_virtual(status.st_dev):
            return Cause.VIRTUAL_FILE_SYSTEM
        if status.st_dev in self._network:
            return Cause.NETWORK_PLACE
        if self._place in self._seen or (headers and self._place in self._seen_by_card):
            return Cause.LINK
        (self._seen_by_card if headers else self._seen).add(self._place)
        return None

    def _take(self, entry: Entry) -> None:
        name = raw_bytes(entry.name)
        try:
            if len(name) > limits.NAME_BYTES:
                self._refuse_name(name)
            elif entry.is_file(follow_symlinks=False):
                if not self._single or (self._place, name) not in self._single:
                    self._take_file(name, entry.stat(follow_symlinks=False))
            elif entry.is_symlink() or (places.WINDOWS and self._is_link(entry)):
                self._pass_over(Cause.LINK)
            elif entry.is_dir(follow_symlinks=False):
                self._take_folder(name, entry)
            else:
                self._pass_over(Cause.SPECIAL_FILE)
        except OSError as error:
            self._trouble(name, error)

    def _is_link(self, entry: Entry) -> bool:
        status = entry.stat(follow_symlinks=False)
        return places.is_link(status) and not places.is_volume(entry.path, status)

    def _take_file(self, name: bytes, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode) or places.is_link(status):  # replaced since it was listed
            self._pass_over(Cause.LINK if places.is_link(status) else Cause.SPECIAL_FILE)
        elif self._recent and self._recent.leaves_out(self._pending.root, name, status):
            return  # it is no part of what is scanned
        elif self._own and self._own.has(self._files.directory, name, status):
            self._pass_over(Cause.OWN_PROGRAM)
        elif self._unchanged:
            self._take_or_know(name, status)
        else:
            self._files.add(name, status.st_size, status.st_ino)

    def _take_or_know(self, name: bytes, status: os.stat_result) -> None:
        """Take a file, unless it is known to be clean."""
        key = self._unchanged.key(self._files.directory, name, status)
        if key != NO_KEY and key in self._known:
            self._others += 1
            self._known_files += 1
            self._known_bytes += status.st_size
        else:
            self._files.add(name, status.st_size, status.st_ino, key, status.st_ctime_ns)

    def _take_folder(self, name: bytes, entry: Entry) -> None:
        if self._shallow:
            return
        # What a directory of Windows is, is asked for only when it is opened: asking means opening it there.
        mark = UNKNOWN if places.WINDOWS else self._systems.mark(entry.stat(follow_symlinks=False))
        self._folders.append(name)
        self._marks.append(mark)
        self._folder_bytes += len(name) + 1
        if self._folder_bytes > limits.BATCH_NAMES or len(self._folders) >= limits.FOLDERS_AT_ONCE:
            self._tell_folders()

    def _refuse_name(self, name: bytes) -> None:
        self._others += 1
        start, detail = name[: limits.NAME_BYTES], f"{len(name)} bytes"
        self._teller.tell(Trouble(start, Outcome.UNREADABLE, Cause.NAME_TOO_LONG, detail))

    def _pass_over(self, cause: Cause) -> None:
        self._others += 1
        self._passed[cause] = self._passed.get(cause, 0) + 1

    def _trouble(self, name: bytes, error: OSError) -> None:
        self._others += 1
        self._teller.tell(Trouble(name, *ending_of(error)))

    def _tell_gathered(self) -> None:
        """Tell all that was found so far."""
        self._files.close()
        self._tell_folders()
        for cause, items in self._passed.items():
            self._teller.tell(PassedOver(cause, items))
        self._passed.clear()
        self._tell_known()
        self._teller.flush()

    def _tell_known(self) -> None:
        if self._known_files:
            self._teller.tell(protocol.Unchanged(self._known_files, self._known_bytes))
            self._known_bytes_told += self._known_bytes
            self._known_files = self._known_bytes = 0

    def _tell_folders(self) -> None:
        if self._folders:
            names, marks = b"\0".join(self._folders), b"".join(self._marks)
            self._pending.push(self._files.directory, names, marks)
            self._teller.tell(Folders(names, marks))
            self._folders.clear()
            self._marks.clear()
            self._folder_bytes = 0


def _followed(path: bytes) -> Reached:
    real = raw_bytes(os.path.realpath(path_of(path)))
    status = os.lstat(places.os_path(real))
    return Reached(real, status, os.lstat(places.os_path(places.split(real)[0])))


@contextmanager
def _opened(path: bytes) -> Iterator[tuple[os.stat_result, int | None, int | str]]:
    """Open a directory without following a link; give its status, its descriptor and what `os.scandir` lists."""
    if places.WINDOWS:
        yield places.plain_status(path), None, places.os_path(path)
        return
    descriptor = places.open_directory(path)
    try:
        yield os.fstat(descriptor), descriptor, descriptor
    finally:
        os.close(descriptor)


class OwnFiles:
    """MedScan's own files, by identity: the rules must not find themselves, nor the journal change under us."""

    def __init__(self, identities: tuple[places.Identity, ...], names: tuple[bytes, ...]) -> None:
        # Without file ids everything would be everything else.
        self._identities = frozenset(identity for identity in identities if identity[1])
        self._names = frozenset(map(_folded, names))

    def __bool__(self) -> bool:
        return bool(self._identities)

    def has(self, directory: bytes, name: bytes, status: os.stat_result) -> bool:
        """Say whether a file, not followed, is one of them. Raises OSError."""
        if self._names and _folded(name) not in self._names:
            return False
        if places.WINDOWS:  # listing tells no file ids there
            status = os.lstat(places.os_path(places.join(directory, name)))
        return places.identity(status) in self._identities


def _folded(name: bytes) -> bytes:
    return name.decode("utf-8", "surrogatepass").casefold().encode("utf-8", "surrogatepass") if places.WINDOWS else name
